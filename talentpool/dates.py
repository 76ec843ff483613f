"""Dates, months and fiscal years as Japanese offices write them. Times are JST where a day begins or ends.

A month is a number, year * 12 + month - 1, the same as in `talentpool.matching`.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import jpholiday

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
_ERA_NAMES = {key: name for name, letter, _ in ERAS for key in (name, name[0], letter)}
_ERA_STARTS = {name: first for name, _, first in ERAS}
_ERA_YEAR = r"(?P<era>令和|平成|昭和|大正|明治|[令平昭大明RHSTM])(?P<era_year>元|[0-9]{1,2})"
_YEAR = rf"(?:(?P<year>[0-9]{{4}})|{_ERA_YEAR})"
_DATE = re.compile(
    rf"{_YEAR}(?:年|[-/.])(?P<month>[0-9]{{1,2}})(?:月|[-/.])(?P<day>[0-9]{{1,2}})日?"
)
_COMPACT = re.compile(r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})")
_MONTH = re.compile(rf"{_YEAR}(?:年|[-/.])(?P<month>[0-9]{{1,2}})月?")


class BadDate(ValueError):
    """Not a date or month, or one that never was; the message is a sentence for the screen."""


def local_date(moment: datetime) -> date:
    """The day in Japan at an aware `moment`."""
    return moment.astimezone(JST).date()


def start_of_day(day: date) -> datetime:
    return datetime.combine(day, time.min, JST)


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
        raise BadDate("年月が正しくありません。")
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


def months_of_fiscal_year(year: int) -> range:
    return months(month_number(year, 4), month_number(year + 1, 3))


def fiscal_year_of_month(number: int) -> int:
    return fiscal_year(first_day(number))


# --- Shown


def era(day: date) -> str:
    """ "令和8年4月1日"; the first year is 元年."""
    name, number = _era_of(day)
    return f"{name}{_era_number(number)}年{day.month}月{day.day}日"


def show_date(day: date) -> str:
    """ "2026年4月1日（令和8年）"."""
    name, number = _era_of(day)
    return f"{day.year}年{day.month}月{day.day}日（{name}{_era_number(number)}年）"


def show_month(number: int) -> str:
    """ "2027年4月"."""
    return "{}年{}月".format(*year_and_month(number))


def show_month_ja(number: int) -> str:
    """ "2027年4月（令和9年4月）". A month in which the era changed is named after its first day."""
    year, month = year_and_month(number)
    name, era_year = _era_of(first_day(number))
    return f"{year}年{month}月（{name}{_era_number(era_year)}年{month}月）"


def _era_of(day: date) -> tuple[str, int]:
    for name, _, first in ERAS:
        if day >= first:
            return name, day.year - first.year + 1
    raise BadDate("1868年10月23日より前の日付は扱えません。")


def _era_number(year: int) -> str:
    return "元" if year == 1 else str(year)


# --- Read


def parse_date(text: str) -> date:
    """A date from 2026-04-01, 2026/4/1, 20260401, 2026年4月1日, 令和8年4月1日 or R8.4.1, in any width.

    BadDate for anything else, for days that are not in the calendar, and for days outside their era.
    """
    plain = _plain(text)
    found = _DATE.fullmatch(plain) or _COMPACT.fullmatch(plain)
    if found is None:
        raise BadDate(
            "日付は「2026年4月1日」「2026-04-01」「令和8年4月1日」のように入力してください。"
        )
    parts = found.groupdict()
    try:
        day = date(_year(parts), int(parts["month"]), int(parts["day"]))
    except ValueError as error:
        raise BadDate(f"{text.strip()} という日はありません。") from error
    _check_era(parts.get("era"), day, day)
    if not EARLIEST <= day <= LATEST:
        raise BadDate("1868年から2117年までの日付を入力してください。")
    return day


def parse_month(text: str) -> int:
    """A month number from 2027-04, 2027/4, 2027年4月, 令和9年4月 or R9.4, in any width; else BadDate."""
    found = _MONTH.fullmatch(_plain(text))
    if found is None:
        raise BadDate("年月は「2027年4月」「2027-04」「令和9年4月」のように入力してください。")
    parts = found.groupdict()
    number = month_number(_year(parts), int(parts["month"]))
    _check_era(parts["era"], first_day(number), last_day(number))
    return number


def _plain(text: str) -> str:
    """Narrow digits and letters, plain hyphens, no blanks."""
    if len(text) > 40:
        raise BadDate("日付が長すぎます。")
    folded = re.sub(r"[‐‑‒–—―−ー]", "-", unicodedata.normalize("NFKC", text))
    return re.sub(r"\s+", "", folded).upper()


def _year(parts: dict[str, str | None]) -> int:
    if parts["year"]:
        return int(parts["year"])
    name = _ERA_NAMES[parts["era"] or ""]
    number = 1 if parts["era_year"] == "元" else int(parts["era_year"] or 0)
    if number < 1:
        raise BadDate("和暦の年が正しくありません。")
    return _ERA_STARTS[name].year + number - 1


def _check_era(era_text: str | None, first: date, last: date) -> None:
    """BadDate unless some day from `first` to `last` lies in the era that was written."""
    if era_text is None:
        return
    name = _ERA_NAMES[era_text]
    if name not in {_era_of(max(first, EARLIEST))[0], _era_of(max(last, EARLIEST))[0]}:
        raise BadDate(f"{name}にその日はありません。{era(max(first, EARLIEST))}ではありませんか。")


# --- Business days


@lru_cache(maxsize=4096)
def is_business_day(day: date) -> bool:
    """False on Saturdays, Sundays, public holidays and from 29 December to 3 January, when offices are closed."""
    is_year_end = (day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3)
    return day.weekday() < 5 and not is_year_end and not jpholiday.is_holiday(day)


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
