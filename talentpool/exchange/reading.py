"""Files as sheets: xlsx through the guard, csv in UTF-8 or CP932."""

from __future__ import annotations

import csv
import io
import re
import warnings
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from ..errors import BadCell, BadFile
from ..text import search_key
from ..typed import NumberText
from .guard import check_workbook
from .layout import KEY, Layout
from .plain import in_plain_dialect
from .shown import show
from .tables import (
    MOST_BYTES,
    MOST_COLUMNS,
    MOST_LEAF_ROWS,
    MOST_ROWS,
    REFUSED,
    Sheet,
    Unread,
    Written,
    make_sheet,
    refuse,
)
from .walk import NO_WORKBOOK, Facts, Merge

ENCODINGS = ("utf-8", "cp932")
NOTES = "記入方法"  # the sheet that explains; not read
MOST_FLAT_TEXT = 32_000  # characters: a cell of a csv may hold a whole list
_NOT_CP932 = re.compile(
    "[\u0080-\u009f\uf8f0-\uf8f3]"
)  # what the codec gives for bytes that mean nothing
_DECIMAL = re.compile(r"[0-9]+\.[0-9]+")
MERGED = "{}が結合されています。結合を解いて、行ごとに値を入れてください。"
UNRESOLVED = "計算結果が保存されていません。Excelで開いて保存し直すか、値を入れてください。"


def read_file(
    path: Path, encoding: str | None = None, layout: Layout | None = None
) -> dict[str, Sheet]:
    """Name → sheet; a csv is one sheet named "". The suffix decides. Raises BadFile.

    With a layout, headers are found below titles, and sheets by their names in any spelling.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise BadFile(f"ファイルを読めません：{path.name}") from error
    if len(content) > MOST_BYTES:
        raise BadFile("ファイルは10MBまでです。")
    if path.suffix.lower() == ".xlsx":
        return read_workbook(content, layout)
    if path.suffix.lower() == ".csv":
        return {"": read_csv(content, encoding, layout)}
    raise BadFile(f"xlsxかcsvのファイルを指定してください：{path.name}")


def read_workbook(content: bytes, layout: Layout | None = None) -> dict[str, Sheet]:
    """Every sheet but the notes, those that are wholly empty, and hidden ones that the layout does not know."""
    facts = check_workbook(content)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles and extensions do not matter here
            made = list(_sheets_of(in_plain_dialect(content), facts, layout))
    except BadFile:
        raise
    except Exception as error:
        # whatever else a broken workbook provokes in the library
        raise BadFile(NO_WORKBOOK) from error
    faults = [fault for sheet, found in made for fault in found]
    names = [sheet.name for sheet, _ in made]
    faults += [
        BadCell(name, None, None, "同じ名前のシートが二度あります。")
        for place, name in enumerate(names)
        if name in names[:place]
    ]
    refuse(faults)
    return {sheet.name: sheet for sheet, _ in made}


def _sheets_of(
    content: bytes, facts: Mapping[str, Facts], layout: Layout | None
) -> Iterator[tuple[Sheet, list[BadCell]]]:
    known = {} if layout is None else {search_key(name): name for name, _ in layout.sheets()}
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    for leaf in book.worksheets:
        key = search_key(leaf.title)
        is_known = key in known or layout is None
        if key == search_key(NOTES) or (leaf.sheet_state != "visible" and not is_known):
            continue
        seen = facts.get(_part_of(leaf), Facts())
        if not seen.last_row:
            continue
        name = known.get(key, leaf.title)
        yield make_sheet(name, _lines_of(leaf, seen), **_expected(name, layout))
    book.close()


def _part_of(leaf: Any) -> str:
    """The name of its part in the zip, as the guard calls it."""
    return str(leaf._worksheet_path).lstrip("/")  # noqa: SLF001 - the library tells no other way


def _expected(name: str, layout: Layout | None) -> dict[str, Any]:
    """What `make_sheet` has to know of a sheet: its headers, and how many rows it may have."""
    if layout is None:
        return {"most_rows": MOST_ROWS}
    columns = dict(layout.sheets()).get(name)
    if columns is None:
        return {"most_rows": MOST_ROWS}
    return {
        "known": [KEY, *(column.header for column in columns)],
        "most_rows": MOST_ROWS if name == layout.name else MOST_LEAF_ROWS,
    }


def _lines_of(leaf: Any, seen: Facts) -> Iterator[list[Written]]:
    """Rows of cells as they are shown, as far as there is something in them."""
    leaf.reset_dimensions()  # what the sheet says of its own size is not to be believed
    merges = _by_row(seen)
    shown: dict[str, bool] = {}  # merge → whether its first cell says something
    rows = leaf.iter_rows(max_row=seen.last_row, max_col=MOST_COLUMNS)
    for number, cells in enumerate(rows, 1):
        line: list[Written] = [show(cell) if cell.value is not None else "" for cell in cells]
        for merge in merges.get(number, ()):
            first = merge.first_row, merge.first_column
            if number == merge.first_row:
                shown[merge.name] = bool(line[merge.first_column - 1])
            if shown.get(merge.name):
                for column in range(merge.first_column, merge.last_column + 1):
                    if (number, column) != first:
                        line[column - 1] = Unread(MERGED.format(merge.name))
        for column in seen.unresolved.get(number, ()):
            line[column - 1] = Unread(UNRESOLVED)
        yield line


def _by_row(seen: Facts) -> dict[int, list[Merge]]:
    found: dict[int, list[Merge]] = defaultdict(list)
    for merge in seen.merges:
        for row in range(merge.first_row, min(merge.last_row, seen.last_row) + 1):
            found[row].append(merge)
    return found


def read_csv(content: bytes, encoding: str | None = None, layout: Layout | None = None) -> Sheet:
    text = _decode(content, encoding)
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    known = [] if layout is None else layout.flat_headers()
    try:
        cells = ([_csv_cell(text) for text in line] for line in lines)
        sheet, faults = make_sheet("", cells, known=known, most_text=MOST_FLAT_TEXT)
    except csv.Error as error:
        message = "引用符または文字の長さが正しくありません。"
        raise BadFile(REFUSED, [BadCell("", lines.line_num, None, message)]) from error
    refuse(faults)
    return sheet


def _csv_cell(text: str) -> str:
    """A spreadsheet may have saved 2027.10 as the number 2027.1."""
    return NumberText(text) if _DECIMAL.fullmatch(text) else text


def _decode(content: bytes, encoding: str | None) -> str:
    """UTF-8 with or without its mark, else CP932; one of both by force where it is named."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BadFile("UTF-16のファイルは読めません。UTF-8かCP932のcsvで保存してください。")
    if content.startswith(b"\xef\xbb\xbf"):
        encoding = "utf-8"
    faults = []
    for name in [encoding] if encoding else ENCODINGS:
        try:
            text = content.decode("utf-8-sig" if name == "utf-8" else name)
        except UnicodeDecodeError as error:
            row = _row_of(content[: error.start])
        else:
            found = _NOT_CP932.search(text) if name == "cp932" else None
            if found is None:
                return text
            row = _row_of(text[: found.start()].encode("utf-8"))
        faults.append(BadCell("", row, None, f"{name.upper()}として読めない文字があります。"))
    raise BadFile("ファイルの文字コードを読めません。UTF-8かCP932で保存してください。", faults)


def _row_of(before: bytes) -> int:
    lines = before.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return lines.count(b"\n") + 1
