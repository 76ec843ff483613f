"""What was approved of an engagement for a fiscal year, and how far the year goes beyond it with more half-days."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import sqlalchemy as sa

from ..dates import fiscal_year_of_month
from ..db import Session
from ..engagements.models import Engagement, WorkLog
from ..engagements.month_additions import MonthAddition
from ..engagements.plan_changes import PlanChange
from ..ledger import service as ledger
from ..states import ADDITION_OPEN, AdditionState, PlanChangeState, WorkLogState
from .counters.finding import list_decided
from .models import Placement

_DONE = frozenset({AdditionState.DONE})


def find_excess(
    session: Session,
    engagement: Engagement,
    placement: Placement,
    month: int,
    half_days: int,
    *,
    besides: MonthAddition | None = None,
) -> int:
    """By how many half-days the fiscal year is more than was approved, with `half_days` more in the month.

    What still waits for somebody, but for `besides`, counts as if it was agreed.
    """
    year = fiscal_year_of_month(month)
    rows = _list_additions(session, engagement, year, ADDITION_OPEN | _DONE)
    others = [row for row in rows if row is not besides]
    waiting = sum(row.half_days for row in others if row.state in ADDITION_OPEN)
    total = _count_agreed(session, engagement, year) + waiting + half_days
    return max(0, total - _approved(session, engagement, placement, year, others))


def is_covered(
    session: Session, engagement: Engagement, placement: Placement, row: MonthAddition
) -> bool:
    """Whether the fiscal year is no more than was approved once the addition is agreed to."""
    year = fiscal_year_of_month(row.month)
    known = [*_list_additions(session, engagement, year, _DONE), row]
    total = _count_agreed(session, engagement, year) + row.half_days
    return total <= _approved(session, engagement, placement, year, known)


def _list_additions(
    session: Session, engagement: Engagement, year: int, states: Collection[AdditionState]
) -> list[MonthAddition]:
    query = sa.select(MonthAddition).where(
        MonthAddition.engagement_id == engagement.id, MonthAddition.state.in_(states)
    )
    return [row for row in session.scalars(query) if fiscal_year_of_month(row.month) == year]


def _count_agreed(session: Session, engagement: Engagement, year: int) -> int:
    """Half-days of the fiscal year. Signed months count as worked."""
    query = sa.select(WorkLog).where(
        WorkLog.engagement_id == engagement.id, WorkLog.state == WorkLogState.CLOSED
    )
    signed = {log.month: log.half_days for log in session.scalars(query)}
    agreed = ledger.list_booked(session, engagement.placement_id) | signed
    return sum(n for month, n in agreed.items() if fiscal_year_of_month(month) == year)


def _approved(
    session: Session,
    engagement: Engagement,
    placement: Placement,
    year: int,
    additions: Sequence[MonthAddition],
) -> int:
    """Half-days of a fiscal year: of the widest decision, of extensions, and what `additions` were let go beyond."""
    decided = list_decided(session, placement)
    most = max(
        one.half_days * sum(fiscal_year_of_month(month) == year for month in one.months)
        for one in decided
    )
    inside = {month for one in decided for month in one.months}
    changes = sa.select(PlanChange).where(
        PlanChange.engagement_id == engagement.id, PlanChange.state == PlanChangeState.DONE
    )
    for change in session.scalars(changes):
        most += sum(
            n
            for month, n in change.months.items()
            if month not in inside and fiscal_year_of_month(month) == year
        )
    return most + sum(row.excess for row in additions)
