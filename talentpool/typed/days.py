"""Days, months and years as people write them: 2027年4月1日, R9.4.1, 202704, 昭和58年, Apr-27, 2026/4/1 0:00.

A month is a number, year * 12 + month - 1, as in `dates`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta

from .. import dates
from ..language import say
from . import NumberText, Unreadable, quoted

_ERA_NAMES = {key: name for name, letter, _ in dates.ERAS for key in (name, name[0], letter)}
_ERA_STARTS = {name: first for name, _, first in dates.ERAS}
_MOST_TEXT = 40  # characters
_YEAR = (
    r"(?:(?P<year>[0-9]{4})|"
    r"(?P<era>令和|平成|昭和|大正|明治|[令平昭大明RHSTM])(?P<era_year>元|[0-9]{1,2}))"
)
_SHAPES = (
    re.compile(rf"{_YEAR}(?:年|[-/.])(?P<month>[0-9]{{1,2}})(?:月|[-/.])(?P<day>[0-9]{{1,2}})日?"),
    re.compile(r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})"),
    re.compile(rf"{_YEAR}(?:年|[-/.])(?P<month>[0-9]{{1,2}})月?"),
    re.compile(r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})"),
    re.compile(rf"{_YEAR}年?"),
)
_ENGLISH = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_ENGLISH_MONTH = re.compile(
    rf"(?P<name>{'|'.join(_ENGLISH)})[A-Z]{{0,6}}[-/. ]?(?P<year>[0-9]{{4}}|[0-9]{{2}})"
)
# Excel writes 2027-04 as Apr-27. Nobody living worked before 1930, nothing is planned after 2049.
_LAST_OF_2000S, _FIRST_OF_1900S = 29, 50
_TIME = re.compile(r"(?:T|\s+)(?P<time>[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.0+)?)?)")
_MIDNIGHT = re.compile(r"0{1,2}:00(?::00(?:\.0+)?)?")
_WEEKDAY = re.compile(r"[月火水木金土日](?:曜日?)?")
_REPEATED = re.compile(r"\((?P<again>[^()]+)\)")
_DAY_EXAMPLES = say("「2026年4月1日」「2026-04-01」「令和8年4月1日」のように入力してください。")
_MONTH_EXAMPLES = say("「2027年4月」「2027-04」「昭和58年4月」のように入力してください。")
_YEAR_EXAMPLES = say("「2025」「2025年」「令和7年」のように入力してください。")


@dataclass(frozen=True, slots=True)
class _Written:
    """What a text says, in full or in part; `era` as it was written."""

    year: int
    month: int | None
    day: int | None
    era: str | None


def read_day(text: str) -> date:
    """A day in any usual spelling and width; Unreadable for all else and for days that never were."""
    written = _written(text, _DAY_EXAMPLES)
    if written.month is None or written.day is None:
        raise Unreadable(
            say(
                "%(text)sには日がありません。%(day_examples)s",
                text=quoted(text),
                day_examples=_DAY_EXAMPLES,
            )
        )
    return _day(written, text)


def read_month(text: str) -> int:
    """A month, or the month of a day."""
    return _month(_written_month(text), text)


def read_first_month(text: str) -> int:
    """The month in which a period begins; of a day only where it is the first of its month."""
    return _edge(text, is_first=True)


def read_last_month(text: str) -> int:
    """The month in which a period ends; of a day only where it is the last of its month."""
    return _edge(text, is_first=False)


def read_year(text: str, *, least: int = 1900, most: int = 2100) -> int:
    """A year of the western calendar or an era, 2025 or 昭和33."""
    written = _written(text, _YEAR_EXAMPLES)
    if written.month is not None:
        raise Unreadable(
            say(
                "%(text)sは年だけではありません。%(year_examples)s",
                text=quoted(text),
                year_examples=_YEAR_EXAMPLES,
            )
        )
    _check_era(written.era, date(written.year, 1, 1), date(written.year, 12, 31), "年")
    if not least <= written.year <= most:
        raise Unreadable(
            say(
                "%(least)s年から%(most)s年までで入力してください（%(year)s年と読みました）。",
                least=least,
                most=most,
                year=written.year,
            )
        )
    return written.year


def _edge(text: str, *, is_first: bool) -> int:
    written = _written_month(text)
    month = _month(written, text)
    if written.day is None:
        return month
    day = _day(written, text)
    if day == (dates.first_day(month) if is_first else dates.last_day(month)):
        return month
    before, after = dates.show_month(month - 1), dates.show_month(month + 1)
    whole = dates.show_month(month)
    choice = say(
        "%(whole)sを含むときは「%(whole)s」、含まないときは「%(other)s」",
        whole=whole,
        other=after if is_first else before,
    )
    raise Unreadable(
        say(
            "%(text)sは月の途中の日です。期間は月で数えます。%(choice)sと入力してください。",
            text=quoted(text),
            choice=choice,
        )
    )


def _written_month(text: str) -> _Written:
    if isinstance(text, NumberText) and "." in text:
        raise Unreadable(
            say(
                "%(text)sは数値です。1月か10月かなどが分かりません。%(month_examples)s",
                text=quoted(text),
                month_examples=_MONTH_EXAMPLES,
            )
        )
    written = _written(text, _MONTH_EXAMPLES)
    if written.month is None:
        raise Unreadable(
            say(
                "%(text)sには月がありません。%(month_examples)s",
                text=quoted(text),
                month_examples=_MONTH_EXAMPLES,
            )
        )
    return written


def _month(written: _Written, text: str) -> int:
    assert written.month is not None
    try:
        number = dates.month_number(written.year, written.month)
    except dates.BadDate as error:
        raise Unreadable(say("%(text)sという年月はありません。", text=quoted(text))) from error
    if written.day is not None:
        return dates.month_of(_day(written, text))
    _check_era(written.era, dates.first_day(number), dates.last_day(number), "月")
    return number


def _day(written: _Written, text: str) -> date:
    try:
        day = date(written.year, written.month or 0, written.day or 0)
    except ValueError as error:
        raise Unreadable(say("%(text)sという日はありません。", text=quoted(text))) from error
    _check_era(written.era, day, day, "日")
    if not dates.EARLIEST <= day <= dates.LATEST:
        raise Unreadable(say("1868年から2117年までの日付を入力してください。"))
    return day


def _written(text: str, examples: str) -> _Written:
    """The parts of a text, without a midnight, a weekday or a repetition behind it that agree with them."""
    if len(text) > _MOST_TEXT:
        raise Unreadable(
            say("%(text)sは長すぎます。%(examples)s", text=quoted(text), examples=examples)
        )
    plain = re.sub(r"[‐‑‒–—―−ー]", "-", unicodedata.normalize("NFKC", text)).strip().upper()
    plain, again = _cut(plain, _REPEATED, "again")
    weekday = None
    if again is not None and _WEEKDAY.fullmatch(again):
        weekday, again = again[0], None
    plain, time = _cut(plain, _TIME, "time")
    if time is not None and not _MIDNIGHT.fullmatch(time):
        raise Unreadable(
            say("%(text)sには時刻があります。%(examples)s", text=quoted(text), examples=examples)
        )
    written = _parts(_without_blanks(plain))
    if written is None or (time is not None and written.day is None):
        raise Unreadable(
            say("%(text)sは読めません。%(examples)s", text=quoted(text), examples=examples)
        )
    if weekday is not None and "月火水木金土日"[_day(written, text).weekday()] != weekday:
        raise Unreadable(say("%(text)sの日付と曜日が合いません。", text=quoted(text)))
    if again is not None and not _agree(written, _parts(_without_blanks(again))):
        raise Unreadable(say("%(text)sの西暦と和暦が合いません。", text=quoted(text)))
    return written


def _cut(text: str, ending: re.Pattern[str], group: str) -> tuple[str, str | None]:
    for found in ending.finditer(text):
        if found.end() == len(text) and found.start() > 0:
            return text[: found.start()].rstrip(), found[group]
    return text, None


def _without_blanks(plain: str) -> str:
    """Blanks mean nothing, but for those that keep two numbers apart."""
    return re.sub(r"(?<![0-9])\s+|\s+(?![0-9])", "", plain)


def _parts(plain: str) -> _Written | None:
    for shape in _SHAPES:
        found = shape.fullmatch(plain)
        if found is not None:
            parts = found.groupdict()
            month, day = parts.get("month"), parts.get("day")
            year = _year(parts.get("year"), parts.get("era"), parts.get("era_year"))
            if not dates.EARLIEST.year <= year <= dates.LATEST.year:
                raise Unreadable(say("1868年から2117年までの年を入力してください。"))
            return _Written(
                year, int(month) if month else None, int(day) if day else None, parts.get("era")
            )
    found = _ENGLISH_MONTH.fullmatch(plain)
    if found is None:
        return None
    return _Written(
        _english_year(found["year"], plain), _ENGLISH.index(found["name"]) + 1, None, None
    )


def _year(year: str | None, era: str | None, era_year: str | None) -> int:
    if year is not None:
        return int(year)
    number = 1 if era_year == "元" else int(era_year or 0)
    if number < 1:
        raise Unreadable(say("和暦の年が正しくありません。"))
    return _ERA_STARTS[_ERA_NAMES[era or ""]].year + number - 1


def _english_year(year: str, plain: str) -> int:
    number = int(year)
    if len(year) == 4:
        return number
    if _LAST_OF_2000S < number < _FIRST_OF_1900S:
        raise Unreadable(
            say(
                "%(text)sは19%(year)s年か20%(year)s年か分かりません。%(month_examples)s",
                text=quoted(plain),
                year=year,
                month_examples=_MONTH_EXAMPLES,
            )
        )
    return number + (2000 if number <= _LAST_OF_2000S else 1900)


def _agree(one: _Written, other: _Written | None) -> bool:
    """True where the second says the same as the first, or less of it."""
    if other is None or one.year != other.year:
        return False
    return other.month in {None, one.month} and other.day in {None, one.day}


def _check_era(era: str | None, first: date, last: date, part: str) -> None:
    """Unreadable unless some day from `first` to `last` lies in the era that was written.

    part: 年, 月 or 日, up to which the sentence names the day that may be meant.
    """
    if era is None:
        return
    name = _ERA_NAMES[era]
    start = _ERA_STARTS[name]
    if last < start or first > _end(start):
        meant = dates.era(max(first, dates.EARLIEST)).partition(part)[0]
        raise Unreadable(
            say(
                "%(name)sにその%(part)sはありません。%(meant)s%(part)sではありませんか。",
                name=name,
                part=part,
                meant=meant,
            )
        )


def _end(start: date) -> date:
    """The last day of the era that began then."""
    later = [first for _, _, first in dates.ERAS if first > start]
    return min(later) - timedelta(days=1) if later else dates.LATEST
