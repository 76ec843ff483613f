"""Reminders that a registration ends: 60, 30 and 7 days before, each once for a last day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ..accounts.reminders import morning, without_ordered
from ..dates import local_date
from ..db import Session
from ..mail import order_mail
from ..states import MembershipState
from .models import Membership
from .terms import is_employed

DAYS = (7, 30, 60)  # before the last one
TEMPLATE = "membership.remind_end"


@dataclass(frozen=True, slots=True)
class Reminder:
    membership: Membership
    days: int  # of DAYS

    @property
    def event(self) -> str:
        until = self.membership.active_until
        return f"membership/{self.membership.id}/remind-{self.days}/{until:%Y%m%d}"


def list_due(session: Session, now: datetime) -> list[Reminder]:
    """The reminders that have not been ordered; of those that were missed, the nearest alone."""
    if now < morning(now):
        return []
    today = local_date(now)
    query = sa.select(Membership).where(
        Membership.state == MembershipState.ACTIVE,
        Membership.active_until.between(today, today + timedelta(days=max(DAYS))),
    )
    rows = session.scalars(query.options(joinedload(Membership.candidate)).order_by(Membership.id))
    due = [Reminder(row, days) for row in rows for days in _nearest(row, now)]
    return without_ordered(session, due)


def _nearest(row: Membership, now: datetime) -> Iterator[int]:
    """None for somebody without an account, who would not read it, nor for whom the prefecture employs: the term ends it."""
    if row.active_until is None or row.candidate.user_id is None or is_employed(row.candidate):
        return
    left = (row.active_until - local_date(now)).days
    yield from sorted(days for days in DAYS if left <= days)[:1]


def remind(session: Session, now: datetime) -> list[Reminder]:
    """Order the mails of all reminders that are due."""
    found = list_due(session, now)
    for reminder in found:
        row = reminder.membership
        order_mail(
            session, event=reminder.event, recipient_id=row.candidate.user_id or 0,
            template=TEMPLATE, link="/profile", now=now, prefecture_code=row.prefecture_code,
        )  # fmt: skip
    return found
