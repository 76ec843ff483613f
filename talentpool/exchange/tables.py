"""A file as named sheets of text cells, with the row numbers people see. Knows no meaning."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time

from ..errors import BadCell, BadFile
from ..text import search_key

MOST_BYTES = 10 * 1024 * 1024
MOST_ROWS = 20_000
MOST_COLUMNS = 100
MOST_TEXT = 10_000  # characters of a cell
MOST_FAULTS = 1000
REFUSED = "ファイルに誤りがあるため、1行も取り込みませんでした。"


@dataclass(frozen=True, slots=True)
class Row:
    number: int  # as the sheet shows it, from 1
    cells: dict[str, str]  # header → text as it stands; blank cells are absent


@dataclass(slots=True)
class Sheet:
    name: str  # "" for a csv
    headers: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    header_row: int = 1


def make_sheet(
    name: str, lines: Iterable[Sequence[object]], *, most_text: int = MOST_TEXT
) -> tuple[Sheet, list[BadCell]]:
    """The first line that is not blank holds the headers; the sheet, and every fault of its form."""
    sheet, faults = Sheet(name), []
    for number, line in enumerate(lines, 1):
        if number > MOST_ROWS:
            faults.append(BadCell(name, number, None, f"行は{MOST_ROWS:,}行までです。"))
            break
        if len(line) > MOST_COLUMNS and any(map(to_text, line[MOST_COLUMNS:])):
            faults.append(BadCell(name, number, None, f"列は{MOST_COLUMNS}列までです。"))
        texts = [restore(to_text(value)) for value in line[:MOST_COLUMNS]]
        if all(is_blank(text) for text in texts):
            continue
        if not sheet.headers:
            sheet.header_row = number
            sheet.headers = _headers(name, number, texts, faults)
        else:
            cells = _cells(sheet, number, texts, most_text, faults)
            sheet.rows.append(Row(number, cells))
    if not sheet.headers:
        faults.append(BadCell(name, 1, None, "見出しの行がありません。"))
    return sheet, faults


def _headers(name: str, number: int, texts: list[str], faults: list[BadCell]) -> list[str]:
    headers = [text.strip() for text in texts]
    while headers and not headers[-1]:
        headers.pop()
    keys = [search_key(header) for header in headers]
    for place, header in enumerate(headers):
        if header and keys[place] in keys[:place]:
            faults.append(BadCell(name, number, header[:40], "同じ見出しが二度あります。"))
        if has_unsafe(header):
            faults.append(
                BadCell(name, number, None, f"{place + 1}列目の見出しに使えない文字があります。")
            )
    return headers


def _cells(
    sheet: Sheet, number: int, texts: list[str], most: int, faults: list[BadCell]
) -> dict[str, str]:
    cells = {}
    for place, text in enumerate(texts):
        if is_blank(text):
            continue
        header = sheet.headers[place] if place < len(sheet.headers) else ""
        if not header:
            message = f"{place + 1}列目に見出しのない値があります。"
            faults.append(BadCell(sheet.name, number, None, message))
        elif len(text) > most:
            faults.append(BadCell(sheet.name, number, header, f"文字は{most:,}字までです。"))
        elif has_unsafe(text):
            faults.append(
                BadCell(sheet.name, number, header, "使えない文字（NULなど）が含まれています。")
            )
        else:
            cells[header] = text
    return cells


def to_text(value: object) -> str:
    """A cell as it would be typed: whole numbers without a point, days and instants in ISO form."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "はい" if value else "いいえ"
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**15:
        return str(int(value))
    if isinstance(value, datetime):
        is_day = value.time() == time.min
        return value.date().isoformat() if is_day else value.isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)


def is_blank(text: str) -> bool:
    return not text.strip(" \u3000\xa0\t\r\n")


def has_unsafe(text: str) -> bool:
    """NUL and lone surrogates: nothing can store or write them."""
    return any(letter == "\0" or "\ud800" <= letter <= "\udfff" for letter in text)


# --- Formulas

GUARD = "'"
_FORMULA = re.compile(
    "[\t\r\n]|['\\s\u200b-\u200f\u2060\ufeff]*[=+\\-@\uff1d\uff0b\uff0d\uff20]|'+[\t\r\n]"
)


def neutralise(text: str) -> str:
    """Text that no spreadsheet takes for a formula; `restore` is the way back, for every text."""
    return GUARD + text if _FORMULA.match(text) else text


def restore(text: str) -> str:
    return text[1:] if text.startswith(GUARD) and _FORMULA.match(text[1:]) else text


def refuse(faults: Sequence[BadCell]) -> None:
    """Raise BadFile with all faults, if there are any; a long list is cut and says so."""
    if not faults:
        return
    shown = list(faults[:MOST_FAULTS])
    if len(faults) > MOST_FAULTS:
        shown.append(BadCell("", None, None, f"ほかに{len(faults) - MOST_FAULTS:,}件あります。"))
    raise BadFile(REFUSED, shown)
