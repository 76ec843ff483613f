"""Deadlines are counted in business days and end at 23:59:59 in Japan."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given, strategies as st

from talentpool.dates import JST, add_business_days, is_business_day, local_date
from talentpool.waits import DEFAULTS, LABELS, MOST, Setting, Terms, Wait, end_of_term

MOMENTS = st.datetimes(
    datetime(2024, 1, 1), datetime(2035, 12, 31), timezones=st.just(UTC)  # noqa: DTZ001
)  # fmt: skip
DAYS = st.integers(1, MOST)


@given(MOMENTS, DAYS)
def test_a_deadline_is_the_last_second_of_a_business_day(moment: datetime, days: int) -> None:
    due = end_of_term(moment, days)
    assert due.astimezone(JST).time() == time(23, 59, 59)
    assert is_business_day(local_date(due))


@given(MOMENTS, DAYS)
def test_there_are_as_many_business_days_as_the_rule_says(moment: datetime, days: int) -> None:
    asked, due = local_date(moment), local_date(end_of_term(moment, days))
    after = (asked + timedelta(days=n) for n in range(1, (due - asked).days + 1))
    assert sum(map(is_business_day, after)) == days


@given(MOMENTS, MOMENTS, DAYS)
def test_who_is_asked_later_is_never_due_earlier(one: datetime, two: datetime, days: int) -> None:
    first, last = sorted((one, two))
    assert end_of_term(first, days) <= end_of_term(last, days)


def test_the_turn_of_the_year_and_golden_week_do_not_count() -> None:
    before_new_year = datetime.combine(date(2026, 12, 28), time(15), JST)
    assert local_date(end_of_term(before_new_year, 1)) == date(2027, 1, 4)
    before_golden_week = datetime.combine(date(2027, 4, 28), time(9), JST)
    assert local_date(end_of_term(before_golden_week, 1)) == date(2027, 4, 30)
    assert local_date(end_of_term(before_golden_week, 2)) == date(2027, 5, 6)


def test_a_question_late_in_the_evening_belongs_to_its_day_in_japan() -> None:
    tuesday = datetime(2026, 12, 1, 14, 59, 59, tzinfo=UTC)
    assert local_date(end_of_term(tuesday, 1)) == date(2026, 12, 2)
    assert local_date(end_of_term(tuesday + timedelta(seconds=1), 1)) == date(2026, 12, 3)


@given(st.lists(st.tuples(DAYS, st.integers(0, 400)), max_size=6), st.integers(-10, 410))
def test_what_was_asked_keeps_the_days_of_then(rows: list[tuple[int, int]], at: int) -> None:
    start = datetime(2026, 4, 1, tzinfo=UTC)
    rows = sorted(rows, key=lambda row: row[1])
    terms = Terms(
        tuple(Setting(Wait.OFFER, days, start + timedelta(days=day)) for days, day in rows)
    )
    moment = start + timedelta(days=at)
    valid = [days for days, day in rows if day <= at]
    assert terms.days(Wait.OFFER, moment) == (valid[-1] if valid else DEFAULTS[Wait.OFFER])
    assert terms.days(Wait.NEED, moment) == DEFAULTS[Wait.NEED]
    due = add_business_days(local_date(moment), terms.days(Wait.OFFER, moment))
    assert local_date(terms.due(Wait.OFFER, moment)) == due


def test_every_wait_has_its_days_and_its_words() -> None:
    assert DEFAULTS.keys() == LABELS.keys() == set(Wait)
    assert all(1 <= days <= MOST for days in DEFAULTS.values())
