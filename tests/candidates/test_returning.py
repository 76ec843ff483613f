"""Word that a pause ends: two days before, once, to the person and to the officers of the pool."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa

from talentpool.candidates import returning
from talentpool.candidates.models import Candidate, CandidateWindow
from talentpool.dates import JST, month_of
from talentpool.db import Session
from talentpool.mail import MailOrder
from talentpool.permissions import Role
from talentpool.states import MembershipState

from .. import factories as make

DECEMBER = month_of(date(2026, 12, 1))
DAY = timedelta(days=1)


def pause(session: Session, candidate: Candidate, first: int, last: int) -> None:
    candidate.windows.append(
        CandidateWindow(first_month=first, last_month=last, half_days=0, is_available=False)
    )
    session.flush()


@pytest.fixture
def resting(session: Session) -> Candidate:
    """Somebody in a pool who pauses until the end of 2026."""
    candidate = make.make_candidate(session, first_month=DECEMBER - 3, last_month=DECEMBER + 6)
    candidate.memberships[0].active_until = date(2027, 3, 31)
    pause(session, candidate, DECEMBER - 1, DECEMBER)
    session.execute(sa.delete(MailOrder))
    return candidate


def at(day: int, hour: int = 9, minute: int = 0) -> datetime:
    return datetime(2026, 12, day, hour, minute, tzinfo=JST)


def told(session: Session) -> set[tuple[int, str, str]]:
    session.flush()
    return {
        (row.recipient_id, row.template, row.link) for row in session.scalars(sa.select(MailOrder))
    }


def test_the_person_and_every_officer_are_told_once(session: Session, resting: Candidate) -> None:
    officers = [make.make_user(session, Role.COORDINATOR) for _ in range(2)]
    make.make_user(session, Role.COORDINATOR, prefecture_code="13")
    make.make_user(session, Role.APPROVER)
    days = []
    moment = at(1)
    while moment < at(31) + 40 * DAY:
        days += [moment for _ in returning.remind(session, moment)]
        session.flush()
        moment += timedelta(hours=1)
    assert days == [at(30)]
    page = f"/candidates/{resting.id}"
    assert told(session) == {
        (resting.user_id, "membership.remind_pause", "/availability"),
        *((officer.id, "membership.remind_return", page) for officer in officers),
    }


@pytest.mark.parametrize(
    ("moment", "count"),
    [(at(29, 23, 59), 0), (at(30, 8, 59), 0), (at(30), 1), (at(31, 23, 59), 1), (at(31) + DAY, 0)],
)
def test_it_is_due_from_nine_in_the_morning_two_days_before(
    session: Session, resting: Candidate, moment: datetime, count: int
) -> None:
    assert len(returning.list_due(session, moment)) == count


def test_a_pause_that_goes_on_has_no_end(session: Session, resting: Candidate) -> None:
    pause(session, resting, DECEMBER + 1, DECEMBER + 1)
    assert returning.list_due(session, at(30)) == []


def test_who_has_left_or_will_be_gone_does_not_come_back(
    session: Session, resting: Candidate
) -> None:
    membership = resting.memberships[0]
    membership.active_until = date(2026, 12, 31)
    session.flush()
    assert returning.list_due(session, at(30)) == []
    membership.active_until = date(2027, 1, 31)
    session.flush()
    assert len(returning.list_due(session, at(30))) == 1
    membership.state = MembershipState.LEFT
    session.flush()
    assert returning.list_due(session, at(30)) == []


def test_of_somebody_without_an_account_the_officers_hear(session: Session) -> None:
    candidate = make.make_candidate(session, has_account=False)
    candidate.memberships[0].active_until = date(2027, 3, 31)
    pause(session, candidate, DECEMBER, DECEMBER)
    officer = make.make_user(session, Role.COORDINATOR)
    session.execute(sa.delete(MailOrder))
    assert len(returning.remind(session, at(31))) == 1
    assert {row[:2] for row in told(session)} == {(officer.id, "membership.remind_return")}
