"""What a town owes for the work it has signed (報酬・旅費計算書): days, pay and travel by month and fiscal year, in yen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import sqlalchemy as sa

from ..dates import fiscal_year_of_month
from ..db import Session
from ..needs.costing import Fee, fee_of
from ..pay import month_pay
from ..states import WorkLogState
from .models import Engagement, WorkLog


@dataclass(frozen=True, slots=True)
class Row:
    """A month that is signed."""

    month: int
    days: int
    half_days: int
    pay: int
    travel: int
    is_recorded: bool = False  # by staff, from paper or a call

    @property
    def total(self) -> int:
        return self.pay + self.travel


@dataclass(frozen=True, slots=True)
class Year:
    """A fiscal year with its months."""

    year: int
    rows: Sequence[Row]

    @property
    def half_days(self) -> int:
        return sum(row.half_days for row in self.rows)

    @property
    def pay(self) -> int:
        return sum(row.pay for row in self.rows)

    @property
    def travel(self) -> int:
        return sum(row.travel for row in self.rows)

    @property
    def total(self) -> int:
        return self.pay + self.travel


def list_rows(session: Session, engagement: Engagement) -> Sequence[Row]:
    """The signed months in their order; pay as the need offers it, before taxes."""
    query = sa.select(WorkLog).where(
        WorkLog.engagement_id == engagement.id, WorkLog.state == WorkLogState.CLOSED
    )
    fee = fee_of(engagement.need, engagement.candidate)
    return [_row(log, fee) for log in session.scalars(query.order_by(WorkLog.month))]


def _row(log: WorkLog, fee: Fee) -> Row:
    worked = log.half_days
    pay = month_pay(*fee, worked) if worked else 0
    is_recorded = log.recorded is not None
    return Row(log.month, len(log.days), worked, pay, log.travel_yen, is_recorded)


def by_year(rows: Sequence[Row]) -> Sequence[Year]:
    months = groupby(rows, lambda row: fiscal_year_of_month(row.month))
    return [Year(year, list(some)) for year, some in months]
