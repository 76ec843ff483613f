"""Each invariant: quiet on a sound database, and heard when somebody breaks it past the services."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from talentpool.db import Session
from talentpool.operations import check
from talentpool.states import NeedState, PlacementState

from .. import factories as make

ALL = list(PlacementState)


def _one(session: Session, state: PlacementState) -> int:
    need, candidate = make.make_need(session), make.make_candidate(session)
    placement = make.make_placement(session, need, candidate, state=state)
    session.commit()
    return placement.id


def _break(session: Session, statement: str, **values: object) -> list[str]:
    """Change rows behind everybody's back; where the database itself refuses, that is heard instead."""
    try:
        session.execute(sa.text(statement), values)
        session.flush()
    except sa.exc.IntegrityError as error:
        session.rollback()
        return [f"refused by the database: {type(error).__name__}"]
    session.expire_all()
    return list(check.violations(session))


def test_an_empty_database_has_no_violations(session: Session) -> None:
    assert list(check.violations(session)) == []


@pytest.mark.parametrize("state", ALL)
def test_a_placement_in_any_state_has_no_violations(
    session: Session, state: PlacementState
) -> None:
    _one(session, state)
    assert list(check.violations(session)) == []


BREAKS = [
    (PlacementState.OFFERED, "UPDATE ledger_month SET held = held + 1 WHERE month = (SELECT min(month) FROM ledger_month)"),
    (PlacementState.OFFERED, "DELETE FROM commitment"),
    (PlacementState.CONFIRMED, "UPDATE commitment SET state = 'hold'"),
    (PlacementState.CONFIRMED, "DELETE FROM engagement"),
    (PlacementState.CONFIRMED, "DELETE FROM decision_paper"),
    (PlacementState.CONFIRMED, "UPDATE placement SET state = 'revoked', end_reason = 'mistake'"),
    (PlacementState.INTRODUCED, "UPDATE consent SET withdrawn_at = given_at WHERE purpose = 'introduction'"),
    (PlacementState.CONFIRMED, "DELETE FROM consent WHERE purpose = 'introduction'"),
    (PlacementState.PROPOSED, "UPDATE need SET state = 'closed', outcome = 'unfilled'"),
    (PlacementState.APPROVED, "UPDATE placement SET approved_by = drafted_by"),
    (PlacementState.APPROVED, "UPDATE placement SET approved_by = NULL"),
    (PlacementState.OFFERED, "UPDATE placement SET seat = NULL"),
    (PlacementState.OFFERED, "UPDATE placement SET seat = 2"),
    (PlacementState.SUGGESTED, "UPDATE membership SET state = 'left'"),
    (PlacementState.OFFERED, "UPDATE placement SET municipality_code = '285013'"),
    (PlacementState.OFFERED, "UPDATE commitment SET municipality_code = '285013'"),
    (PlacementState.OFFERED, "UPDATE placement SET prefecture_code = '27'"),
    (PlacementState.CONFIRMED, "UPDATE engagement SET prefecture_code = '27'"),
    (PlacementState.LAPSED, "UPDATE placement SET end_reason = NULL"),
    (PlacementState.LAPSED, "UPDATE placement SET ended_at = NULL"),
    (PlacementState.SUGGESTED, "UPDATE placement SET state = 'proposed'"),
    (PlacementState.PROPOSED, "UPDATE placement SET version = 0"),
    (PlacementState.PROPOSED, "UPDATE placement SET need_version = 9"),
    (PlacementState.PROPOSED, "UPDATE audit_head SET seq = seq - 1"),
]  # fmt: skip


@pytest.mark.parametrize(("state", "statement"), BREAKS)
def test_a_broken_row_is_heard(session: Session, state: PlacementState, statement: str) -> None:
    _one(session, state)
    assert _break(session, statement) != []


def test_a_second_live_placement_is_refused_by_the_database(session: Session) -> None:
    need, candidate = make.make_need(session), make.make_candidate(session)
    make.make_placement(session, need, candidate)
    with pytest.raises(sa.exc.IntegrityError):
        make.make_placement(session, need, candidate)


def test_a_second_person_on_one_seat_is_refused_by_the_database(
    session: Session,
) -> None:
    need = make.make_need(session)
    offered = PlacementState.OFFERED
    make.make_placement(session, need, make.make_candidate(session), state=offered, seat=1)
    with pytest.raises(sa.exc.IntegrityError):
        make.make_placement(session, need, make.make_candidate(session), state=offered, seat=1)


def test_a_round_adopted_with_other_inputs_is_heard(session: Session) -> None:
    made = make.make_round_with_plan(
        session, [(make.make_need(session), make.make_candidate(session))]
    )
    session.commit()
    heard = _break(
        session,
        "UPDATE round SET state = 'adopted', adopted_at = created_at WHERE id = :id",
        id=made.id,
    )
    assert any("adopted 0 times" in fault for fault in heard)


def test_a_need_closed_in_the_proper_way_has_no_violations(session: Session) -> None:
    make.make_need(session, state=NeedState.CLOSED)
    session.commit()
    assert list(check.violations(session)) == []
