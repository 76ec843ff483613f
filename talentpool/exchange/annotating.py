"""A refused file given back as a workbook: every fault marked at its cell, and listed on a sheet of its own."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Mapping, Sequence

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from ..errors import BadCell
from ..files.cells import neutralise
from ..files.writing import MADE
from .layout import KEY
from .tables import Sheet

FAULTS = "誤りの一覧"
FLAT = "csv"  # what the one sheet of a csv is called
WITHIN = "・"  # between a list of a csv and the value inside it


def annotate(sheets: Mapping[str, Sheet], faults: Sequence[BadCell]) -> bytes:
    """An xlsx with the cells as they were read, in their own rows."""
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False})
    book.set_properties({"created": MADE})
    formats = {
        "bold": book.add_format({"bold": True, "bg_color": "#E8F1FE"}),
        "bad": book.add_format({"bg_color": "#FFD7D7", "num_format": "@"}),
        "plain": book.add_format({"num_format": "@"}),
    }
    _write_list(book.add_worksheet(FAULTS), faults, formats)
    for sheet in sheets.values():
        leaf = book.add_worksheet(sheet.name or FLAT)
        _write_sheet(leaf, sheet, _places(sheet, faults), formats)
    book.close()
    return content.getvalue()


def _write_list(leaf: Worksheet, faults: Sequence[BadCell], formats: Mapping[str, object]) -> None:
    leaf.set_column(0, 3, 24)
    leaf.write_row(0, 0, ["シート", "行", "列", "誤り"], formats["bold"])
    for number, fault in enumerate(faults, 1):
        for place, text in enumerate((fault.sheet, fault.row, fault.column, fault.message)):
            if text is not None:
                leaf.write(number, place, neutralise(text) if isinstance(text, str) else text)


def _places(sheet: Sheet, faults: Sequence[BadCell]) -> dict[tuple[int, int], list[str]]:
    """(row, place of the column) → sentences; what belongs to no column stands at the key."""
    key = sheet.headers.index(KEY) if KEY in sheet.headers else 0
    found: dict[tuple[int, int], list[str]] = defaultdict(list)
    for fault in faults:
        if fault.row is None or (sheet.name and fault.sheet != sheet.name):
            continue
        header = (fault.column or "").partition(WITHIN)[0]
        place = sheet.headers.index(header) if header in sheet.headers else key
        text = fault.message if header in sheet.headers else f"{header} {fault.message}".strip()
        found[fault.row, place].append(text)
    return found


def _write_sheet(
    leaf: Worksheet,
    sheet: Sheet,
    places: Mapping[tuple[int, int], Sequence[str]],
    formats: Mapping[str, object],
) -> None:
    leaf.set_column(0, max(len(sheet.headers) - 1, 0), 16)
    for place, header in enumerate(sheet.headers):
        leaf.write_string(sheet.header_row - 1, place, neutralise(header), formats["bold"])
    texts = {
        (row.number, place): row.cells[header]
        for row in sheet.rows
        for place, header in enumerate(sheet.headers)
        if header in row.cells
    }
    for (number, place), text in texts.items():
        leaf.write_string(number - 1, place, neutralise(text), formats["plain"])
    for (number, place), sentences in places.items():
        text = (
            sheet.headers[place] if number == sheet.header_row else texts.get((number, place), "")
        )
        leaf.write(number - 1, place, neutralise(text), formats["bad"])
        leaf.write_comment(number - 1, place, "\n".join(sentences)[:1000], {"author": ""})
