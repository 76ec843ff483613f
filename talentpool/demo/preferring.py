"""What people say of the open needs that suit them, and which towns name themselves to them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

import sqlalchemy as sa

from ..candidates.hearing import Heard
from ..candidates.models import Candidate, Membership
from ..candidates.received import Source
from ..dates import local_date
from ..db import Session
from ..needs.models import Need
from ..permissions import Action, Actor, Role
from ..preferences.answering import Said, record_interest, say_interest
from ..preferences.models import Answer
from ..preferences.showing import choose_showing
from ..preferences.suiting import list_suiting
from ..preferences.watching import watch_need
from ..reference.catalogue import Catalogue
from ..states import MembershipState
from .accounts import Officers
from .people import HYOGO

PEOPLE, EVERY = 12, 5  # of the pool who answer, and how far they are apart
WATCHED = 3  # needs that an officer wants to be told of
NAMED = 3  # of four needs that are answered
SAID = (
    Said(Answer.INTERESTED, words="前の職場で同じ仕事をしていました。"),
    Said(Answer.INTERESTED),
    Said(Answer.NOT_NOW, "schedule"),
    Said(Answer.NOT_NOW, "other", "家族の介護が落ち着いてから考えます。"),
)


def prefer(
    session: Session,
    officers: Officers,
    planted: Collection[str],
    catalogue: Catalogue,
    midnight: datetime,
) -> None:
    """`planted`: codes of those for whom the demo has made hard shapes; they say nothing."""
    now, answered = midnight - timedelta(hours=14), dict[int, Need]()
    for number, person in enumerate(_list_people(session, planted)):
        actor = Actor(person.user_id, Role.CANDIDATE, HYOGO)
        found = list_suiting(session, person, HYOGO, catalogue=catalogue, actor=actor, now=midnight)
        for place, one in enumerate(found or ()):
            if place < 2 and one.need.opened_at is not None and one.need.opened_at <= now:
                said = SAID[(number + place) % len(SAID)]
                say_interest(session, one.need, said, actor=actor, now=now)
                answered[one.need.id] = one.need
    _record(session, officers.coordinator, catalogue, now)
    for number, need in enumerate(answered.values()):
        if number < WATCHED:
            watch_need(session, need, catalogue=catalogue, actor=officers.coordinator, now=now)
        town = officers.towns.get(need.municipality_code)
        if number % (NAMED + 1) < NAMED and town is not None:
            choose_showing(session, need, names_town=True, actor=town, now=now)


def _record(session: Session, officer: Actor, catalogue: Catalogue, now: datetime) -> None:
    """Somebody without an account says it by telephone."""
    query = _people().where(Candidate.user_id.is_(None))
    for person in session.scalars(query):
        found = list_suiting(
            session, person, HYOGO, catalogue=catalogue, actor=officer, now=now,
            right=Action.RECORD_INTEREST,
        )  # fmt: skip
        for one in found or ():
            if one.need.opened_at is not None and one.need.opened_at <= now:
                heard = Heard(Source.TELEPHONE, local_date(now), "本人")
                record_interest(session, person, one.need, SAID[0], heard, actor=officer, now=now)
                return


def _people() -> sa.Select[Candidate]:
    return (
        sa.select(Candidate)
        .join(Membership, Membership.candidate_id == Candidate.id)
        .where(Membership.prefecture_code == HYOGO, Membership.state == MembershipState.ACTIVE)
        .order_by(Candidate.id)
    )


def _list_people(session: Session, planted: Collection[str]) -> list[Candidate]:
    query = _people().where(Candidate.user_id.is_not(None), Candidate.code.not_in(planted))
    query = query.limit(PEOPLE * EVERY)
    return list(session.scalars(query))[::EVERY]
