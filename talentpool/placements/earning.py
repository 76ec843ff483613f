"""What a person earns by fiscal year over all bookings, and days on site: limits the person has set for the work.

The ledger says for which half-days; the pay is that of each vacancy. What a placement itself holds is not counted twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa

from ..candidates.models import Candidate
from ..costs import pay_by_year
from ..dates import fiscal_year_of_month, show_fiscal_year
from ..db import Session
from ..language import say
from ..ledger.models import Commitment
from ..needs.models import Need
from ..pay import HALF_DAYS_A_DAY, month_pay
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
        if self.income_ceiling is not None:
            for year, yen in sorted(pay_by_year(work_of(placement.need, conditions)).items()):
                total = self.income_of(year, placement.id) + yen
                if yen and total > self.income_ceiling:
                    yield say(
                        "「収入の上限」：%(year)sの報酬が合計%(total)s円になり、本人の上限%(ceiling)s円を超えます。",
                        year=show_fiscal_year(year),
                        total=f"{total:,}",
                        ceiling=f"{self.income_ceiling:,}",
                    )
        if self.onsite_days is not None and (days := days_on_site(conditions)) > self.onsite_days:
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


def days_on_site(conditions: Conditions) -> int:
    """In a month, rounded up to whole days."""
    return -(-conditions.half_days * conditions.on_site // (100 * HALF_DAYS_A_DAY))


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
