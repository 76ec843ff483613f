"""The list of people: what they can be looked for by, and how they are sorted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import load_only, selectinload

from ..dates import local_date, month_of
from ..db import Session
from ..ledger.service import free_between
from ..listing import EVERYTHING, Asked, Filter, Listing, Pairs, Sorted, in_order, thresholds
from ..paging import Listed
from ..permissions import Action, Actor, require, visible
from ..reference.catalogue import Catalogue
from ..reference.entries import Vocabulary
from ..reference.models import Municipality
from ..searching import Condition, every_word, number_in
from ..standing import MembershipStanding
from ..states import MembershipState
from .content import LEVELS
from .freshness import Freshness, is_asked, is_left_out, is_unconfirmed
from .models import Candidate, CandidateForm, CandidatePost, CandidateSkill, Membership
from .standing import standing_on

PAGE = 25  # rows
AHEAD = 12  # months from this one, in which somebody is free
FREE_MONTHS = (1, 3, 6, 12)
FREE_HALF_DAYS = (2, 4, 8, 16)  # a month
ENDING_WITHIN = (30, 60, 90)  # days to the last one of a registration
_SHOWN = (
    Candidate.code, Candidate.kind, Candidate.family_name, Candidate.given_name,
    Candidate.family_kana, Candidate.given_kana, Candidate.home_code,
)  # fmt: skip
_OWN, _CLAIM, _FREE = sa.select(Candidate.id), "claim", "free"


def list_candidates(
    session: Session,
    actor: Actor,
    asked: Asked = EVERYTHING,
    *,
    catalogue: Catalogue,
    now: datetime,
) -> Listed[Candidate]:
    """The candidates that staff of a prefecture may see, in the order of their furigana."""
    require(session, actor, Action.VIEW_CANDIDATE)
    query = visible(actor, Candidate)
    query = query.where(*every_word(asked.words, partial(_places, catalogue)))
    options = (
        load_only(*_SHOWN), selectinload(Candidate.memberships), selectinload(Candidate.skills),
    )  # fmt: skip
    listing = _listing(actor, asked, now)
    return listing.ask(session, query, asked, size=PAGE, options=options)


def free_half_days(session: Session, people: Iterable[Candidate], today: date) -> Mapping[int, int]:
    """By id of the person: half-days that are free in the months ahead; without those who have none."""
    free = _free(today).subquery()
    ids = [person.id for person in people]
    query = sa.select(free.c.candidate_id, sa.func.sum(free.c.free))
    query = query.where(free.c.candidate_id.in_(ids)).group_by(free.c.candidate_id)
    return dict(session.execute(query).all())


def _listing(actor: Actor, asked: Asked, now: datetime) -> Listing:
    today = local_date(now)
    standing = sa.select(Membership.candidate_id, standing_on(today))
    standing = standing.where(Membership.prefecture_code == actor.prefecture_code)
    home = Candidate.home_code == Municipality.code
    return Listing(
        Candidate.id,
        filters={
            "state": Filter(standing),
            "ending": Filter(_ending(actor, today)),
            "confirmed": Filter(_unconfirmed(actor, now)),
            "kind": Filter(_OWN.add_columns(Candidate.kind)),
            "region": Filter(_OWN.add_columns(Municipality.region).join(Municipality, home)),
            "home": Filter(_OWN.add_columns(Candidate.home_code)),
            "form": Filter(sa.select(CandidateForm.candidate_id, CandidateForm.form)),
            "skill": Filter(_claims(asked, "skill"), _CLAIM),
            "level": Filter(_claims(asked, "level"), _CLAIM),
            "evidence": Filter(_claims(asked, "evidence"), _CLAIM),
            "months": Filter(_months_free(asked, today), _FREE),
            "half_days": Filter(_half_days_free(asked, today), _FREE),
        },
        orders={
            "name": (Candidate.family_kana, Candidate.given_kana),
            "state": (_own_membership(actor, in_order(MembershipStanding, standing_on(today))),),
            "until": (_own_membership(actor, Membership.active_until),),
            "kind": (Candidate.kind,),
            "home": (Candidate.home_code,),
            "free": (_sum_free(today),),
        },
        first_order="name",
    )


def _own_membership(actor: Actor, value: Sorted) -> sa.ScalarSelect[Any]:
    """A value of the membership in the reader's prefecture, for sorting."""
    query = sa.select(value).where(
        Membership.candidate_id == Candidate.id,
        Membership.prefecture_code == actor.prefecture_code,
    )
    return query.correlate(Candidate).scalar_subquery()


def _ending(actor: Actor, today: date) -> Pairs:
    active = standing_on(today).in_(
        [str(MembershipStanding.ACTIVE), str(MembershipStanding.PAUSED)]
    )
    rows = sa.select(Membership.candidate_id).where(
        Membership.prefecture_code == actor.prefecture_code, active
    )
    reaches = {
        str(days): Membership.active_until <= today + timedelta(days) for days in ENDING_WITHIN
    }
    return thresholds(rows, reaches)


def _unconfirmed(actor: Actor, now: datetime) -> Pairs:
    rows = sa.select(Membership.candidate_id).where(
        Membership.prefecture_code == actor.prefecture_code,
        Membership.state == MembershipState.ACTIVE,
    )
    reaches = {
        Freshness.ASKED: is_asked(now),
        Freshness.FLAGGED: is_unconfirmed(now),
        Freshness.LEFT_OUT: is_left_out(now),
    }
    return thresholds(rows, {str(name): found for name, found in reaches.items()})


def _claims(asked: Asked, name: str) -> Pairs:
    """Skills of people with the level and the evidence that are chosen, but for what `name` chooses itself."""
    claim = CandidateSkill
    rows = sa.select(claim.candidate_id)
    level = asked.get("level")
    if asked.get("skill") and name != "skill":
        rows = rows.where(claim.skill == asked.get("skill"))
    if asked.get("evidence") and name != "evidence":
        rows = rows.where(claim.evidence == asked.get("evidence"))
    if level and name != "level":
        rows = rows.where(claim.level >= int(level))
    if name == "level":
        return thresholds(rows, {str(n): claim.level >= n for n in range(1, LEVELS + 1)})
    return rows.add_columns(getattr(claim, name))


def _free(today: date) -> sa.Select[int, int, int]:
    first = month_of(today)
    return free_between(first, first + AHEAD - 1)


def _sum_free(today: date) -> sa.ScalarSelect[int]:
    free = _free(today).subquery()
    total = sa.select(sa.func.sum(free.c.free)).where(free.c.candidate_id == Candidate.id)
    return total.correlate(Candidate).scalar_subquery()


def _months_free(asked: Asked, today: date) -> Pairs:
    """In how many months somebody has the half-days that are chosen."""
    least = int(asked.get("half_days") or 1)
    free = _free(today).subquery()
    months = sa.select(free.c.candidate_id, sa.func.count().label("months"))
    found = months.where(free.c.free >= least).group_by(free.c.candidate_id).subquery()
    rows = sa.select(found.c.candidate_id)
    return thresholds(rows, {str(n): found.c.months >= n for n in FREE_MONTHS})


def _half_days_free(asked: Asked, today: date) -> Pairs:
    """How many half-days somebody has in as many months as are chosen."""
    months = int(asked.get("months") or 1)
    free = _free(today).subquery()
    has = {n: sa.func.sum(sa.case((free.c.free >= n, 1), else_=0)) for n in FREE_HALF_DAYS}
    counted = sa.select(
        free.c.candidate_id, *(n_months.label(f"of{n}") for n, n_months in has.items())
    )
    found = counted.group_by(free.c.candidate_id).subquery()
    rows = sa.select(found.c.candidate_id)
    return thresholds(rows, {str(n): found.c[f"of{n}"] >= months for n in FREE_HALF_DAYS})


def is_called(key: str) -> Condition:
    """Whether a word stands in the names of a person, or is the number."""
    called: Condition = Candidate.search_key.contains(key, autoescape=True)
    if (number := number_in(key, "c")) is not None:
        called |= Candidate.code == f"C-{number:06d}"
    return called


def _places(catalogue: Catalogue, key: str) -> Iterator[Condition]:
    """Where a word stands that somebody is looked for by."""
    yield is_called(key)
    post = CandidatePost.search_key.contains(key, autoescape=True)
    if towns := catalogue.towns_like(key):
        yield Candidate.home_code.in_(towns)
        post |= CandidatePost.municipality_code.in_(towns)
    yield Candidate.id.in_(sa.select(CandidatePost.candidate_id).where(post))
    if skills := catalogue.codes_like(Vocabulary.SKILL, key):
        able = sa.select(CandidateSkill.candidate_id).where(CandidateSkill.skill.in_(skills))
        yield Candidate.id.in_(able)
