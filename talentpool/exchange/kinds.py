"""How a cell's text becomes a value and back; one kind for each sort of column."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from .. import dates
from ..errors import Problem
from ..reference.catalogue import Catalogue
from ..text import clean, fold_email, katakana, parse_int, postal_code, telephone

Read = Callable[[str, Catalogue], Any]
Write = Callable[[Any, Catalogue], str]
YES, NO = "はい", "いいえ"
WEEKDAYS = "月火水木金土日"


class BadValue(ValueError):
    """A sentence for the person who filled in the cell."""


@dataclass(frozen=True, slots=True)
class Kind:
    read: Read
    write: Write
    hint: str = ""
    vocabulary: str | None = None


def _plain(value: Any, _catalogue: Catalogue) -> str:
    return "" if value is None else str(value)


def text(most: int = 100, *, multiline: bool = False) -> Kind:
    def read(typed: str, _catalogue: Catalogue) -> str:
        if len(typed) > most:
            raise BadValue(f"{most:,}字までです。")
        return clean(typed, multiline=multiline)

    return Kind(read, _plain, f"{most:,}字まで")


def whole(least: int, most: int) -> Kind:
    def read(typed: str, _catalogue: Catalogue) -> int:
        return parse_int(typed, least=least, most=most)

    return Kind(read, _plain, f"{least:,}〜{most:,}の整数")


def code(vocabulary: str) -> Kind:
    def read(typed: str, catalogue: Catalogue) -> str:
        return catalogue.find(vocabulary, typed).code

    return Kind(read, lambda value, catalogue: label_of(catalogue, vocabulary, value),
                "コードか名前", vocabulary)  # fmt: skip


def codes(vocabulary: str) -> Kind:
    def read(typed: str, catalogue: Catalogue) -> tuple[str, ...]:
        parts = [part.strip() for part in typed.replace("；", ";").split(";")]
        return tuple(sorted({catalogue.find(vocabulary, part).code for part in parts if part}))

    def write(value: Any, catalogue: Catalogue) -> str:
        return ";".join(label_of(catalogue, vocabulary, item) for item in value or ())

    return Kind(read, write, "「;」で区切って複数", vocabulary)


def label_of(catalogue: Catalogue, vocabulary: str, value: str | None) -> str:
    """The Japanese label where it leads back to the code, else the code itself."""
    if not value:
        return ""
    label = catalogue.label(vocabulary, value)
    try:
        is_safe = catalogue.find(vocabulary, label).code == value
    except Problem:
        is_safe = False
    return label if is_safe and ";" not in label and ":" not in label else value


def words() -> Kind:
    """Names that no vocabulary holds, separated by semicolons."""

    def read(typed: str, _catalogue: Catalogue) -> tuple[str, ...]:
        parts = [clean(part.strip()) for part in typed.replace("；", ";").split(";")]
        return tuple(sorted({part for part in parts if part}))

    return Kind(read, lambda value, _c: ";".join(value or ()), "「;」で区切って複数")


def _read_month(typed: str, _catalogue: Catalogue) -> int:
    return dates.parse_month(typed[:7] if _is_iso_day(typed) else typed)


def _is_iso_day(typed: str) -> bool:
    """A spreadsheet may have made a day of a month."""
    return len(typed) == 10 and typed[4] == "-" and typed[7] == "-"


def _write_month(value: Any, _catalogue: Catalogue) -> str:
    return "" if value is None else dates.month_text(value)


def _read_day(typed: str, _catalogue: Catalogue) -> date:
    return dates.parse_date(typed)


def _read_yes(typed: str, _catalogue: Catalogue) -> bool:
    if typed.lower() in {YES, "1", "true", "yes", "○", "〇"}:
        return True
    if typed.lower() in {NO, "0", "false", "no", "×"}:
        return False
    raise BadValue(f"「{YES}」か「{NO}」を書いてください。")


MUST, WANT = "必須", "希望"


def _read_must(typed: str, _catalogue: Catalogue) -> bool:
    if typed in {MUST, WANT}:
        return typed == MUST
    raise BadValue(f"「{MUST}」か「{WANT}」を書いてください。")


def _read_town(typed: str, catalogue: Catalogue) -> str:
    return catalogue.find_municipality(typed).code


def _read_weekdays(typed: str, _catalogue: Catalogue) -> int:
    bits = 0
    for letter in typed.replace("・", "").replace("、", ""):
        if letter not in WEEKDAYS:
            raise BadValue(f"曜日は「{WEEKDAYS}」から書いてください。")
        bits |= 1 << WEEKDAYS.index(letter)
    return bits


def _write_weekdays(value: Any, _catalogue: Catalogue) -> str:
    return "".join(day for number, day in enumerate(WEEKDAYS) if (value or 0) >> number & 1)


def _read_instant(typed: str, _catalogue: Catalogue) -> int:
    """Seconds since 1970 of an instant in ISO form."""
    try:
        return int(datetime.fromisoformat(typed).astimezone(UTC).timestamp())
    except (ValueError, OverflowError, OSError) as error:
        raise BadValue("日時は2026-11-01T09:00:00+09:00の形で書いてください。") from error


def _write_instant(value: Any, _catalogue: Catalogue) -> str:
    if not value:
        return ""
    return datetime.fromtimestamp(value, dates.JST).isoformat()


def _converted(convert: Callable[[str], str], hint: str) -> Kind:
    return Kind(lambda typed, _c: convert(typed), _plain, hint)


MONTH = Kind(_read_month, _write_month, "2027-04、2027年4月、令和9年4月")
DAY = Kind(_read_day, _plain, "2027-03-31、令和9年3月31日")
YES_NO = Kind(_read_yes, lambda value, _c: YES if value else NO, f"{YES}か{NO}")
MUST_OR_WANT = Kind(_read_must, lambda value, _c: MUST if value else WANT, f"{MUST}か{WANT}")
TOWN = Kind(_read_town, lambda value, _c: value or "", "団体コードか名前")
DAYS = Kind(_read_weekdays, _write_weekdays, "月火水木金土日から")
INSTANT = Kind(_read_instant, _write_instant, "2026-11-01T09:00:00+09:00")
MAIL = _converted(fold_email, "メールアドレス")
TELEPHONE = _converted(telephone, "市外局番から")
POSTAL = _converted(postal_code, "7桁")
KANA = _converted(katakana, "カタカナ")
