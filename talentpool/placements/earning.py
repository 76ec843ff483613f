"""What a person earns by fiscal year over all bookings, and days on site: limits the person has set for the work.

The ledger says for which half-days; the pay is that of each vacancy. What a placement itself holds is not counted twice.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ..candidates.models import Candidate
from ..dates import fiscal_year_of_month, show_fiscal_year
from ..db import Session
from ..language import say
from ..ledger.models import Commitment
from ..needs.costing import Fee, fee_of
from ..needs.models import Need
from ..pay import month_pay
from ..states import PENDING
from .conditions import Conditions, work_of
from .models import Placement

Key = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one person. earned: (fiscal year, placement) → yen of what is held and booked; visits: (month, placement) → days
    on site of it.
    """

    income_ceiling: int | None
    onsite_days: int | None
    earned: Mapping[tuple[int, int], int] = field(default_factory=dict)
    visits: Mapping[tuple[int, int], int] = field(default_factory=dict)

    def income_of(self, year: int, *besides: int) -> int:
        """Yen in a fiscal year; besides: placements that are left out."""
        return _sum_besides(self.earned, year, besides)

    def broken(
        self, placement: Placement, conditions: Conditions, this_month: int
    ) -> Iterator[str]:
        """Which limits the work would exceed in the months that are not over, each as a sentence with its figures."""
        ahead = [month for month in conditions.months if month >= this_month]
        return self.broken_in(dict.fromkeys(ahead, conditions.half_days), placement, conditions)

    def broken_in(
        self,
        asked: Mapping[int, int],
        placement: Placement,
        conditions: Conditions,
        booked: Mapping[int, int] = MappingProxyType({}),
    ) -> Iterator[str]:
        """The same of months (month → half-days) that the placement comes to have beside those `booked` for it."""
        if self.income_ceiling is not None:
            years = {fiscal_year_of_month(month) for month in asked}
            fee = fee_of(placement.need, placement.candidate)
            for year, yen in sorted(_pay_of({**booked, **asked}, fee).items()):
                total = self.income_of(year, placement.id) + yen
                if year in years and yen and total > self.income_ceiling:
                    yield _over_income(year, total, self.income_ceiling)
        if self.onsite_days is not None:
            days = max(self._days(asked, placement, conditions), default=0)
            if days > self.onsite_days:
                yield _over_days(days, self.onsite_days)

    def broken_together(
        self, person: Candidate, needs: Sequence[Need], besides: Collection[int], this_month: int
    ) -> Iterator[str]:
        """The same of several needs at once; besides: placements by which the person has them already."""
        earned, visits = Counter[int](), Counter[int]()
        for need in needs:
            conditions = Conditions.of(need)
            ahead = [month for month in conditions.months if month >= this_month]
            earned.update(_pay_of(dict.fromkeys(ahead, conditions.half_days), fee_of(need, person)))
            visits.update(dict.fromkeys(ahead, work_of(need, person, conditions).visits))
        if self.income_ceiling is not None:
            for year, yen in sorted(earned.items()):
                total = yen + self.income_of(year, *besides)
                if yen and total > self.income_ceiling:
                    yield _over_income(year, total, self.income_ceiling)
        if self.onsite_days is not None:
            days = max(
                (n + _sum_besides(self.visits, month, besides) for month, n in visits.items() if n),
                default=0,
            )
            if days > self.onsite_days:
                yield _over_days(days, self.onsite_days)

    def _days(
        self, asked: Mapping[int, int], placement: Placement, conditions: Conditions
    ) -> Iterator[int]:
        """Of each month in which the placement has any, those of other work included."""
        for month, half_days in asked.items():
            most = replace(conditions, half_days=half_days)
            own = work_of(placement.need, placement.candidate, most).visits
            if own:
                yield own + _sum_besides(self.visits, month, (placement.id,))


def _over_income(year: int, total: int, ceiling: int) -> str:
    return say(
        "「収入の上限」：%(year)sの報酬が合計%(total)s円になり、本人の上限%(ceiling)s円を超えます。",
        year=show_fiscal_year(year),
        total=f"{total:,}",
        ceiling=f"{ceiling:,}",
    )


def _over_days(days: int, most: int) -> str:
    return say(
        "「現地の日数」：現地で働く日が、ほかの活動と合わせて月%(days)s日になり、本人の上限の月%(most)s日を超えます。",
        days=days,
        most=most,
    )


def _sum_besides(taken: Mapping[tuple[int, int], int], when: int, besides: Collection[int]) -> int:
    return sum(n for (at, row), n in taken.items() if at == when and row not in besides)


def list_beyond(session: Session, placement: Placement, this_month: int) -> list[str]:
    """Which limits of the person the placement would exceed as things stand; nothing once it has ended."""
    if placement.state not in PENDING:
        return []
    limits = read_limits(session, [placement.candidate_id]).get(placement.candidate_id)
    return list(limits.broken(placement, placement.conditions, this_month)) if limits else []


def _pay_of(half_days: Mapping[int, int], fee: Fee) -> Mapping[int, int]:
    """Fiscal year → yen."""
    years: dict[int, int] = defaultdict(int)
    for month, n in half_days.items():
        years[fiscal_year_of_month(month)] += month_pay(*fee, n)
    return years


def read_limits(session: Session, candidate_ids: Collection[int]) -> Mapping[int, Limits]:
    """By person; only of those who have set one."""
    person, row = Candidate, Commitment
    query = sa.select(person.id, person.income_ceiling, person.onsite_days).where(
        person.id.in_(candidate_ids),
        person.income_ceiling.is_not(None) | person.onsite_days.is_not(None),
    )
    said = {ident: (ceiling, days) for ident, ceiling, days in session.execute(query)}
    found = {ident: (defaultdict[Key, int](int), defaultdict[Key, int](int)) for ident in said}
    if said:
        taken = (
            sa.select(row, Placement)
            .join(Placement, Placement.id == row.placement_id)
            .options(joinedload(Placement.need), joinedload(Placement.candidate))
            .where(row.candidate_id.in_(said))
        )
        for held, placement in session.execute(taken):
            need, who = placement.need, placement.candidate
            earned, visits = found[held.candidate_id]
            year = fiscal_year_of_month(held.month)
            earned[year, placement.id] += month_pay(*fee_of(need, who), held.half_days)
            done = replace(placement.conditions, half_days=held.half_days)
            visits[held.month, placement.id] += work_of(need, who, done).visits
    return {
        ident: Limits(*said[ident], dict(earned), dict(visits))
        for ident, (earned, visits) in found.items()
    }
