"""A log that was sent waits for the town's signature until a day, and longer: the town is reminded, nothing ends by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa

from ..accounts import telling
from ..accounts.reminders import morning, without_ordered
from ..accounts.telling import list_recipients
from ..dates import local_date, month_text
from ..db import Session
from ..deadlines.service import read_terms
from ..permissions import SYSTEM
from ..states import Audience, WorkLogState
from ..waits import Terms, Wait
from .models import WorkLog

TEMPLATE = "work_log.remind"


class Kind(StrEnum):
    HALF = "half"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class Reminder:
    log: WorkLog
    kind: Kind

    @property
    def event(self) -> str:
        sent = self.log.sent_at
        assert sent is not None
        return f"work_log/{self.log.id}/remind-{self.kind}/{sent:%Y%m%d%H%M}"


def due_of(log: WorkLog, terms: Terms) -> datetime | None:
    """Until when the town should have signed; None for a log that does not wait."""
    if log.state is not WorkLogState.SENT or log.sent_at is None:
        return None
    return terms.due(Wait.LOG, log.sent_at)


def find_due(session: Session, log: WorkLog) -> datetime | None:
    return due_of(log, read_terms(session, log.prefecture_code))


def kind_due(sent: datetime, due: datetime, now: datetime) -> Kind | None:
    """Which reminder the moment is for: from the morning of the day half way, and from that after the last one."""
    if now >= morning(due + timedelta(days=1)):
        return Kind.LATE
    half = local_date(sent) + (local_date(due) - local_date(sent)) / 2
    is_half = half < local_date(now) or (half == local_date(now) and now >= morning(now))
    return Kind.HALF if is_half and now <= due and half > local_date(sent) else None


def list_due(session: Session, now: datetime) -> list[Reminder]:
    """The reminders that have not been ordered yet, where somebody of the town can be told."""
    terms: dict[str, Terms] = {}
    found = []
    query = sa.select(WorkLog).where(WorkLog.state == WorkLogState.SENT).order_by(WorkLog.id)
    for log in session.scalars(query):
        code = log.prefecture_code
        terms[code] = terms.get(code) or read_terms(session, code)
        due = due_of(log, terms[code])
        if due is None or log.sent_at is None:
            continue
        if kind := kind_due(log.sent_at, due, now):
            found.append(Reminder(log, kind))
    return [one for one in without_ordered(session, found) if _can_be_told(session, one.log)]


def _can_be_told(session: Session, log: WorkLog) -> bool:
    told = list_recipients(log, Audience.MUNICIPALITY, None)
    return session.scalars(told.limit(1)).first() is not None


def remind(session: Session, now: datetime) -> list[Reminder]:
    """Order the mails of all reminders that are due."""
    found = list_due(session, now)
    for reminder in found:
        log = reminder.log
        telling.tell_audience(
            session, log, Audience.MUNICIPALITY, event=reminder.event, template=TEMPLATE,
            link=f"/engagements/{log.engagement_id}/logs/{month_text(log.month)}", user_id=None,
            actor=SYSTEM, now=now,
        )  # fmt: skip
    return found
