"""The one writer of all exports: entries as linked sheets or one flat csv, formulas neutralised."""

from __future__ import annotations

import csv
import io
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

import xlsxwriter

from ..errors import BadCell, BadFile
from ..reference.catalogue import Catalogue
from . import cells
from .entries import Entry
from .layout import KEY, Column, Layout
from .reading import NOTES
from .tables import neutralise

Table = tuple[str, list[str], list[list[str]]]  # name, headers, lines


def write_entries(
    path: Path,
    layout: Layout,
    entries: Sequence[Entry],
    catalogue: Catalogue,
    encoding: str | None = None,
) -> None:
    if path.suffix.lower() == ".csv":
        write_csv(path, _flat(layout, entries, catalogue), encoding)
    else:
        write_workbook(path, [*_linked(layout, entries, catalogue), _notes(layout, catalogue)])


def _linked(layout: Layout, entries: Sequence[Entry], catalogue: Catalogue) -> list[Table]:
    tables = [_table(layout.name, layout.columns, [(e.code, e.values) for e in entries], catalogue)]
    for leaf in layout.leaves:
        rows = [(e.code, values) for e in entries for values in e.leaves.get(leaf.field, ())]
        tables.append(_table(leaf.name, leaf.columns, rows, catalogue))
    return tables


def _table(
    name: str,
    columns: Sequence[Column],
    rows: Sequence[tuple[str, dict[str, object]]],
    catalogue: Catalogue,
) -> Table:
    lines = [[key, *_texts(columns, values, catalogue)] for key, values in rows]
    return name, [KEY, *(column.header for column in columns)], lines


def _texts(columns: Sequence[Column], values: dict[str, object], catalogue: Catalogue) -> list[str]:
    return [
        "" if (value := values.get(column.field)) is None else column.kind.write(value, catalogue)
        for column in columns
    ]


def _flat(layout: Layout, entries: Sequence[Entry], catalogue: Catalogue) -> Table:
    _, headers, lines = _linked(layout, entries, catalogue)[0]
    for leaf in layout.leaves:
        names = [column.header for column in leaf.columns]
        for entry, line in zip(entries, lines, strict=True):
            rows = [
                dict(zip(names, _texts(leaf.columns, values, catalogue), strict=True))
                for values in entry.leaves.get(leaf.field, ())
            ]
            line.append(cells.join_rows(names, rows))
    return layout.name, [*headers, *(leaf.name for leaf in layout.leaves)], lines


def _notes(layout: Layout, catalogue: Catalogue) -> Table:
    """What may be written where: every column, and every code with its label."""
    lines = [
        [sheet, column.header, "必須" if column.is_required else "", column.kind.hint]
        for sheet, columns in [
            (layout.name, layout.columns),
            *((leaf.name, leaf.columns) for leaf in layout.leaves),
        ]
        for column in columns
    ]
    every = [*layout.columns, *(column for leaf in layout.leaves for column in leaf.columns)]
    for vocabulary in dict.fromkeys(c.kind.vocabulary for c in every if c.kind.vocabulary):
        lines += [[vocabulary, term.code, term.ja, term.en] for term in catalogue.terms(vocabulary)]
    return NOTES, ["シート", "見出し・コード", "必須・名前", "書き方"], lines


def write_workbook(path: Path, tables: Sequence[Table]) -> None:
    """Every cell as text, one datum a cell; the file appears whole or not at all."""
    content = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
               "strings_to_numbers": False}  # fmt: skip
    book = xlsxwriter.Workbook(content, options)
    bold = book.add_format({"bold": True, "bg_color": "#E8F1FE"})
    for name, headers, lines in tables:
        leaf = book.add_worksheet(name)
        leaf.freeze_panes(1, 1)
        leaf.set_column(0, max(len(headers) - 1, 0), 16)
        for place, header in enumerate(headers):
            leaf.write_string(0, place, header, bold)
        for number, line in enumerate(lines, 1):
            for place, text in enumerate(line):
                if text:
                    leaf.write_string(number, place, neutralise(text))
    book.close()
    write_whole(path, content.getvalue())


def write_csv(path: Path, table: Table, encoding: str | None = None) -> None:
    """UTF-8 with a mark for Excel, or CP932; what CP932 cannot write is listed, never replaced."""
    name, headers, lines = table
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(headers)
    writer.writerows([[neutralise(text) for text in line] for line in lines])
    if encoding != "cp932":
        write_whole(path, out.getvalue().encode("utf-8-sig"))
        return
    faults = [
        BadCell(name, number, headers[place], f"CP932で書けない文字があります：{bad}")
        for number, line in enumerate(lines, 2)
        for place, text in enumerate(line)
        if (bad := unwritable(text))
    ]
    if faults:
        raise BadFile("CP932で書けない文字があります。UTF-8かxlsxで書き出してください。", faults)
    write_whole(path, out.getvalue().encode("cp932"))


def unwritable(text: str) -> str:
    """The letters of `text` that CP932 does not have."""
    return "".join(dict.fromkeys(letter for letter in text if not _is_cp932(letter)))


def _is_cp932(letter: str) -> bool:
    try:
        return letter.encode("cp932").decode("cp932") == letter
    except UnicodeError:
        return False


def write_whole(path: Path, content: bytes) -> None:
    """Through a temporary file beside it, so that a half file never stands under the name."""
    try:
        handle, partial = tempfile.mkstemp(dir=path.parent or ".", prefix=".talentpool-")
    except OSError as error:
        raise BadFile(f"{path.name} を書けません。") from error
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    Path(partial).chmod(0o644)
    Path(partial).replace(path)
