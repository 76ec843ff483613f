"""Every state × verb × role of a proposal: what is legal stands here by hand, everything else is refused."""

from __future__ import annotations

import pytest

from talentpool.db import Database, Session
from talentpool.errors import Conflict, Forbidden, NotFound, Problem
from talentpool.permissions import SYSTEM, Actor, Role
from talentpool.placements.counters.answering import SERVICES, take_step
from talentpool.placements.counters.finding import list_steps
from talentpool.placements.counters.models import CounterProposal, Side
from talentpool.states import COUNTER, COUNTER_ANSWERED, CounterState, PlacementState

from .. import factories as make
from .cast import Cast

CS = CounterState
C, M, K, A, S = Role.CANDIDATE, Role.MUNICIPALITY, Role.COORDINATOR, Role.APPROVER, Role.SYSTEM
OPEN = (CS.REVIEW, CS.PROPOSED, CS.ASKED)
# verb → (states from which it is legal, who may where the person proposes, where the town does, state it leads to)
LEGAL = {
    "draft": ((CS.REVIEW,), K, K, CS.PROPOSED),
    "turn_back": ((CS.REVIEW,), K, K, CS.REFUSED),
    "approve": ((CS.PROPOSED,), A, A, CS.ASKED),
    "refuse": ((CS.PROPOSED,), A, A, CS.REFUSED),
    "accept": ((CS.ASKED,), M, C, CS.ACCEPTED),
    "decline": ((CS.ASKED,), M, C, CS.DECLINED),
    "withdraw": (OPEN, C, M, CS.WITHDRAWN),
}
ASKED = {Side.PERSON: PlacementState.OFFERED, Side.TOWN: PlacementState.INTRODUCED}


def _in_state(session: Session, side: Side, state: CS) -> tuple[CounterProposal, dict[Role, Actor]]:
    cast = Cast.of(session)
    row = make.make_placement(
        session, make.make_need(session), make.make_candidate(session), state=ASKED[side]
    )
    made = make.make_counter(session, row, side=side, state=state)
    actors = {
        C: cast.person(row), M: cast.town, K: cast.coordinator, A: cast.approver, S: SYSTEM,
        Role.AUDITOR: make.make_user(session, Role.AUDITOR).actor,
        Role.ADMIN: make.make_user(session, Role.ADMIN).actor,
    }  # fmt: skip
    session.commit()
    return made, actors


def _try(database: Database, ident: int, verb: str, actor: Actor) -> CS:
    """The state after the step, which is then forgotten."""
    session = database.session(read_only=False)
    try:
        row = session.get_one(CounterProposal, ident)
        take_step(session, row, verb, actor=actor, now=make.NOW, reason="terms")
        session.flush()
        return row.state
    finally:
        session.close()


def test_the_table_names_every_verb_that_a_button_can_take() -> None:
    assert set(LEGAL) == set(SERVICES) == {step.verb for step in COUNTER.by_hand()}
    assert {step.verb for step in COUNTER.transitions} - set(LEGAL) == {"lapse", "supersede"}


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("state", CS)
def test_a_step_is_taken_exactly_where_the_table_allows_it(
    database: Database, side: Side, state: CS
) -> None:
    with database.writing() as session:
        row, actors = _in_state(session, side, state)
        ident = row.id
    wrong = []
    for verb, (sources, by_person, by_town, target) in LEGAL.items():
        legal = by_person if side is Side.PERSON else by_town
        for role, actor in actors.items():
            try:
                reached: object = _try(database, ident, verb, actor)
            except Problem as error:
                reached = type(error)
            is_hidden = verb in {"accept", "decline"} and state not in COUNTER_ANSWERED
            if role is legal and state in sources:
                is_right = reached is target
            elif role is legal and not is_hidden:  # who was never asked is told nothing
                is_right = reached is Conflict
            else:
                is_right = reached is Forbidden
            if not is_right:
                wrong.append((verb, role, reached))
    assert wrong == []


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("state", CS)
def test_the_buttons_are_those_of_the_table(database: Database, side: Side, state: CS) -> None:
    with database.writing() as session:
        row, actors = _in_state(session, side, state)
        for role, actor in actors.items():
            found = {step.verb for step in list_steps(session, row, actor)}
            expected = {
                verb
                for verb, (sources, by_person, by_town, _target) in LEGAL.items()
                if state in sources and role is (by_person if side is Side.PERSON else by_town)
            }
            assert found == expected, role


@pytest.mark.parametrize("verb", ["lapse", "supersede", "nonsense"])
def test_the_timer_s_steps_are_nobody_s(session: Session, verb: str) -> None:
    row, actors = _in_state(session, Side.PERSON, CS.ASKED)
    for actor in actors.values():
        with pytest.raises(NotFound):
            take_step(session, row, verb, actor=actor, now=make.NOW)
