"""Every state × verb × role of an engagement, and what a step changes beside the state."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from talentpool import dates
from talentpool.db import Database, Session
from talentpool.engagements import running
from talentpool.engagements.models import Engagement
from talentpool.errors import Conflict, Forbidden, Refused
from talentpool.mail import MailOrder
from talentpool.operations import check
from talentpool.permissions import Actor, Role
from talentpool.placements.finishing import end_engagement
from talentpool.states import ENGAGEMENT, RUNNING, EngagementState, available, move

from .. import factories as make

ES = EngagementState
C, M, K = Role.CANDIDATE, Role.MUNICIPALITY, Role.COORDINATOR
BEGUN = dates.start_of_day(dates.first_day(make.FIRST)) + timedelta(hours=10)
LEGAL = {
    "start": ((ES.PREPARING,), (K,), ES.ACTIVE),
    "suspend": ((ES.ACTIVE,), (K,), ES.SUSPENDED),
    "resume": ((ES.SUSPENDED,), (K,), ES.ACTIVE),
    "end": (tuple(RUNNING), (C, M, K), ES.ENDED),
}


def _take(session: Session, engagement: Engagement, verb: str, actor: Actor, now: datetime) -> None:
    if verb == "start":
        running.start_engagement(session, engagement, actor=actor, now=now)
    elif verb == "suspend":
        running.suspend_engagement(session, engagement, reason="health", actor=actor, now=now)
    elif verb == "resume":
        running.resume_engagement(session, engagement, actor=actor, now=now)
    else:
        last = dates.local_date(now)
        end_engagement(session, engagement, last=last, reason="budget", actor=actor, now=now)


def _in_state(session: Session, state: EngagementState) -> tuple[Engagement, dict[Role, Actor]]:
    """Committed, and read again only where a test does so: a session of its own may write meanwhile."""
    engagement = make.make_engagement(
        session, state=state if state is not ES.ENDED else ES.PREPARING
    )
    actors = {
        role: make.make_user(session, role).actor for role in Role if role not in {C, Role.SYSTEM}
    }
    actors[C] = Actor(engagement.candidate.user_id, C, make.HYOGO)
    make.make_prepared(session, engagement)
    if state is ES.ENDED:
        _take(session, engagement, "end", actors[K], BEGUN)
    session.commit()
    return engagement, actors


def _ident(session: Session, engagement: Engagement) -> int:
    ident = engagement.id
    session.commit()
    return ident


def _try(database: Database, ident: int, verb: str, actor: Actor) -> EngagementState:
    """The state after the step, which is then forgotten."""
    session = database.session(read_only=False)
    try:
        engagement = session.get_one(Engagement, ident)
        _take(session, engagement, verb, actor, BEGUN)
        session.flush()
        return engagement.state
    finally:
        session.close()


def test_the_table_names_every_verb_that_a_button_can_take() -> None:
    assert {step.verb for step in ENGAGEMENT.by_hand()} == set(LEGAL)


@pytest.mark.parametrize("state", ES)
def test_every_verb_of_every_role_does_what_the_table_says(
    database: Database, session: Session, state: EngagementState
) -> None:
    engagement, actors = _in_state(session, state)
    ident = _ident(session, engagement)
    for verb, (sources, roles, target) in LEGAL.items():
        for role, actor in actors.items():
            if role in roles and state in sources:
                assert _try(database, ident, verb, actor) is target, (verb, role)
                continue
            with pytest.raises((Forbidden, Conflict) if role in roles else Forbidden):
                _try(database, ident, verb, actor)


@pytest.mark.parametrize("state", ES)
def test_the_buttons_are_the_legal_steps(session: Session, state: EngagementState) -> None:
    engagement, actors = _in_state(session, state)
    for role, actor in actors.items():
        drawn = {step.verb for step in available(session, engagement, actor)}
        legal = {
            verb for verb, (sources, who, _) in LEGAL.items() if state in sources and role in who
        }
        assert drawn == legal, role


def test_strangers_may_nothing(database: Database, session: Session) -> None:
    engagement, _ = _in_state(session, ES.ACTIVE)
    ident = _ident(session, engagement)
    strangers = [
        make.make_user(session, M, municipality_code=make.SAYO).actor,
        make.make_user(session, K, prefecture_code=make.OSAKA).actor,
        make.make_user(session, C).actor,
    ]
    session.commit()
    for stranger in strangers:
        for verb in LEGAL:
            with pytest.raises(Forbidden):
                _try(database, ident, verb, stranger)


def test_work_starts_on_the_first_day_of_its_first_month(session: Session) -> None:
    engagement, actors = _in_state(session, ES.PREPARING)
    before = dates.start_of_day(dates.first_day(make.FIRST)) - timedelta(seconds=1)
    with pytest.raises(Conflict):
        running.start_engagement(session, engagement, actor=actors[K], now=before)
    running.start_engagement(session, engagement, actor=actors[K], now=BEGUN)
    assert (engagement.state, engagement.started_at) == (ES.ACTIVE, BEGUN)


def test_a_suspension_needs_a_reason(session: Session) -> None:
    engagement, actors = _in_state(session, ES.ACTIVE)
    for reason, comment in ((None, ""), ("unheard_of", ""), ("other", "")):
        with pytest.raises(Refused):
            running.suspend_engagement(
                session, engagement, reason=reason, comment=comment, actor=actors[K], now=BEGUN
            )
    assert engagement.state is ES.ACTIVE
    running.suspend_engagement(
        session, engagement, reason="other", comment="入院", actor=actors[K], now=BEGUN
    )
    assert (engagement.suspend_reason, engagement.suspend_comment) == ("other", "入院")
    running.resume_engagement(session, engagement, actor=actors[K], now=BEGUN)
    assert (engagement.suspended_at, engagement.suspend_comment) == (None, "")


def test_person_and_town_are_told_of_every_step_once(session: Session) -> None:
    engagement, actors = _in_state(session, ES.PREPARING)
    for verb in ("start", "suspend", "resume"):
        _take(session, engagement, verb, actors[K], BEGUN)
        session.flush()
        query = sa.select(MailOrder.recipient_id).where(MailOrder.template == f"engagement.{verb}")
        told = sorted(session.scalars(query))
        assert told == sorted([actors[C].user_id or 0, actors[M].user_id or 0]), verb
    session.commit()
    assert list(check.violations(session)) == []


def test_only_the_machine_changes_a_state(session: Session) -> None:
    engagement, actors = _in_state(session, ES.ENDED)
    with pytest.raises(Conflict):
        move(session, engagement, "start", actor=actors[K], now=BEGUN)
