"""Members whom no vacancy has asked: never, or not for two years, and how many open vacancies could have them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import load_only, selectinload

from .. import matching as m
from ..candidates.models import Candidate, Membership
from ..candidates.standing import REGISTERED, standing_on
from ..dates import first_day, last_day, local_date, month_of, start_of_day
from ..db import Session
from ..listing import EVERYTHING, Asked, Filter, Listing
from ..paging import Listed
from ..permissions import Action, Actor, require, visible
from ..reference.catalogue import Catalogue
from ..reference.models import Municipality
from ..states import MembershipState
from .reading import read_profiles
from .records import Profile, Request
from .requests import read_open
from .standing import last_asked
from .translate import seats_left, translate

PAGE = 25  # rows
MONTHS = 24  # after which an earlier question counts no more
NEVER, BEFORE = "never", "before"


def list_unasked(
    session: Session, actor: Actor, asked: Asked = EVERYTHING, *, now: datetime
) -> Listed[Candidate]:
    """Who is registered and was not asked in the last 24 months; the longest members first."""
    require(session, actor, Action.VIEW_CANDIDATE)
    last = _last_asked(actor)
    since, own = _since(actor), sa.select(Candidate.id)
    rows = visible(actor, Candidate).where(
        Candidate.id.in_(_registered(actor, now)), last.is_(None) | (last < _limit(now))
    )
    listing = Listing(
        Candidate.id,
        filters={
            "last": Filter(own.add_columns(sa.case((last.is_(None), NEVER), else_=BEFORE))),
            "kind": Filter(own.add_columns(Candidate.kind)),
            "region": Filter(
                own.join(Municipality, Candidate.home_code == Municipality.code)
                .add_columns(Municipality.region)
            ),
        },
        orders={
            "since": (since,), "asked": (last,), "name": (Candidate.family_kana, Candidate.given_kana),
        },
        first_order="since",
    )  # fmt: skip
    shown = load_only(
        Candidate.code, Candidate.kind, Candidate.family_name, Candidate.given_name,
        Candidate.family_kana, Candidate.given_kana, Candidate.home_code,
    )  # fmt: skip
    options = (shown, selectinload(Candidate.memberships), selectinload(Candidate.skills))
    return listing.ask(session, rows, asked, size=PAGE, options=options)


def _registered(actor: Actor, now: datetime) -> sa.Select[int]:
    return sa.select(Membership.candidate_id).where(
        Membership.prefecture_code == actor.prefecture_code,
        Membership.state == MembershipState.ACTIVE,
        standing_on(local_date(now)).in_(map(str, REGISTERED)),
    )


def _limit(now: datetime) -> datetime:
    """The moment before which a question was asked more than 24 months ago."""
    day = local_date(now)
    month = month_of(day) - MONTHS
    return start_of_day(first_day(month).replace(day=min(day.day, last_day(month).day)))


def _last_asked(actor: Actor) -> sa.ScalarSelect[datetime | None]:
    return last_asked(Candidate, actor.prefecture_code or "")


def _since(actor: Actor) -> sa.ScalarSelect[Any]:
    query = sa.select(Membership.active_from).where(
        Membership.candidate_id == Candidate.id, Membership.prefecture_code == actor.prefecture_code
    )
    return query.correlate(Candidate).scalar_subquery()


def read_last_asked(
    session: Session, actor: Actor, people: Iterable[Candidate]
) -> Mapping[int, datetime]:
    """By id of the person; without whom nobody ever asked."""
    last = _last_asked(actor)
    query = sa.select(Candidate.id, last).where(
        Candidate.id.in_([person.id for person in people]), last.is_not(None)
    )
    return {ident: moment for ident, moment in session.execute(query) if moment is not None}


def count_open(
    session: Session, prefecture_code: str, people: Iterable[Candidate], catalogue: Catalogue
) -> Mapping[int, int]:
    """Person → open vacancies with a free place that could have them now, by the rules."""
    profiles = read_profiles(session, prefecture_code, [person.id for person in people])
    found = count_reached(
        list(profiles.values()), list(read_open(session, prefecture_code).values()), catalogue
    )
    return {ident: found[profile.code] for ident, profile in profiles.items()}


def count_reached(
    profiles: Sequence[Profile], requests: Sequence[Request], catalogue: Catalogue
) -> Mapping[str, int]:
    """Code of the person → how many of the requests that have a free place could have them."""
    wanted = [request for request in requests if seats_left(request)]
    candidates, needs = translate(profiles, wanted, catalogue)
    out: Mapping[str, Any] = m.excluded(candidates, needs)
    return {
        person.code: len(needs) - sum(person.code in reasons for reasons in out.values())
        for person in profiles
    }
