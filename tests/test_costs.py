"""What work costs by fiscal year: every month on its own, visits rounded up, travel only where it is known."""

from __future__ import annotations

from hypothesis import given, strategies as st

from talentpool import costs
from talentpool.costs import Work, YearCost
from talentpool.dates import fiscal_year_of_month, month_number
from talentpool.geo import Place
from talentpool.pay import UNITS, month_pay

FEBRUARY, MAY = month_number(2027, 2), month_number(2027, 5)
works = st.builds(
    Work, st.integers(0, 50_000), st.sampled_from(["month", "none", *UNITS]), st.integers(1, 40),
    st.lists(st.integers(FEBRUARY, FEBRUARY + 30), unique=True, max_size=8), st.integers(0, 100),
    st.integers(1, 3),
)  # fmt: skip


def test_a_fiscal_year_ends_in_march() -> None:
    work = Work(20_000, "day", 4, range(FEBRUARY, MAY), on_site=100, people=2)
    assert costs.cost_by_year(work, trip=3_000) == [
        YearCost(2026, 2, 16, 160_000, 24_000), YearCost(2027, 1, 8, 80_000, 12_000),
    ]  # fmt: skip
    assert [row.travel for row in costs.cost_by_year(work, None)] == [None, None]
    online = Work(20_000, "day", 4, range(FEBRUARY, MAY))
    assert [row.travel for row in costs.cost_by_year(online, None)] == [0, 0]
    assert Work(1, "day", 5, [], on_site=50).visits == 2
    assert Work(1, "day", 1, [], on_site=10).visits == 1


@given(works, st.none() | st.integers(0, 9_999))
def test_the_years_add_up_to_the_months(work: Work, trip: int | None) -> None:
    rows = costs.cost_by_year(work, trip)
    monthly = month_pay(work.pay_amount, work.pay_basis, work.half_days)
    assert sum(row.pay for row in rows) == monthly * len(work.months) * work.people
    assert sum(row.months for row in rows) == len(work.months)
    assert {row.year: row.pay for row in rows} == costs.pay_by_year(work)
    single = [costs.cost_by_year(Work(
        work.pay_amount, work.pay_basis, work.half_days, [month], work.on_site, work.people
    ), trip) for month in work.months]  # fmt: skip
    assert costs.add_up(row for some in single for row in some) == rows
    assert [row.year for row in rows] == sorted({fiscal_year_of_month(m) for m in work.months})


def test_a_trip_goes_there_and_back_by_road() -> None:
    here, there = Place(34.69, 135.2), Place(34.69, 135.2)
    assert costs.trip_yen(costs.road_km(here, there), 30) == 0
    assert costs.trip_yen(12.5, 30) == 750
