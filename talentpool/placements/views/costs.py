"""What a proposal and the work that came of it cost the town by fiscal year, on their pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from ...candidates.terms import find_employment
from ...costs import Work, YearCost, add_up, cost_by_year
from ...engagements.models import Engagement
from ...needs.costing import TravelRate, find_rate, trip_between
from ...web import current_catalogue, current_session
from ..conditions import work_of
from ..costing import load_priced
from ..models import Placement
from .blueprint import blueprint


class Agreed(Protocol):
    """A month of an engagement."""

    @property
    def month(self) -> int: ...
    @property
    def agreed(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Cost:
    """trip: yen of a visit; None where it cannot be estimated."""

    years: Sequence[YearCost]
    has_travel: bool
    trip: int | None


@blueprint.app_template_global("cost_of_placement")
def cost_of_placement(placement: Placement) -> Cost:
    rate = find_rate(current_session(), placement.prefecture_code)
    return _cost(
        placement, rate, [work_of(placement.need, placement.candidate, placement.conditions)]
    )


@dataclass(frozen=True, slots=True)
class PrefectureCost:
    """In yen: what the half-days of somebody cost whom the prefecture employs."""

    each: int
    half_days: int

    @property
    def yen(self) -> int:
        return self.each * self.half_days


@blueprint.app_template_global("prefecture_cost_of")
def prefecture_cost_of(placement: Placement) -> PrefectureCost | None:
    """None where nobody has said what a half-day costs. For officers of the prefecture only."""
    row = find_employment(current_session(), placement.candidate)
    if row is None or row.half_day_cost is None:
        return None
    asked = placement.conditions
    return PrefectureCost(row.half_day_cost, asked.half_days * len(asked.months))


@blueprint.app_template_global("cost_of_engagement")
def cost_of_engagement(engagement: Engagement, rows: Iterable[Agreed]) -> Cost:
    """By the half-days that are agreed for each month."""
    placement, rate = load_priced(current_session(), engagement.placement_id)
    work = work_of(engagement.need, placement.candidate, placement.conditions)
    months = [replace(work, half_days=row.agreed, months=[row.month]) for row in rows if row.agreed]
    return _cost(placement, rate, months)


def _cost(placement: Placement, rate: TravelRate | None, works: Sequence[Work]) -> Cost:
    home = placement.candidate.home_code
    trip = trip_between(rate, home, placement.need.place_code, current_catalogue())
    years = add_up(row for work in works for row in cost_by_year(work, trip))
    return Cost(years, any(work.visits for work in works), trip)
