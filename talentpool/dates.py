"""Dates, months and fiscal years as Japanese offices write them. Times are JST where a day begins or ends.

A month is a number, year * 12 + month - 1, the same as in `talentpool.matching`.
"""

from __future__ import annotations

import calendar
from calendar import month_abbr, month_name
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import jpholiday

from .language import say

JST = ZoneInfo("Asia/Tokyo")
EARLIEST, LATEST = date(1868, 10, 23), date(2117, 12, 31)  # 明治元年 to 令和99年

# Name, letter, first day. 明治 is counted by the solar calendar also before 1873, when days differed.
ERAS = (
    ("令和", "R", date(2019, 5, 1)),
    ("平成", "H", date(1989, 1, 8)),
    ("昭和", "S", date(1926, 12, 25)),
    ("大正", "T", date(1912, 7, 30)),
    ("明治", "M", date(1868, 10, 23)),
)


class BadDate(ValueError):
    """A year, month or day outside the calendar that is known here; the message is a sentence for the screen."""


def local_date(moment: datetime) -> date:
    """The day in Japan at an aware `moment`."""
    return moment.astimezone(JST).date()


def start_of_day(day: date) -> datetime:
    return datetime.combine(day, time.min, JST)


def end_of_day(day: date) -> datetime:
    """The last second of the day in Japan, so that a date alone says when a deadline is."""
    return start_of_day(day + timedelta(days=1)) - timedelta(seconds=1)


# --- Fiscal years and months


def fiscal_year(day: date) -> int:
    """The year in which the fiscal year (April to March) of `day` begins."""
    return day.year - (day.month < 4)


def fiscal_year_days(year: int) -> tuple[date, date]:
    """First and last day of a fiscal year."""
    return date(year, 4, 1), date(year + 1, 3, 31)


def show_fiscal_year(year: int) -> str:
    """ "令和8年度", or "2018年度（平成30年度）" for years that began in another era."""
    name, number = _era_of(date(year, 4, 1))
    text = f"{name}{_era_number(number)}年度"
    return text if name == "令和" else f"{year}年度（{text}）"


def month_number(year: int, month: int) -> int:
    if not (EARLIEST.year <= year <= LATEST.year and 1 <= month <= 12):
        raise BadDate(say("年月が正しくありません。"))
    return year * 12 + month - 1


def month_of(day: date) -> int:
    return month_number(day.year, day.month)


def year_and_month(number: int) -> tuple[int, int]:
    year, month = divmod(number, 12)
    return year, month + 1


def month_text(number: int) -> str:
    """ "2027-04"."""
    return "{:04d}-{:02d}".format(*year_and_month(number))


def first_day(number: int) -> date:
    return date(*year_and_month(number), 1)


def last_day(number: int) -> date:
    year, month = year_and_month(number)
    return date(year, month, calendar.monthrange(year, month)[1])


def months(first: int, last: int) -> range:
    """All months from `first` to `last`, both included."""
    return range(first, last + 1)


def fiscal_year_of_month(number: int) -> int:
    return fiscal_year(first_day(number))


# --- Shown


def era(day: date) -> str:
    """ "令和8年4月1日"; the first year is 元年."""
    name, number = _era_of(day)
    return f"{name}{_era_number(number)}年{day.month}月{day.day}日"


def show_date(day: date) -> str:
    """ "2026年4月1日（令和8年）"; in English "1 April 2026"."""
    era, number = _era_of(day)
    return say(
        "%(year)s年%(month)s月%(day)s日（%(era)s年）", year=day.year, month=day.month, day=day.day,
        era=f"{era}{_era_number(number)}", name=month_name[day.month],
    )  # fmt: skip


def show_month(number: int) -> str:
    """ "2027年4月"; in English "April 2027"."""
    year, month = year_and_month(number)
    return say("%(year)s年%(month)s月", year=year, month=month, name=month_name[month])


def show_year(number: int) -> str:
    """The year of a month: "2027年（令和9年）"; in English "2027"."""
    year, _ = year_and_month(number)
    era, era_year = _era_of(first_day(number))
    return say("%(year)s年（%(era)s年）", year=year, era=f"{era}{_era_number(era_year)}")


def show_month_only(number: int) -> str:
    """ "4月"; in English "Apr"."""
    _, month = year_and_month(number)
    return say("%(month)s月", month=month, name=month_abbr[month])


def show_month_ja(number: int) -> str:
    """ "2027年4月（令和9年4月）". A month in which the era changed is named after its first day."""
    year, month = year_and_month(number)
    era, era_year = _era_of(first_day(number))
    return say(
        "%(year)s年%(month)s月（%(era)s年%(month)s月）", year=year, month=month,
        era=f"{era}{_era_number(era_year)}", name=month_name[month],
    )  # fmt: skip


def _era_of(day: date) -> tuple[str, int]:
    for name, _, first in ERAS:
        if day >= first:
            return name, day.year - first.year + 1
    raise BadDate(say("1868年10月23日より前の日付は扱えません。"))


def _era_number(year: int) -> str:
    return "元" if year == 1 else str(year)


# --- Business days


@lru_cache(maxsize=4096)
def is_business_day(day: date) -> bool:
    """False on Saturdays, Sundays, public holidays and from 29 December to 3 January, when offices are closed."""
    is_year_end = (day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3)
    return day.weekday() < 5 and not is_year_end and not jpholiday.is_holiday(day)


@lru_cache(maxsize=4_096)
def add_business_days(day: date, count: int) -> date:
    """The `count`-th business day after `day` (before it, if negative); 0 gives `day` or the next business day."""
    step = timedelta(days=-1 if count < 0 else 1)
    if count == 0:
        while not is_business_day(day):
            day += step
    for _ in range(abs(count)):
        day += step
        while not is_business_day(day):
            day += step
    return day
