"""A file as named sheets of text cells, with the row numbers people see. Knows no meaning."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from ..errors import BadCell, BadFile

MOST_BYTES = 10 * 1024 * 1024
MOST_ROWS = 20_000
MOST_COLUMNS = 100
MOST_TEXT = 10_000  # characters of a cell
REFUSED = "ファイルを取り込めませんでした。"


@dataclass(frozen=True, slots=True)
class Row:
    number: int  # as the sheet shows it, the header is 1
    cells: dict[str, str]  # header → text, stripped; empty cells are absent


@dataclass(slots=True)
class Sheet:
    name: str
    headers: list[str]
    rows: list[Row] = field(default_factory=list)


def make_sheet(name: str, lines: Iterable[Sequence[object]]) -> Sheet:
    """The first line holds the headers; wholly empty lines are skipped, others keep their number."""
    walk: Iterator[tuple[int, Sequence[object]]] = iter(enumerate(lines, 1))
    headers = _headers(name, next(walk, (1, ()))[1])
    sheet = Sheet(name, headers)
    faults: list[BadCell] = []
    for number, line in walk:
        if number > MOST_ROWS:
            raise BadFile(REFUSED, [BadCell(name, number, None, f"行は{MOST_ROWS:,}行までです。")])
        cells = _cells(name, number, headers, line, faults)
        if cells:
            sheet.rows.append(Row(number, cells))
    if faults:
        raise BadFile(REFUSED, faults)
    return sheet


def _headers(name: str, line: Sequence[object]) -> list[str]:
    headers = [_text(value).strip() for value in line[: MOST_COLUMNS + 1]]
    while headers and not headers[-1]:
        headers.pop()
    faults = []
    if not headers:
        faults.append(BadCell(name, 1, None, "見出しの行がありません。"))
    if len(headers) > MOST_COLUMNS:
        faults.append(BadCell(name, 1, None, f"列は{MOST_COLUMNS}列までです。"))
    for place, header in enumerate(headers):
        if header and header in headers[:place]:
            faults.append(BadCell(name, 1, header, "同じ見出しが二度あります。"))
    if faults:
        raise BadFile(REFUSED, faults)
    return headers


def _cells(
    name: str, number: int, headers: list[str], line: Sequence[object], faults: list[BadCell]
) -> dict[str, str]:
    cells = {}
    for place, value in enumerate(line[: MOST_COLUMNS + 1]):
        text = _text(value).strip(" \u3000")
        if not text:
            continue
        header = headers[place] if place < len(headers) else ""
        if not header:
            faults.append(BadCell(name, number, None, f"{place + 1}列目に見出しのない値があります。"))
        elif len(text) > MOST_TEXT:
            faults.append(BadCell(name, number, header, f"文字は{MOST_TEXT:,}字までです。"))
        elif "\0" in text:
            faults.append(BadCell(name, number, header, "使えない文字が含まれています。"))
        else:
            cells[header] = restore(text)
    return cells


def _text(value: object) -> str:
    """A cell as it would be typed: whole numbers without a point, dates in ISO form."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if hasattr(value, "isoformat"):
        return str(value.isoformat())[:10]
    return str(value)


FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")
GUARD = "'"


def neutralise(text: str) -> str:
    """Text that no spreadsheet takes for a formula; `restore` is the way back."""
    bare = text.lstrip(" \u3000" + GUARD)
    return GUARD + text if bare.startswith(FORMULA_STARTS) else text


def restore(text: str) -> str:
    return text[1:] if text.startswith(GUARD) and neutralise(text[1:]) == text else text
