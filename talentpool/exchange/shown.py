"""A cell of a workbook as it is shown: percent, units of a number format, months without a day."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import Any

from openpyxl.styles.numbers import is_date_format
from openpyxl.utils.datetime import from_excel

from ..typed import NumberText
from .tables import Unread, Written

# Formats that Japanese Excel knows by number and writes nowhere in the file.
JAPANESE_FORMATS = {
    27: "ge.m.d", 28: "ggge年m月d日", 29: "ggge年m月d日", 30: "m/d/yy", 31: "yyyy年m月d日", 32: "h時mm分",
    33: "h時mm分ss秒", 34: "yyyy年m月", 35: "m月d日", 36: "ge.m.d", 50: "ge.m.d", 51: "ggge年m月d日",
    52: "yyyy年m月", 53: "m月d日", 54: "ggge年m月d日", 55: "yyyy年m月", 56: "m月d日", 57: "ge.m.d",
    58: "ggge年m月d日",
}  # fmt: skip
ERROR = "{}というエラーになっています。値を入れてください。"
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_QUOTED = re.compile(r'"([^"]*)"|\\(.)|\[\$([^\]-]*)[^\]]*\]')
_IGNORED = re.compile(r"\[[^\]]*\]|_.|\*.")
_DIGITS = re.compile(r"[0#?][0#?.,]*")
_PLACE = "\0"  # stands for a quoted text while a format is taken apart


def show(cell: Any) -> Written:
    """The text of a cell of openpyxl, or why it has none."""
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "e":
        return Unread(ERROR.format(value))
    if isinstance(value, str):
        return _unescaped(value)
    if isinstance(value, bool):
        return "はい" if value else "いいえ"
    return _formatted(cell, value, number_format(cell))


def _formatted(cell: Any, value: Any, style: str) -> Written:
    if isinstance(value, int | float) and is_date_format(style):
        value = from_excel(value, cell.parent.parent.epoch)
    if isinstance(value, date):
        return _day(value, style)
    if isinstance(value, int | float):
        return _number(value, style)
    return value.isoformat() if isinstance(value, time) else str(value)


def number_format(cell: Any) -> str:
    """Its number format, also one that only a Japanese Excel knows."""
    styles = cell.parent.parent._cell_styles  # noqa: SLF001 - the library names no other way
    number = styles[cell._style_id].numFmtId if cell._style_id < len(styles) else 0  # noqa: SLF001
    return JAPANESE_FORMATS.get(number) or str(cell.number_format or "")


def _unescaped(value: str) -> str:
    """Excel writes a control character as _x000D_."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), value) if "_x" in value else value


def _day(value: date, style: str) -> str:
    """A month where only that is shown, a day, or an instant."""
    if "d" not in _IGNORED.sub("", _QUOTED.sub("", style)).lower():
        return f"{value.year:04d}-{value.month:02d}"
    if not isinstance(value, datetime):
        return value.isoformat()
    return value.date().isoformat() if value.time() == time.min else value.isoformat()


def _number(value: float, style: str) -> Written:
    """With what the format writes around it: 1 as 100 %, 4 as 4日."""
    section = style.split(";", maxsplit=1)[0]
    texts: list[str] = []

    def keep(found: re.Match[str]) -> str:
        texts.append(found[1] or found[2] or found[3] or "")
        return _PLACE

    bare = _IGNORED.sub("", _QUOTED.sub(keep, section)).strip()
    if bare in {"", "General", "@"} and not texts:
        return NumberText(_plain(value))
    digits = _DIGITS.search(bare)
    if digits is None:
        return NumberText(_plain(value))
    if digits[0].endswith(","):
        return Unread(
            "千円単位など、桁を省いた表示形式です。表示形式を「標準」にして値を確かめてください。"
        )
    scale = 100 if "%" in bare else 1
    text = _plain(round(value * scale, 10))
    if set(digits[0]) == {"0"} and digits[0] == bare:
        text = text.zfill(len(digits[0]))  # 011002, a code that is kept as a number
    before = _filled(bare[: digits.start()], texts)
    after = _filled(bare[digits.end() :], texts)
    around = before + text + after
    return NumberText(text) if around == text else around


def _filled(part: str, texts: list[str]) -> str:
    return "".join(texts.pop(0) if letter == _PLACE else letter for letter in part)


def _plain(value: float) -> str:
    """As Excel shows it: at most 15 digits, no point behind a whole number."""
    if float(value).is_integer() and abs(value) < 10**15:
        return str(int(value))
    return f"{value:.15g}"
