"""What work costs by fiscal year, in yen: pay as agreed, and an estimate of travel. The one rule for needs, placements and papers.

Every month is paid on its own. A visit is a day on site: half-days on site of a month, two to a day, rounded up. A trip is
the distance by road there and back at a price for the kilometre; without a price nothing is estimated.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .dates import fiscal_year_of_month
from .geo import DETOUR, Place, great_circle_km
from .matching.records import days_on_site
from .pay import month_pay


@dataclass(frozen=True, slots=True)
class Work:
    """pay in yen per unit of its basis; half-days of a month; on_site in percent; people: who do the same at once."""

    pay_amount: int
    pay_basis: str
    half_days: int
    months: Sequence[int]
    on_site: int = 0
    people: int = 1

    @property
    def visits(self) -> int:
        """Days on site in a month, of one person."""
        return days_on_site(self.half_days, self.on_site)


@dataclass(frozen=True, slots=True)
class YearCost:
    """travel: None where it cannot be estimated."""

    year: int  # fiscal
    months: int
    half_days: int
    pay: int
    travel: int | None

    @property
    def total(self) -> int:
        return self.pay + (self.travel or 0)


def months_by_year(months: Iterable[int]) -> Mapping[int, list[int]]:
    """Fiscal year → its months."""
    years: dict[int, list[int]] = {}
    for month in months:
        years.setdefault(fiscal_year_of_month(month), []).append(month)
    return years


def pay_by_year(work: Work) -> dict[int, int]:
    """Fiscal year → yen."""
    pay = month_pay(work.pay_amount, work.pay_basis, work.half_days) * work.people
    return {year: pay * len(some) for year, some in months_by_year(work.months).items()}


def cost_by_year(work: Work, trip: int | None) -> list[YearCost]:
    """trip: yen of one visit there and back; None where nobody has said what a kilometre costs."""
    pays = pay_by_year(work)
    found = []
    for year, some in sorted(months_by_year(work.months).items()):
        n = len(some) * work.people
        travel = 0 if not work.visits else None if trip is None else trip * work.visits * n
        found.append(YearCost(year, len(some), work.half_days * n, pays[year], travel))
    return found


def add_up(costs: Iterable[YearCost]) -> list[YearCost]:
    """One row a year; travel is not known where a part of it is not."""
    found: dict[int, YearCost] = {}
    for row in costs:
        one = found.get(row.year, YearCost(row.year, 0, 0, 0, 0))
        is_known = one.travel is not None and row.travel is not None
        found[row.year] = YearCost(
            row.year, one.months + row.months, one.half_days + row.half_days, one.pay + row.pay,
            (one.travel or 0) + (row.travel or 0) if is_known else None,
        )  # fmt: skip
    return [found[year] for year in sorted(found)]


def road_km(home: Place, hall: Place) -> float:
    """As travel minutes take it up to 80 km; beyond that the same detour, as an estimate."""
    return great_circle_km(home, hall) * DETOUR


def trip_yen(km: float, yen_per_km: int) -> int:
    """There and back."""
    return round(2 * km * yen_per_km)
