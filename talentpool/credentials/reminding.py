"""Reminders that the required training runs out: 60, 30 and 7 days before and once it has, each once for a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from ..accounts.reminders import morning, without_ordered
from ..candidates.models import Candidate, Membership
from ..dates import local_date
from ..db import Session
from ..mail import order_mail
from ..states import MembershipState

DAYS = (0, 7, 30, 60)  # left; the first: it has run out
LATE = timedelta(days=14)  # nobody is told later than this after the day
TEMPLATE = "credential.remind_training"


@dataclass(frozen=True, slots=True)
class Reminder:
    candidate_id: int
    user_id: int
    prefecture_code: str
    until: date
    days: int  # of DAYS

    @property
    def event(self) -> str:
        return f"candidate/{self.candidate_id}/training-{self.days}/{self.until:%Y%m%d}"


def list_due(session: Session, now: datetime) -> list[Reminder]:
    """Not ordered yet; of those that were missed, the nearest alone. Nobody without an account: nobody would read it."""
    if now < morning(now):
        return []
    today = local_date(now)
    query = (
        sa.select(
            Candidate.id, Candidate.user_id, sa.func.min(Membership.prefecture_code),
            Candidate.training_until,
        )
        .join(Membership, Membership.candidate_id == Candidate.id)
        .where(
            Membership.state == MembershipState.ACTIVE,
            Membership.active_until >= today,
            Candidate.user_id.is_not(None),
            Candidate.training_until.between(today - LATE, today + timedelta(days=max(DAYS))),
        )
        .group_by(Candidate.id)
        .order_by(Candidate.id)
    )  # fmt: skip
    due = [
        Reminder(person, user, code, until, _stage(until, today))
        for person, user, code, until in session.execute(query)
        if user is not None and until is not None
    ]
    return without_ordered(session, due)


def _stage(until: date, today: date) -> int:
    left = (until - today).days
    return 0 if left < 0 else min(days for days in DAYS[1:] if left <= days)


def remind(session: Session, now: datetime) -> list[Reminder]:
    found = list_due(session, now)
    for one in found:
        order_mail(
            session, event=one.event, recipient_id=one.user_id, template=TEMPLATE,
            link="/profile/credentials", now=now, prefecture_code=one.prefecture_code,
        )  # fmt: skip
    return found
