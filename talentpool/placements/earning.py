"""What a person earns by fiscal year over all bookings, and days on site: limits the person has set for the work.

The ledger says for which half-days; the pay is that of each vacancy. What a placement itself holds is not counted twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import sqlalchemy as sa

from ..candidates.models import Candidate
from ..dates import fiscal_year_of_month, show_fiscal_year
from ..db import Session
from ..language import say
from ..ledger.models import Commitment
from ..needs.models import Need
from ..pay import month_pay
from ..states import PENDING
from .conditions import Conditions, work_of
from .models import Placement


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one person. earned: (fiscal year, placement) → yen of what is held and booked."""

    income_ceiling: int | None
    onsite_days: int | None
    earned: Mapping[tuple[int, int], int] = field(default_factory=dict)

    def income_of(self, year: int, besides: int | None = None) -> int:
        """Yen in a fiscal year; besides: a placement that is left out."""
        return sum(
            yen for (when, placement), yen in self.earned.items() if (when, placement != besides) == (year, True)
        )  # fmt: skip

    def broken(self, placement: Placement, conditions: Conditions) -> Iterator[str]:
        """Which limits the work would exceed, each as a sentence with its figures."""
        asked = dict.fromkeys(conditions.months, conditions.half_days)
        return self.broken_in(asked, placement, conditions)

    def broken_in(
        self,
        asked: Mapping[int, int],
        placement: Placement,
        conditions: Conditions,
        booked: Mapping[int, int] = MappingProxyType({}),
    ) -> Iterator[str]:
        """The same of months (month → half-days) that the placement comes to have beside those `booked` for it."""
        need = placement.need
        if self.income_ceiling is not None:
            years = {fiscal_year_of_month(month) for month in asked}
            for year, yen in sorted(_pay_of({**booked, **asked}, need).items()):
                total = self.income_of(year, placement.id) + yen
                if year in years and yen and total > self.income_ceiling:
                    yield say(
                        "「収入の上限」：%(year)sの報酬が合計%(total)s円になり、本人の上限%(ceiling)s円を超えます。",
                        year=show_fiscal_year(year),
                        total=f"{total:,}",
                        ceiling=f"{self.income_ceiling:,}",
                    )
        most = replace(conditions, half_days=max(asked.values()))
        if (
            self.onsite_days is not None
            and (days := work_of(need, placement.candidate, most).visits) > self.onsite_days
        ):
            yield say(
                "「現地の日数」：現地で月%(days)s日働く募集で、本人の上限は月%(most)s日です。",
                days=days,
                most=self.onsite_days,
            )


def list_beyond(session: Session, placement: Placement) -> list[str]:
    """Which limits of the person the placement would exceed as things stand; nothing once it has ended."""
    if placement.state not in PENDING:
        return []
    limits = read_limits(session, [placement.candidate_id]).get(placement.candidate_id)
    return list(limits.broken(placement, placement.conditions)) if limits else []


def _pay_of(half_days: Mapping[int, int], need: Need) -> Mapping[int, int]:
    """Fiscal year → yen."""
    years: dict[int, int] = defaultdict(int)
    for month, n in half_days.items():
        years[fiscal_year_of_month(month)] += month_pay(need.pay_amount, need.pay_basis, n)
    return years


def read_limits(session: Session, candidate_ids: Collection[int]) -> Mapping[int, Limits]:
    """By person; only of those who have set one."""
    person, row = Candidate, Commitment
    query = sa.select(person.id, person.income_ceiling, person.onsite_days).where(
        person.id.in_(candidate_ids),
        person.income_ceiling.is_not(None) | person.onsite_days.is_not(None),
    )
    said = {ident: (ceiling, days) for ident, ceiling, days in session.execute(query)}
    capped = [ident for ident, (ceiling, _days) in said.items() if ceiling is not None]
    earned: dict[int, dict[tuple[int, int], int]] = defaultdict(lambda: defaultdict(int))
    if capped:
        taken = (
            sa.select(
                row.candidate_id, row.placement_id, row.month, row.half_days, Need.pay_amount,
                Need.pay_basis,
            )
            .join(Placement, Placement.id == row.placement_id)
            .join(Need, Need.id == Placement.need_id)
            .where(row.candidate_id.in_(capped))
        )  # fmt: skip
        for ident, placement, month, half_days, amount, basis in session.execute(taken):
            year = fiscal_year_of_month(month)
            earned[ident][year, placement] += month_pay(amount, basis, half_days)
    return {
        ident: Limits(ceiling, days, dict(earned.get(ident, {})))
        for ident, (ceiling, days) in said.items()
    }
