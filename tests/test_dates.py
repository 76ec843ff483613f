"""Dates, months and fiscal years as Japanese offices write them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from talentpool import dates
from talentpool.dates import BadDate, month_number


@pytest.mark.parametrize(
    ("day", "year"),
    [(date(2026, 3, 31), 2025), (date(2026, 4, 1), 2026), (date(2026, 12, 31), 2026), (date(2027, 1, 1), 2026),
     (date(2028, 2, 29), 2027)],
)  # fmt: skip
def test_the_fiscal_year_turns_on_the_first_of_april(day: date, year: int) -> None:
    assert dates.fiscal_year(day) == year
    assert dates.fiscal_year_of_month(dates.month_of(day)) == year
    first, last = dates.fiscal_year_days(year)
    assert first <= day <= last


def test_a_fiscal_year_is_named_after_its_era() -> None:
    assert dates.show_fiscal_year(2026) == "令和8年度"
    assert dates.show_fiscal_year(2020) == "令和2年度"
    assert dates.show_fiscal_year(2018) == "2018年度（平成30年度）"


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (date(2026, 4, 1), "令和8年4月1日"),
        (date(2019, 5, 1), "令和元年5月1日"),
        (date(2019, 4, 30), "平成31年4月30日"),
        (date(1989, 1, 8), "平成元年1月8日"),
        (date(1989, 1, 7), "昭和64年1月7日"),
        (date(1926, 12, 25), "昭和元年12月25日"),
        (date(1926, 12, 24), "大正15年12月24日"),
        (date(1912, 7, 30), "大正元年7月30日"),
        (date(1912, 7, 29), "明治45年7月29日"),
    ],
)
def test_eras_change_on_their_day(day: date, text: str) -> None:
    assert dates.era(day) == text


def test_a_date_is_shown_with_its_era_beside() -> None:
    assert dates.show_date(date(2026, 4, 1)) == "2026年4月1日（令和8年）"
    assert dates.show_month(month_number(2027, 4)) == "2027年4月"
    assert dates.show_month_ja(month_number(2027, 4)) == "2027年4月（令和9年4月）"


def test_the_last_day_of_february_follows_leap_years() -> None:
    assert dates.last_day(month_number(2028, 2)) == date(2028, 2, 29)
    assert dates.last_day(month_number(2027, 2)) == date(2027, 2, 28)


DAYS = st.dates(date(1868, 10, 23), date(2117, 12, 31))


@given(DAYS)
def test_every_day_lies_between_the_edges_of_its_month(day: date) -> None:
    number = dates.month_of(day)
    assert dates.first_day(number) <= day <= dates.last_day(number)


def test_a_month_number_counts_months_across_the_year() -> None:
    assert month_number(2026, 1) == 2026 * 12
    assert month_number(2027, 1) - month_number(2026, 12) == 1
    assert list(dates.months(month_number(2026, 12), month_number(2027, 1))) == [24323, 24324]
    for year, month in ((2026, 0), (2026, 13), (1, 1), (10**9, 1)):
        with pytest.raises(BadDate):
            month_number(year, month)


def test_a_day_begins_at_midnight_in_japan() -> None:
    assert dates.local_date(datetime(2026, 3, 31, 14, 59, tzinfo=UTC)) == date(2026, 3, 31)
    assert dates.local_date(datetime(2026, 3, 31, 15, 0, tzinfo=UTC)) == date(2026, 4, 1)
    assert dates.start_of_day(date(2026, 4, 1)) == datetime(2026, 3, 31, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "day",
    [date(2026, 12, 29), date(2026, 12, 31), date(2027, 1, 1), date(2027, 1, 2), date(2027, 1, 3), date(2026, 11, 3),
     date(2026, 11, 23), date(2026, 5, 6), date(2026, 11, 21), date(2026, 11, 22)],
)  # fmt: skip
def test_offices_are_closed_on_holidays_weekends_and_at_the_turn_of_the_year(day: date) -> None:
    assert not dates.is_business_day(day)


@pytest.mark.parametrize("day", [date(2026, 12, 28), date(2027, 1, 4), date(2026, 11, 24)])
def test_offices_are_open_on_other_days(day: date) -> None:
    assert dates.is_business_day(day)


def test_business_days_skip_the_turn_of_the_year() -> None:
    assert dates.add_business_days(date(2026, 12, 28), 1) == date(2027, 1, 4)
    assert dates.add_business_days(date(2027, 1, 4), -1) == date(2026, 12, 28)
    assert dates.add_business_days(date(2026, 11, 20), 5) == date(2026, 11, 30)
    assert dates.add_business_days(date(2026, 11, 21), 0) == date(2026, 11, 24)
    assert dates.add_business_days(date(2026, 11, 24), 0) == date(2026, 11, 24)


@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)), st.integers(-30, 30))
def test_business_days_are_counted_one_by_one(day: date, count: int) -> None:
    reached = dates.add_business_days(day, count)
    assert dates.is_business_day(reached)
    first, last = sorted((day, reached))
    between = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    assert count == 0 or sum(map(dates.is_business_day, (d for d in between if d != day))) == abs(
        count
    )
