from __future__ import annotations

import pytest
import sqlalchemy as sa

from talentpool.candidates.models import Candidate
from talentpool.db import Session
from talentpool.errors import Conflict, NoCapacity
from talentpool.ledger import service as ledger
from talentpool.ledger.models import Commitment, CommitmentState
from talentpool.placements.models import Placement

from .. import factories as make

APRIL, MAY, JUNE = make.FIRST, make.FIRST + 1, make.FIRST + 2


def person(session: Session, *, half_days: int = 8, last_month: int = JUNE) -> Candidate:
    return make.make_candidate(
        session, has_account=False, half_days=half_days, first_month=APRIL, last_month=last_month
    )


def placement(session: Session, candidate: Candidate) -> Placement:
    return make.make_placement(session, make.make_need(session), candidate)


def hold(session: Session, made: Placement, half_days: dict[int, int]) -> None:
    ledger.hold(session, made.id, made.candidate_id, made.municipality_code, half_days, make.NOW)


def months(session: Session, candidate: Candidate) -> list[tuple[int, int, int, int]]:
    rows = ledger.list_months(session, candidate.id)
    return [(row.month, row.capacity, row.held, row.booked) for row in rows]


def test_capacity_creates_changes_and_removes_months(session: Session) -> None:
    candidate = person(session)
    assert ledger.set_capacity(session, candidate.id, {APRIL: 4, MAY: 8, JUNE + 1: 2})
    assert months(session, candidate) == [(APRIL, 4, 0, 0), (MAY, 8, 0, 0), (JUNE + 1, 2, 0, 0)]


def test_the_same_capacity_again_changes_nothing(session: Session) -> None:
    candidate = person(session)
    assert not ledger.set_capacity(session, candidate.id, {APRIL: 8, MAY: 8, JUNE: 8})


def test_months_before_the_first_one_named_stay_as_they_are(session: Session) -> None:
    candidate = person(session)
    ledger.set_capacity(session, candidate.id, {APRIL: 1, JUNE: 2}, from_month=MAY)
    assert months(session, candidate) == [(APRIL, 8, 0, 0), (JUNE, 2, 0, 0)]


@pytest.mark.parametrize("capacities", [{APRIL: 8, MAY: 3}, {APRIL: 8}, {}])
def test_capacity_below_what_is_held_is_refused_and_names_the_month(
    session: Session, capacities: dict[int, int]
) -> None:
    candidate = person(session, last_month=MAY)
    hold(session, placement(session, candidate), {MAY: 4})
    before = months(session, candidate)
    with pytest.raises(NoCapacity, match="2027年5月"):
        ledger.set_capacity(session, candidate.id, capacities)
    assert months(session, candidate) == before


def test_capacity_may_be_lowered_to_exactly_what_is_held(session: Session) -> None:
    candidate = person(session, last_month=MAY)
    hold(session, placement(session, candidate), {MAY: 4})
    ledger.set_capacity(session, candidate.id, {MAY: 4})
    assert months(session, candidate) == [(MAY, 4, 4, 0)]


def test_a_hold_takes_half_days_in_every_month(session: Session) -> None:
    candidate = person(session)
    hold(session, placement(session, candidate), {MAY: 3, APRIL: 8})
    assert months(session, candidate) == [(APRIL, 8, 8, 0), (MAY, 8, 3, 0), (JUNE, 8, 0, 0)]
    assert ledger.lock_taken_months(session, candidate.id) == {APRIL: 8, MAY: 3}
    assert list(ledger.violations(session)) == []


def test_a_hold_that_does_not_fit_in_one_month_takes_nothing_in_any(session: Session) -> None:
    candidate = person(session)
    hold(session, placement(session, candidate), {JUNE: 6})
    with pytest.raises(NoCapacity, match="2027年6月"):
        hold(session, placement(session, candidate), {APRIL: 3, MAY: 3, JUNE: 3})
    assert months(session, candidate) == [(APRIL, 8, 0, 0), (MAY, 8, 0, 0), (JUNE, 8, 6, 0)]
    assert list(ledger.violations(session)) == []


def test_a_hold_in_a_month_without_capacity_is_refused(session: Session) -> None:
    candidate = person(session)
    with pytest.raises(NoCapacity, match="2027年7月"):
        hold(session, placement(session, candidate), {JUNE + 1: 1})


@pytest.mark.parametrize("half_days", [0, -1])
def test_a_commitment_takes_at_least_one_half_day(session: Session, half_days: int) -> None:
    candidate = person(session)
    with pytest.raises(ValueError, match="half-day"):
        hold(session, placement(session, candidate), {APRIL: half_days})


def test_a_hold_becomes_a_booking(session: Session) -> None:
    candidate = person(session)
    made = placement(session, candidate)
    hold(session, made, {APRIL: 2, MAY: 3})
    assert ledger.book_held(session, made.id, make.NOW) == {APRIL: 2, MAY: 3}
    assert months(session, candidate) == [(APRIL, 8, 0, 2), (MAY, 8, 0, 3), (JUNE, 8, 0, 0)]
    states = session.scalars(sa.select(Commitment.state))
    assert set(states) == {CommitmentState.BOOKED}
    assert list(ledger.violations(session)) == []


def test_only_what_is_held_can_be_booked(session: Session) -> None:
    candidate = person(session)
    made = placement(session, candidate)
    hold(session, made, {APRIL: 2})
    ledger.book_held(session, made.id, make.NOW)
    with pytest.raises(Conflict):
        ledger.book_held(session, made.id, make.NOW)


@pytest.mark.parametrize("is_booked", [False, True])
def test_release_gives_everything_back(session: Session, is_booked: bool) -> None:
    candidate = person(session)
    made = placement(session, candidate)
    hold(session, made, {APRIL: 2, MAY: 3})
    if is_booked:
        ledger.book_held(session, made.id, make.NOW)
    assert ledger.release(session, made.id) == {APRIL: 2, MAY: 3}
    assert months(session, candidate) == [(APRIL, 8, 0, 0), (MAY, 8, 0, 0), (JUNE, 8, 0, 0)]
    assert ledger.release(session, made.id) == {}
    assert list(ledger.violations(session)) == []


def test_rows_in_memory_follow_the_ledger(session: Session) -> None:
    candidate = person(session)
    row = ledger.list_months(session, candidate.id)[0]
    hold(session, placement(session, candidate), {APRIL: 5})
    assert row.held == 5


def test_a_sum_that_differs_from_its_rows_is_a_violation(session: Session) -> None:
    candidate = person(session)
    hold(session, placement(session, candidate), {APRIL: 2})
    session.execute(sa.text("UPDATE ledger_month SET held = 3, booked = 1 WHERE held = 2"))
    assert list(ledger.violations(session)) == [
        f"ledger: candidate {candidate.id}, month {APRIL}: held is 3, its rows sum to 2",
        f"ledger: candidate {candidate.id}, month {APRIL}: booked is 1, its rows sum to 0",
    ]


def test_a_month_over_its_capacity_is_a_violation(session: Session) -> None:
    candidate = person(session, last_month=APRIL)
    made = placement(session, candidate)
    hold(session, made, {APRIL: 8})
    session.commit()
    if session.get_bind().dialect.name == "sqlite":
        session.execute(sa.text("PRAGMA ignore_check_constraints = ON"))
    else:
        session.execute(
            sa.text("ALTER TABLE ledger_month DROP CONSTRAINT ck_ledger_month_never_over_capacity")
        )
    session.execute(sa.text("UPDATE ledger_month SET capacity = 7"))
    found = list(ledger.violations(session))
    session.rollback()
    assert found == [f"ledger: candidate {candidate.id}, month {APRIL}: held 8 + booked 0 of 7"]


def test_the_database_itself_refuses_more_than_there_is(session: Session) -> None:
    person(session)
    with pytest.raises(sa.exc.IntegrityError):
        session.execute(sa.text("UPDATE ledger_month SET held = 5, booked = 4"))
