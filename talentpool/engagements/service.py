"""Queries: the months of an engagement, what comes next in it, what happened to it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import sqlalchemy as sa

from ..audit import AuditEvent
from ..dates import first_day, fiscal_year, last_day, local_date, month_of, months
from ..db import Session
from ..ledger import service as ledger
from ..ledger.models import Commitment, CommitmentState
from ..permissions import Actor, visible
from ..states import RUNNING, EngagementState, WorkLogState
from .logs import can_be_logged
from .models import Engagement, Place, WorkLog, WorkTerms, is_given_back
from .month_additions import MonthAddition
from .plan_changes import PlanChange

NEAR = 3  # months before this one that a page shows at once


@dataclass(frozen=True, slots=True)
class MonthRow:
    """A month of an engagement. Unit: half-days."""

    month: int
    agreed: int
    log: WorkLog | None
    can_be_logged: bool

    @property
    def booked(self) -> int:
        """What was worked, as far as it was sent."""
        is_sent = self.log is not None and self.log.state is not WorkLogState.DRAFT
        return self.log.half_days if is_sent and self.log else 0

    @property
    def free(self) -> int:
        return max(self.agreed - self.booked, 0)

    def days_at(self, place: Place) -> int:
        return sum(row.place == place for row in self.log.days) if self.log else 0


def may_reconsider(engagement: Engagement, actor: Actor) -> bool:
    """Whether `actor` is of the side that decided the end, which has not come."""
    is_decided = engagement.end_reason is not None and engagement.planned_last_day is not None
    return engagement.state in RUNNING and is_decided and engagement.end_side == actor.role


def list_months(session: Session, engagement: Engagement, today: date) -> Sequence[MonthRow]:
    """Every month of the engagement, with what was agreed and what was logged."""
    agreed = ledger.list_booked(session, engagement.placement_id)
    query = sa.select(WorkLog).where(WorkLog.engagement_id == engagement.id)
    logs = {log.month: log for log in session.scalars(query)}
    return [
        MonthRow(
            month, agreed.get(month, 0), logs.get(month), can_be_logged(engagement, month, today)
        )
        for month in sorted({*months(engagement.first_month, engagement.last_month), *logs})
    ]


def rests_in(engagement: Engagement, month: int) -> bool:
    """Whether no day of a month is worked because the engagement is suspended."""
    since = engagement.suspended_at
    return since is not None and month > month_of(local_date(since))


def is_near(row: MonthRow, today: date) -> bool:
    """Whether a month is one of the last three or this one, or its log waits for somebody."""
    is_open = row.log is not None and row.log.state is not WorkLogState.CLOSED
    return is_open or month_of(today) - NEAR <= row.month <= month_of(today)


class Milestone(StrEnum):
    START = "start"
    LOG = "log"  # a month that is over has no log
    RETURNED = "returned"  # a log waits for the person, again
    SIGN = "sign"  # a log waits for the town
    YEAR = "year"  # a fiscal year ends
    END = "end"


@dataclass(frozen=True, slots=True)
class Next:
    """Something that comes, or has waited since `day`. month: of a log."""

    day: date
    kind: Milestone
    month: int | None = None


def list_next(engagement: Engagement, rows: Sequence[MonthRow], today: date) -> Sequence[Next]:
    """What waits in an engagement and what comes, by day."""
    return sorted(_next(engagement, rows, today), key=lambda row: row.day)


def _next(engagement: Engagement, rows: Sequence[MonthRow], today: date) -> Iterator[Next]:
    if engagement.state is EngagementState.PREPARING:
        yield Next(first_day(engagement.first_month), Milestone.START)
    for row in rows:
        kind = _waits(row.log)
        if kind is not None and row.log is not None and row.log.sent_at:
            yield Next(local_date(row.log.sent_at), kind, row.month)
        is_blank = row.log is None or (
            row.log.state is WorkLogState.DRAFT and row.log.return_reason is None
        )
        is_due = row.can_be_logged and row.agreed and not rests_in(engagement, row.month)
        if is_due and is_blank and last_day(row.month) < today:
            yield Next(last_day(row.month), Milestone.LOG, row.month)
    if engagement.state in RUNNING:
        begins = fiscal_year(max(today, first_day(engagement.first_month)))
        for year in range(begins, fiscal_year(engagement.last_day)):
            yield Next(date(year + 1, 3, 31), Milestone.YEAR)
        yield Next(engagement.last_day, Milestone.END)


def _waits(log: WorkLog | None) -> Milestone | None:
    """What a log waits for that was sent."""
    if log is None or log.state is WorkLogState.CLOSED:
        return None
    if log.state is WorkLogState.SENT:
        return Milestone.SIGN
    return Milestone.RETURNED if log.return_reason else None


def was_logged(session: Session, placement_id: int) -> bool:
    """Whether a month of its engagement was ever sent, though it may be corrected now."""
    query = (
        sa.select(WorkLog.id)
        .join(Engagement, Engagement.id == WorkLog.engagement_id)
        .where(Engagement.placement_id == placement_id, WorkLog.sent_at.is_not(None))
    )
    return session.scalars(query.limit(1)).first() is not None


def list_history(session: Session, engagement: Engagement) -> list[AuditEvent]:
    """What happened to an engagement, its terms, its extensions, additions and the logs of its months, oldest first."""
    parts = (
        (WorkLog, WorkLog.engagement_id == engagement.id),
        (PlanChange, PlanChange.engagement_id == engagement.id),
        (MonthAddition, MonthAddition.engagement_id == engagement.id),
        (WorkTerms, WorkTerms.placement_id == engagement.placement_id),
    )
    of_parts = sa.or_(
        *(
            (AuditEvent.object_type == model.__tablename__)
            & AuditEvent.object_id.in_(sa.select(sa.cast(model.id, sa.String)).where(of_it))
            for model, of_it in parts
        )
    )
    of_itself = (AuditEvent.object_type == Engagement.__tablename__) & (
        AuditEvent.object_id == str(engagement.id)
    )
    query = sa.select(AuditEvent).where(of_itself | of_parts)
    return list(session.scalars(query.order_by(AuditEvent.seq)))


def list_unwritten(
    session: Session, actor: Actor, today: date
) -> list[tuple[Engagement, int, bool]]:
    """The months that the person has to write or to correct: engagement, month, whether the log was returned."""
    this, log = month_of(today), WorkLog
    is_of_month = (log.engagement_id == Engagement.id) & (log.month == Commitment.month)
    query = (
        visible(actor, Engagement)
        .add_columns(Commitment.month, sa.func.coalesce(is_given_back(), sa.false()))
        .join(Commitment, Commitment.placement_id == Engagement.placement_id)
        .outerjoin(log, is_of_month)
        .where(
            Engagement.started_at.is_not(None),
            Commitment.state == CommitmentState.BOOKED,
            is_given_back()
            | (Commitment.month < this) & (log.id.is_(None) | (log.state == WorkLogState.DRAFT)),
        )
        .order_by(Commitment.month, Engagement.id)
    )
    return [
        (engagement, month, bool(is_returned))
        for engagement, month, is_returned in session.execute(query)
        if is_returned or not rests_in(engagement, month)
    ]


def lacks_a_log(today: date) -> sa.ColumnElement[bool]:
    """Of work that has begun and does not rest: a month is over, and its log was never sent; for queries."""
    sent = sa.exists().where(
        WorkLog.engagement_id == Engagement.id,
        WorkLog.month == Commitment.month,
        WorkLog.state != WorkLogState.DRAFT,
    )
    month = sa.exists().where(
        Commitment.placement_id == Engagement.placement_id,
        Commitment.state == CommitmentState.BOOKED,
        Commitment.month < month_of(today),
        ~sent.correlate(Engagement, Commitment),
    )
    begun = Engagement.started_at.is_not(None) & Engagement.suspended_at.is_(None)
    return begun & month.correlate(Engagement)


def count_logs(session: Session, engagement_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """Id of the engagement → logs that wait for the town, half-days that it has signed."""
    query = (
        sa.select(WorkLog)
        .where(WorkLog.engagement_id.in_(engagement_ids))
        .where(WorkLog.state.in_({WorkLogState.SENT, WorkLogState.CLOSED}))
    )
    counts: dict[int, tuple[int, int]] = {}
    for log in session.scalars(query):
        waiting, worked = counts.get(log.engagement_id, (0, 0))
        is_signed = log.state is WorkLogState.CLOSED
        counts[log.engagement_id] = (
            waiting + (not is_signed),
            worked + (log.half_days if is_signed else 0),
        )
    return counts


def list_waiting_months(
    engagement: Engagement, rows: Sequence[MonthRow], today: date
) -> Sequence[int]:
    """The months that the person can log by now and has not sent, the oldest first."""
    written = {WorkLogState.SENT, WorkLogState.CLOSED}
    return [
        row.month
        for row in rows
        if row.can_be_logged
        and (row.log is None or row.log.state not in written)
        and row.month <= month_of(today)
        and not rests_in(engagement, row.month)
    ]
