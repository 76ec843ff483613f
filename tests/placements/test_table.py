"""Every state × verb × role: what is legal stands here by hand, everything else is refused in the proper way."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from talentpool.db import Database, Session
from talentpool.errors import Conflict, Forbidden, NotFound
from talentpool.permissions import SYSTEM, Actor, Role
from talentpool.placements.models import Placement
from talentpool.placements.stepping import SERVICES, list_steps, take_step
from talentpool.states import LIVE, PLACEMENT, PlacementState, move

from .. import factories as make
from .cast import Cast

PS = PlacementState
C, M, K, A, S = Role.CANDIDATE, Role.MUNICIPALITY, Role.COORDINATOR, Role.APPROVER, Role.SYSTEM
ASKED = (PS.OFFERED, PS.INTRODUCED, PS.AGREED)

# verb → (states from which it is legal, roles that may, state it leads to)
LEGAL = {
    "propose": ((PS.SUGGESTED,), (K, S), PS.PROPOSED),
    "pass_over": ((PS.SUGGESTED,), (K, S), PS.NOT_ADVANCED),
    "approve": ((PS.PROPOSED,), (A,), PS.OFFERED),
    "return": ((PS.PROPOSED,), (A,), PS.SUGGESTED),
    "refuse": ((PS.PROPOSED,), (A,), PS.REFUSED),
    "withdraw": ((PS.PROPOSED, PS.APPROVED), (K, S), PS.WITHDRAWN),
    "accept": ((PS.OFFERED,), (C,), PS.INTRODUCED),
    "decline": (ASKED, (C,), PS.DECLINED_BY_CANDIDATE),
    "welcome": ((PS.INTRODUCED,), (M,), PS.AGREED),
    "turn_down": ((PS.INTRODUCED,), (M,), PS.DECLINED_BY_TOWN),
    "confirm": ((PS.AGREED,), (K,), PS.CONFIRMED),
    "revoke": (ASKED, (K,), PS.REVOKED),
    "undo": ((PS.CONFIRMED,), (K,), PS.REVOKED),
}
REASONS = {
    "pass_over": "skill", "return": "terms", "refuse": "terms", "withdraw": "mistake",
    "decline": "schedule", "turn_down": "skill", "revoke": "mistake", "undo": "mistake",
}  # fmt: skip
TIMER = {"lapse": (PS.OFFERED, PS.INTRODUCED), "supersede": tuple(LIVE - {PS.CONFIRMED})}


def _in_state(session: Session, state: PlacementState) -> tuple[Placement, dict[Role, Actor]]:
    cast = Cast.of(session)
    placement = make.make_placement(
        session, make.make_need(session), make.make_candidate(session), state=state
    )
    if state is PS.AGREED:
        make.make_terms(session, placement, town=cast.town)
    actors = {
        C: cast.person(placement),
        M: cast.town,
        K: cast.coordinator,
        A: cast.approver,
        Role.AUDITOR: make.make_user(session, Role.AUDITOR).actor,
        Role.ADMIN: make.make_user(session, Role.ADMIN).actor,
        S: SYSTEM,
    }
    session.commit()
    return placement, actors


def _try(database: Database, placement_id: int, verb: str, actor: Actor) -> PlacementState:
    """The state after the step, which is then forgotten."""
    session = database.session(read_only=False)
    try:
        placement = session.get_one(Placement, placement_id)
        take_step(session, placement, verb, actor=actor, now=make.NOW, reason=REASONS.get(verb))
        session.flush()
        return placement.state
    finally:
        session.close()


def test_the_table_names_every_verb_that_a_button_can_take() -> None:
    assert set(LEGAL) == set(SERVICES) == {step.verb for step in PLACEMENT.by_hand()}
    assert {step.verb for step in PLACEMENT.transitions} - set(LEGAL) == {"offer", "finish", *TIMER}


@pytest.mark.parametrize("state", PlacementState)
def test_every_verb_of_every_role_does_what_the_table_says(
    database: Database, session: Session, state: PlacementState
) -> None:
    placement, actors = _in_state(session, state)
    for verb, (sources, roles, target) in LEGAL.items():
        for role, actor in actors.items():
            if role in roles and state in sources:
                assert _try(database, placement.id, verb, actor) is target, (verb, role)
                continue
            refusals = (Forbidden, Conflict) if role in roles else (Forbidden,)
            with pytest.raises(refusals):
                _try(database, placement.id, verb, actor)


@pytest.mark.parametrize("state", PlacementState)
def test_the_buttons_are_the_legal_steps(session: Session, state: PlacementState) -> None:
    placement, actors = _in_state(session, state)
    for role, actor in actors.items():
        drawn = {step.verb for step in list_steps(session, placement, actor=actor, now=make.NOW)}
        legal = {
            verb
            for verb, (sources, roles, _) in LEGAL.items()
            if state in sources and role in roles
        }
        assert drawn == legal, role


@pytest.mark.parametrize("state", PlacementState)
def test_only_the_timer_lapses_and_supersedes(session: Session, state: PlacementState) -> None:
    placement, actors = _in_state(session, state)
    for verb, sources in TIMER.items():
        for role, actor in actors.items():
            if role is S and state in sources:
                continue
            with pytest.raises((Forbidden, Conflict)):
                move(session, placement, verb, actor=actor, now=make.NOW, reason="other")
            assert placement.state is state


@pytest.mark.parametrize("verb", ["lapse", "supersede", "offer", "unheard_of"])
def test_no_button_leads_to_a_step_of_the_timer(session: Session, verb: str) -> None:
    placement, actors = _in_state(session, PS.OFFERED)
    with pytest.raises(NotFound):
        take_step(session, placement, verb, actor=actors[K], now=make.NOW, reason="other")


def test_the_undo_button_goes_when_the_window_is_over(session: Session) -> None:
    placement, actors = _in_state(session, PS.CONFIRMED)
    later = make.NOW + timedelta(days=4)
    assert list_steps(session, placement, actor=actors[K], now=later) == []


def test_who_drafted_gets_no_button_to_approve(session: Session) -> None:
    placement, actors = _in_state(session, PS.PROPOSED)
    placement.drafted_by = actors[A].user_id
    drawn = {step.verb for step in list_steps(session, placement, actor=actors[A], now=make.NOW)}
    assert "approve" not in drawn


@pytest.mark.parametrize("verb", sorted(LEGAL))
def test_officers_of_another_town_or_prefecture_and_other_people_may_nothing(
    database: Database, session: Session, verb: str
) -> None:
    sources, _, _ = LEGAL[verb]
    placement, _ = _in_state(session, sources[0])
    strangers = [
        make.make_user(session, Role.MUNICIPALITY, municipality_code=make.SAYO).actor,
        make.make_user(session, K, prefecture_code=make.OSAKA).actor,
        make.make_user(session, A, prefecture_code=make.OSAKA).actor,
        replace(make.make_user(session, C).actor),
    ]
    session.commit()
    for stranger in strangers:
        with pytest.raises(Forbidden):
            _try(database, placement.id, verb, stranger)
