"""Every state × verb × role of engagements, logs and months over plan: what is legal stands here by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from talentpool import dates
from talentpool.db import Base, Database, Session
from talentpool.engagements import logs, running
from talentpool.engagements.log_content import LogContent
from talentpool.engagements.models import Engagement, Outcome, Part, Place, WorkLog
from talentpool.engagements.month_additions import MonthAddition, list_steps
from talentpool.errors import Conflict, Forbidden, Problem
from talentpool.permissions import SYSTEM, Actor, Role
from talentpool.placements import adding
from talentpool.placements.finishing import end_engagement
from talentpool.states import (
    ADDITION,
    ADDITION_ANSWERED,
    ADDITION_OPEN,
    ENGAGEMENT,
    WORK_LOG,
    AdditionState,
    EngagementState,
    WorkLogState,
)

from .. import factories as make
from ..placements.cast import Cast

ES, LS, AS = EngagementState, WorkLogState, AdditionState
C, M, K, A, S = Role.CANDIDATE, Role.MUNICIPALITY, Role.COORDINATOR, Role.APPROVER, Role.SYSTEM
MAY = dates.month_number(2027, 5)
NOW = datetime(2027, 6, 3, 10, tzinfo=dates.JST)
RUNNING = (ES.PREPARING, ES.ACTIVE, ES.SUSPENDED)

# verb → (states from which it is legal, roles that may, state it leads to)
OF_ENGAGEMENTS = {
    "start": ((ES.PREPARING,), (K, S), ES.ACTIVE),
    "suspend": ((ES.ACTIVE,), (K, S), ES.SUSPENDED),
    "resume": ((ES.SUSPENDED,), (K, S), ES.ACTIVE),
    "end": (RUNNING, (C, M, K), ES.ENDED),
}
OF_LOGS = {
    "send": ((LS.DRAFT, LS.RETURNED, LS.SENT), (C,), LS.SENT),
    "save": ((LS.DRAFT, LS.RETURNED), (C,), LS.DRAFT),
    "sign": ((LS.SENT,), (M,), LS.CLOSED),
    "return": ((LS.SENT,), (M,), LS.RETURNED),
    "reopen": ((LS.CLOSED,), (K,), LS.RETURNED),
}
OF_ADDITIONS = {
    "draft": ((AS.REVIEW,), (K,), AS.PROPOSED),
    "turn_back": ((AS.REVIEW,), (K,), AS.REFUSED),
    "approve": ((AS.PROPOSED,), (A,), AS.ASKED),
    "refuse": ((AS.PROPOSED,), (A,), AS.REFUSED),
    "agree": ((AS.ASKED,), (M,), AS.DONE),
    "decline": ((AS.ASKED,), (M,), AS.DECLINED),
    "withdraw": (tuple(ADDITION_OPEN), (C,), AS.WITHDRAWN),
}
Act = Callable[[Session, Base, str, Actor], None]


def _actors(session: Session, engagement: Engagement) -> dict[Role, Actor]:
    cast = Cast.of(session)
    person = Actor(engagement.candidate.user_id, C, make.HYOGO)
    others = {role: make.make_user(session, role).actor for role in (Role.AUDITOR, Role.ADMIN)}
    return {C: person, M: cast.town, K: cast.coordinator, A: cast.approver, S: SYSTEM, **others}


def _content() -> LogContent:
    day = dates.first_day(MAY).replace(day=6)
    return LogContent({day: (Part.DAY, Place.ONLINE)}, "窓口の聞き取り", "bpr")


def _on_engagement(session: Session, thing: Base, verb: str, actor: Actor) -> None:
    assert isinstance(thing, Engagement)
    if verb == "end":
        last = dates.local_date(NOW)
        end_engagement(session, thing, last=last, reason="budget", actor=actor, now=NOW)
        return
    said = {"reason": "health"} if verb == "suspend" else {}
    getattr(running, f"{verb}_engagement")(session, thing, actor=actor, now=NOW, **said)


def _on_log(session: Session, thing: Base, verb: str, actor: Actor) -> None:
    assert isinstance(thing, WorkLog)
    if verb in {"send", "save"}:
        act = logs.send_log if verb == "send" else logs.save_log
        act(session, thing.engagement, MAY, _content(), actor=actor, now=NOW)
        return
    said = {} if verb == "sign" else {"reason": "days"}
    getattr(logs, f"{verb}_log")(session, thing, actor=actor, now=NOW, **said)


def _on_addition(session: Session, thing: Base, verb: str, actor: Actor) -> None:
    assert isinstance(thing, MonthAddition)
    adding.take_step(session, thing, verb, actor=actor, now=NOW, reason="terms")


def _wrong(
    database: Database,
    model: type[Base],
    ident: int,
    legal: dict[str, tuple],  # type: ignore[type-arg]
    actors: dict[Role, Actor],
    act: Act,
) -> list[object]:
    """What came otherwise than the table says."""
    wrong: list[object] = []
    for verb, (sources, roles, target) in legal.items():
        for role, actor in actors.items():
            session = database.session(read_only=False)
            try:
                thing: Base = session.get_one(model, ident)
                state = thing.state  # type: ignore[attr-defined]
                act(session, thing, verb, actor)
                session.flush()
                reached: object = thing.state  # type: ignore[attr-defined]
            except Problem as error:
                reached = type(error)
            finally:
                session.close()
            if role in roles:
                is_right = (
                    reached is target if state in sources else reached in {Conflict, Forbidden}
                )
            else:
                is_right = reached is Forbidden
            if not is_right:
                wrong.append((state, verb, role, reached))
    return wrong


def test_the_tables_name_every_verb_that_a_button_can_take() -> None:
    assert set(OF_ENGAGEMENTS) == {step.verb for step in ENGAGEMENT.by_hand()}
    assert set(OF_LOGS) - {"send", "save"} == {step.verb for step in WORK_LOG.by_hand()}
    assert set(OF_ADDITIONS) == {step.verb for step in ADDITION.by_hand()}


@pytest.mark.parametrize("state", ES)
def test_engagements(database: Database, state: ES) -> None:
    with database.writing() as session:
        columns = {"outcome": Outcome.COMPLETED, "ended_at": NOW} if state is ES.ENDED else {}
        engagement = make.make_engagement(session, state=state, **columns)
        make.make_prepared(session, engagement)
        actors, ident = _actors(session, engagement), engagement.id
    assert _wrong(database, Engagement, ident, OF_ENGAGEMENTS, actors, _on_engagement) == []


@pytest.mark.parametrize("state", LS)
def test_logs(database: Database, state: LS) -> None:
    with database.writing() as session:
        engagement = make.make_engagement(session)
        actors = _actors(session, engagement)
        if state is LS.DRAFT:
            log = logs.save_log(session, engagement, MAY, _content(), actor=actors[C], now=NOW)
        else:
            log = logs.send_log(session, engagement, MAY, _content(), actor=actors[C], now=NOW)
        if state is LS.CLOSED:
            logs.sign_log(session, log, actor=actors[M], now=NOW)
        if state is LS.RETURNED:
            logs.return_log(session, log, reason="days", actor=actors[M], now=NOW)
        ident = log.id
    assert _wrong(database, WorkLog, ident, OF_LOGS, actors, _on_log) == []


@pytest.mark.parametrize("state", AS)
def test_months_over_plan(database: Database, state: AS) -> None:
    with database.writing() as session:
        engagement = make.make_engagement(session)
        row = make.make_addition(session, engagement, month=MAY)
        actors = _actors(session, engagement)
        if state is not AS.REVIEW:
            row.state, row.drafted_by, row.drafted_at = state, actors[K].user_id, NOW
        if state in ADDITION_ANSWERED:
            row.asked_at, row.decided_by, row.decided_at = NOW, actors[A].user_id, NOW
        if state not in ADDITION_OPEN:
            row.ended_at = NOW
        ident = row.id
    assert _wrong(database, MonthAddition, ident, OF_ADDITIONS, actors, _on_addition) == []
    with database.reading() as session:
        row = session.get_one(MonthAddition, ident)
        for role, actor in actors.items():
            drawn = {step.verb for step in list_steps(session, row, actor)}
            legal = {
                verb
                for verb, (sources, roles, _) in OF_ADDITIONS.items()
                if state in sources and role in roles
            }
            assert drawn == legal, role
