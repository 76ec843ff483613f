"""How a cell's text becomes a value and back; one kind for each sort of column."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any

from .. import dates
from ..errors import Problem, UnknownCode
from ..files.writing import Cell
from ..language import Words
from ..reference.catalogue import Catalogue
from ..text import (
    clean,
    digits,
    furigana,
)
from ..typed import Unreadable
from ..typed.answers import WEEKDAYS, read_weekdays, read_yes
from ..typed.contacts import read_mail_address, read_postal_code, read_telephone
from ..typed.days import read_day, read_first_month, read_last_month, read_month, read_year
from ..typed.quantities import PLAIN, Measure, read_whole
from . import cells

Read = Callable[[str, Catalogue], Any]
Write = Callable[[Any, Catalogue | None], Cell]
YES, NO, NONE = "はい", "いいえ", "なし"
MUST, WANT = "必須", "希望"
LONGEST_CODE = 12  # characters
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2099, 12, 31, tzinfo=UTC)  # of instants
_TIME = re.compile(r"\s+([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?\s*$")
_MARKS = ";；、,，\n"  # between the items of a list of codes


class BadValue(ValueError):
    """A sentence for the person who filled in the cell."""


@dataclass(frozen=True, slots=True)
class Kind:
    """`write` gets a catalogue where labels are wanted, and None where codes are.

    kept: what a csv says instead of a code that a spreadsheet would turn into something else.
    """

    read: Read
    write: Write
    hint: str = ""
    vocabulary: str | None = None
    kept: Write | None = None


def _plain(value: Any, _catalogue: Catalogue | None) -> Cell:
    return str(value)


def _number(value: Any, _catalogue: Catalogue | None) -> Cell:
    return int(value)


def text(most: int = 100, *, multiline: bool = False) -> Kind:
    def read(typed: str, _catalogue: Catalogue) -> str:
        return _limited(clean(typed, multiline=multiline), most)

    return Kind(read, _plain, f"{most:,}字まで")


def _limited(text: str, most: int) -> str:
    if len(text) > most:
        raise BadValue(f"{most:,}字までで書いてください。")
    return text


def whole(least: int, most: int, measure: Measure = PLAIN) -> Kind:
    def read(typed: str, _catalogue: Catalogue) -> int:
        return read_whole(typed, measure, least=least, most=most)

    hint = f"{least:,}〜{most:,}の整数"
    return Kind(read, _number, hint if measure is PLAIN else f"{hint}。{measure.hint}")


def years_ago(*numbers: int) -> Kind:
    """Within so many years: one of these numbers."""
    known = "、".join(map(str, numbers))

    def read(typed: str, _catalogue: Catalogue) -> int:
        number = _fold(typed).removesuffix("以内").removesuffix("年").strip()
        if number not in map(str, numbers):
            raise BadValue(f"{known}のどれか（年以内）を書いてください。")
        return int(number)

    return Kind(read, _number, f"{known}のどれか。「5」「5年以内」")


def year(least: int, most: int) -> Kind:
    def read(typed: str, _catalogue: Catalogue) -> int:
        return read_year(typed, least=least, most=most)

    return Kind(read, _number, f"{least}〜{most}の年。「2025」「令和7年」")


def code(vocabulary: str) -> Kind:
    def read(typed: str, catalogue: Catalogue) -> str:
        return _find(catalogue, vocabulary, typed)

    def write(value: Any, catalogue: Catalogue | None) -> Cell:
        return _label(catalogue, vocabulary, value)

    return Kind(read, write, "コードか名前", vocabulary)


def codes(vocabulary: str) -> Kind:
    def read(typed: str, catalogue: Catalogue) -> tuple[str, ...]:
        parts = cells.split_list(typed, _MARKS)
        return tuple(sorted({_find(catalogue, vocabulary, part) for part in parts}))

    def write(value: Any, catalogue: Catalogue | None) -> Cell:
        return cells.join_list([_label(catalogue, vocabulary, item) for item in value])

    return Kind(read, write, "コードか名前。複数は「;」で区切る", vocabulary)


def word(labels: Mapping[Any, Words]) -> Kind:
    """One of the words of an enum, by its code or its Japanese label."""
    known = {_fold(name): one for one, words in labels.items() for name in (str(one), words[0])}

    def read(typed: str, _catalogue: Catalogue) -> Any:
        if _fold(typed) not in known:
            raise BadValue(f"{'、'.join(ja for ja, _ in labels.values())} から書いてください。")
        return known[_fold(typed)]

    def write(value: Any, catalogue: Catalogue | None) -> Cell:
        return str(value) if catalogue is None else labels[value][0]

    return Kind(read, write, "、".join(ja for ja, _ in labels.values()))


def _find(catalogue: Catalogue, vocabulary: str, typed: str) -> str:
    """A valid item by any of its names, or one that was valid once by its code."""
    try:
        return catalogue.find(vocabulary, typed).code
    except UnknownCode:
        known = typed.strip()
        if not known.isascii():
            raise
        return catalogue.term(vocabulary, known).code


@lru_cache(maxsize=4096)
def _label(catalogue: Catalogue | None, vocabulary: str, value: str) -> str:
    """The Japanese label where it leads back to the code, else the code itself."""
    if catalogue is None:
        return value
    try:
        label = catalogue.label(vocabulary, value)
        return label if catalogue.find(vocabulary, label).code == value else value
    except Problem:
        return value


def _read_regions(typed: str, catalogue: Catalogue) -> tuple[str, ...]:
    parts = set(cells.split_list(typed, _MARKS))
    unknown = sorted(parts - _regions(catalogue))
    if unknown:
        raise BadValue(f"「{unknown[0][:20]}」は地域の一覧にありません。")
    return tuple(sorted(parts))


@lru_cache(maxsize=8)
def _regions(catalogue: Catalogue) -> frozenset[str]:
    return frozenset(town.region for town in catalogue.municipalities() if town.region)


def _fold(typed: str) -> str:
    return unicodedata.normalize("NFKC", typed).strip().lower()


def _read_must(typed: str, _catalogue: Catalogue) -> bool:
    folded = _fold(typed)
    if folded in {MUST, WANT, "must", "want"}:
        return folded in {MUST, "must"}
    raise BadValue(f"「{MUST}」か「{WANT}」を書いてください。")


def _read_town(typed: str, catalogue: Catalogue) -> str:
    return catalogue.find_municipality(typed).code


def _write_town(value: Any, catalogue: Catalogue | None) -> Cell:
    return value if catalogue is None else _town(catalogue, value)


@lru_cache(maxsize=4096)
def _town(catalogue: Catalogue, value: str) -> str:
    entry = catalogue.municipality(value)
    label = catalogue.prefecture(entry.prefecture_code).ja + entry.ja
    try:
        return label if catalogue.find_municipality(label).code == value else value
    except Problem:
        return value


def _read_office(typed: str, catalogue: Catalogue) -> str:
    """ "" where the sheet says that it is no municipality."""
    return "" if _fold(typed) == NONE else _read_town(typed, catalogue)


def _write_office(value: Any, catalogue: Catalogue | None) -> Cell:
    return _write_town(value, catalogue) if value else NONE


def _write_weekdays(value: Any, _catalogue: Catalogue | None) -> Cell:
    return "".join(day for number, day in enumerate(WEEKDAYS) if value >> number & 1) or NONE


def _write_day(value: Any, _catalogue: Catalogue | None) -> Cell:
    """With words between the numbers, which a spreadsheet leaves alone or shows as they are."""
    day = date.fromisoformat(str(value))
    return f"{day.year}年{day.month}月{day.day}日"


def _read_instant(typed: str, _catalogue: Catalogue) -> int:
    """Seconds since 1970; an instant without a zone is one in Japan, a day its first moment."""
    moment = _moment(typed)
    if not EARLIEST <= moment <= LATEST:
        raise BadValue(f"日時は{EARLIEST.year}年から{LATEST.year}年までで書いてください。")
    return int(moment.timestamp())


def _moment(typed: str) -> datetime:
    try:
        moment = datetime.fromisoformat(typed.strip())
    except ValueError:
        try:
            return _typed_moment(typed)
        except Unreadable as error:
            raise BadValue("日時は2026-11-01T09:00:00+09:00の形で書いてください。") from error
    return moment.replace(tzinfo=dates.JST) if moment.tzinfo is None else moment


def _typed_moment(typed: str) -> datetime:
    """A day as people write it, with a time behind it or without."""
    found = _TIME.search(typed)
    if found is None:
        return dates.start_of_day(read_day(typed))
    moment = datetime.combine(read_day(typed[: found.start()]), time(), dates.JST)
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    if hours > 23 or minutes > 59 or seconds > 59:
        raise Unreadable("時刻が正しくありません。")
    return moment.replace(hour=hours, minute=minutes, second=seconds)


def _write_instant(value: Any, _catalogue: Catalogue | None) -> Cell:
    return datetime.fromtimestamp(value, dates.JST).isoformat() if value else ""


def kana(most: int) -> Kind:
    def read(typed: str, _catalogue: Catalogue) -> str:
        return _limited(furigana(clean(typed)), most)

    return Kind(read, _plain, "カタカナ")


def _read_mail(typed: str, _catalogue: Catalogue) -> str:
    return read_mail_address(clean(typed))


def _read_telephone(typed: str, _catalogue: Catalogue) -> str:
    """A spreadsheet drops the zero at the front of a number; people who typed it see the refusal."""
    return read_telephone(clean(typed))


def fold_code(typed: str) -> str:
    """A code as the database writes it, from any width and any hyphen."""
    return digits(typed).upper()


def _read_reference(typed: str, _catalogue: Catalogue) -> str:
    return _limited(fold_code(clean(typed)), LONGEST_CODE)


REFERENCE = Kind(_read_reference, _plain, "募集のコード")


def _month(read: Callable[[str], int]) -> Kind:
    return Kind(
        lambda typed, _c: read(typed),
        lambda value, _c: dates.month_text(value),
        "2027-04、2027年4月、令和9年4月",
        kept=lambda value, _c: dates.show_month(value),
    )


MONTH = _month(read_month)
FIRST_MONTH = _month(read_first_month)
LAST_MONTH = _month(read_last_month)
DAY = Kind(
    lambda typed, _c: read_day(typed),
    _plain,
    "2027-03-31、令和9年3月31日",
    kept=_write_day,
)
YES_NO = Kind(
    lambda typed, _c: read_yes(typed), lambda value, _c: YES if value else NO, f"{YES}か{NO}、○か×"
)
MUST_OR_WANT = Kind(_read_must, lambda value, _c: MUST if value else WANT, f"{MUST}か{WANT}")
TOWN = Kind(
    _read_town,
    _write_town,
    "団体コードか名前（兵庫県佐用町、佐用町、さようちょう）",
    kept=_write_town,
)
OFFICE = Kind(
    _read_office, _write_office, f"団体コードか名前。空欄は所属から判断。{NONE}：自治体ではない"
)
DAYS = Kind(lambda typed, _c: read_weekdays(typed), _write_weekdays, "月水金、月〜金、平日、毎日")
INSTANT = Kind(_read_instant, _write_instant, "2026-11-01T09:00:00+09:00")
PERSONS = Kind(
    lambda typed, c: tuple(
        sorted({_read_reference(part, c) for part in cells.split_list(typed, _MARKS)})
    ),
    lambda value, _c: cells.join_list(value),
    "同じ人に見えるが別人である行のコード。複数は「;」で区切る",
)
REFERENCES = Kind(
    lambda typed, c: tuple(sorted({_read_reference(part, c) for part in cells.split_list(typed)})),
    lambda value, _c: cells.join_list(value),
    "募集のコード。複数は「;」で区切る",
)
REGIONS = Kind(_read_regions, lambda value, _c: cells.join_list(value), "複数は「;」で区切る")
MAIL = Kind(_read_mail, _plain, "メールアドレス")
TELEPHONE = Kind(_read_telephone, _plain, "市外局番から")
POSTAL = Kind(lambda typed, _c: read_postal_code(clean(typed)), _plain, "7桁")
