"""A file as named sheets of text cells, with the row numbers people see. Knows no meaning."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice

from ..errors import BadCell
from ..files import cells
from ..files.cells import has_unsafe, restore
from ..text import search_key

MOST_BYTES = 10 * 1024 * 1024
MOST_ROWS = 20_000  # people or needs of a file
MOST_LEAF_ROWS = 100_000  # of a sheet that belongs to them
MOST_ABOVE = 20  # lines that may stand above the headers
LAST_ROW = MOST_LEAF_ROWS + MOST_ABOVE + 1
MOST_COLUMNS = 100
MOST_TEXT = 10_000  # characters of a cell
REFUSED = "ファイルに誤りがあるため、1行も取り込みませんでした。"


@dataclass(frozen=True, slots=True)
class Unread:
    """A cell that has no text to read; the message says why. Above the headers it does no harm."""

    message: str


Written = str | Unread


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
    name: str,
    lines: Iterable[Sequence[Written]],
    *,
    known: Sequence[str] = (),
    most_rows: int = MOST_ROWS,
    most_text: int = MOST_TEXT,
) -> tuple[Sheet, list[BadCell]]:
    """The sheet, and every fault of its form.

    The headers are in the first line that has two of the `known` ones, below titles and notes; where none are known,
    in the first line that is not blank. A sheet that is wholly blank has no headers and no rows.
    """
    sheet = Sheet(name)
    faults: list[BadCell] = []
    numbered = _numbered(name, lines, faults)
    top = list(islice(numbered, MOST_ABOVE if known else 1))
    head = _head(top, known)
    if head is None:
        number = top[0][0] if top else 1
        faults.append(BadCell(name, number, None, _no_headers(known)))
        return sheet, faults
    sheet.header_row, line = top[head]
    sheet.headers = _headers(name, sheet.header_row, line, faults)
    for number, texts in chain(top[head + 1 :], numbered):
        if len(sheet.rows) == most_rows:
            faults.append(BadCell(name, number, None, f"行は{most_rows:,}行までです。"))
            break
        sheet.rows.append(Row(number, _cells(sheet, number, texts, most_text, faults)))
    return sheet, faults


def _numbered(
    name: str, lines: Iterable[Sequence[Written]], faults: list[BadCell]
) -> Iterator[tuple[int, list[Written]]]:
    """Lines that hold something, with their numbers."""
    for number, line in enumerate(lines, 1):
        if len(line) > MOST_COLUMNS and any(line[MOST_COLUMNS:]):
            faults.append(BadCell(name, number, None, f"列は{MOST_COLUMNS}列までです。"))
        texts = [restore(text) if isinstance(text, str) else text for text in line[:MOST_COLUMNS]]
        if not all(is_blank(text) for text in texts):
            yield number, texts


def _no_headers(known: Sequence[str]) -> str:
    if not known:
        return "見出しの行がありません。"
    examples = "".join(f"「{header}」" for header in known[:3])
    return f"見出しの行がありません。{examples}などの見出しを1行に並べてください。"


def _head(top: Sequence[tuple[int, Sequence[Written]]], known: Sequence[str]) -> int | None:
    if not known:
        return 0 if top else None
    keys = {search_key(header) for header in known}
    counts = [
        sum(isinstance(text, str) and search_key(text) in keys for text in texts)
        for _, texts in top
    ]
    two = next((place for place, count in enumerate(counts) if count > 1), None)
    return (
        next((place for place, count in enumerate(counts) if count), None) if two is None else two
    )


def _headers(name: str, number: int, texts: Sequence[Written], faults: list[BadCell]) -> list[str]:
    headers = [text.strip() if isinstance(text, str) else "" for text in texts]
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
    sheet: Sheet, number: int, texts: Sequence[Written], most: int, faults: list[BadCell]
) -> dict[str, str]:
    cells = {}
    for place, text in enumerate(texts):
        if is_blank(text):
            continue
        header = sheet.headers[place] if place < len(sheet.headers) else ""
        if isinstance(text, Unread):
            column = header or f"{place + 1}列目"
            faults.append(BadCell(sheet.name, number, column, text.message))
        elif not header:
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


def is_blank(text: Written) -> bool:
    return isinstance(text, str) and not text.strip(" \u3000\xa0\t\r\n")


def refuse(faults: Sequence[BadCell]) -> None:
    """Raise BadFile with all faults of a file that was read, if there are any."""
    cells.refuse(faults, REFUSED)
