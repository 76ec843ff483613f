"""Reminders that a registration ends: at 60, 30 and 7 days, once each, in the morning, to who has an account."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from talentpool.candidates import reminding
from talentpool.candidates.models import Membership
from talentpool.dates import JST, local_date
from talentpool.db import Session
from talentpool.mail import MailOrder
from talentpool.states import MembershipState

from .. import factories as make

MORNING = datetime(2026, 12, 1, 9, 0, tzinfo=JST)
DAY = timedelta(days=1)


def ending(session: Session, days: int, **more: object) -> Membership:
    person = make.make_candidate(session, **more)  # type: ignore[arg-type]
    membership = person.memberships[0]
    membership.active_until = local_date(MORNING) + days * DAY
    session.execute(sa.delete(MailOrder))
    session.flush()
    return membership


def test_it_comes_three_times_and_never_after_the_last_day(session: Session) -> None:
    membership = ending(session, 90)
    told = []
    for number in range(100):
        for hours in (-1, 0, 9):
            now = MORNING + number * DAY + timedelta(hours=hours)
            told += [(number, hours, found.days) for found in reminding.remind(session, now)]
            session.flush()
    assert told == [(30, 0, 60), (60, 0, 30), (83, 0, 7)]
    orders = session.scalars(sa.select(MailOrder)).all()
    assert {order.recipient_id for order in orders} == {membership.candidate.user_id}
    assert {order.link for order in orders} == {"/profile"}


@pytest.mark.parametrize(
    ("days", "expected"), [(61, []), (60, [60]), (20, [30]), (3, [7]), (0, [7]), (-1, [])]
)
def test_what_was_missed_is_told_once_by_the_nearest(
    session: Session, days: int, expected: list[int]
) -> None:
    ending(session, days)
    assert [found.days for found in reminding.remind(session, MORNING)] == expected
    session.flush()
    assert reminding.remind(session, MORNING + timedelta(hours=3)) == []


def test_an_extension_begins_anew(session: Session) -> None:
    membership = ending(session, 5)
    assert len(reminding.remind(session, MORNING)) == 1
    membership.active_until = local_date(MORNING) + 25 * DAY
    session.flush()
    assert [found.days for found in reminding.remind(session, MORNING)] == [30]


def test_nobody_is_reminded_who_cannot_renew(session: Session) -> None:
    """Without an account, outside the pool, or with the prefecture, which renews the term."""
    ending(session, 5, has_account=False)
    employee = make.make_employee(session, has_account=True).memberships[0]
    employee.active_until = local_date(MORNING) + 5 * DAY
    left = ending(session, 5)
    left.state = MembershipState.LEFT
    session.flush()
    assert reminding.list_due(session, MORNING) == []
