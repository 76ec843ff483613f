"""Entries as tables: linked sheets with the notes that explain them, or one flat table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..files.writing import Cell, Table
from ..reference import shipped
from ..reference.catalogue import Catalogue
from ..reference.entries import Vocabulary
from . import cells
from .entries import Entry
from .layout import KEY, Column, Layout
from .reading import NOTES


def tables_of(
    path: Path,
    layout: Layout,
    entries: Sequence[Entry],
    catalogue: Catalogue,
    *,
    is_anonymous: bool = False,
) -> list[Table]:
    """What to write under that name: labels in xlsx, codes in csv. Anonymous: nothing personal."""
    if is_anonymous:
        layout = _without_persons(layout)
    if path.suffix.lower() == ".csv":
        return [_flat(layout, entries, catalogue)]
    return [*_linked(layout, entries, catalogue), _notes(layout, catalogue)]


def _without_persons(layout: Layout) -> Layout:
    leaves = [
        replace(leaf, columns=tuple(c for c in leaf.columns if not c.is_personal))
        for leaf in layout.leaves
    ]
    columns = tuple(c for c in layout.columns if not c.is_personal)
    return replace(layout, columns=columns, leaves=tuple(leaf for leaf in leaves if leaf.columns))


def _linked(layout: Layout, entries: Sequence[Entry], catalogue: Catalogue) -> Iterator[Table]:
    yield _table(layout.name, layout.columns, [(e.code, e.values) for e in entries], catalogue)
    for leaf in layout.leaves:
        rows = [(e.code, values) for e in entries for values in e.leaves.get(leaf.field, ())]
        yield _table(leaf.name, leaf.columns, rows, catalogue)


def _table(
    name: str,
    columns: Sequence[Column],
    rows: Sequence[tuple[str, Mapping[str, Any]]],
    catalogue: Catalogue | None,
) -> Table:
    lines = [[key, *_cells(columns, values, catalogue)] for key, values in rows]
    headers = [KEY, *(column.header for column in columns)]
    hints = ["行を結ぶコード。新しい行では自由に付けた番号で可", *map(_hint, columns)]
    return Table(name, headers, lines, hints)


def _hint(column: Column) -> str:
    return f"{'必須。' if column.is_required or column.is_named else ''}{column.kind.hint}"


def _cells(
    columns: Sequence[Column], values: Mapping[str, Any], catalogue: Catalogue | None
) -> list[Cell]:
    return [
        "" if (value := values.get(column.field)) is None else column.kind.write(value, catalogue)
        for column in columns
    ]


def _flat(layout: Layout, entries: Sequence[Entry], catalogue: Catalogue) -> Table:
    """Codes, but for what a spreadsheet that opens the csv would not keep: 2027-04, 012025."""
    lines = [
        [
            entry.code,
            *_kept(layout.columns, entry.values, catalogue),
            *(_packed(leaf.columns, entry.leaves.get(leaf.field, ())) for leaf in layout.leaves),
        ]
        for entry in entries
    ]
    return Table(layout.name, layout.flat_headers(), lines)


def _kept(
    columns: Sequence[Column], values: Mapping[str, Any], catalogue: Catalogue
) -> Iterator[Cell]:
    for column, cell in zip(columns, _cells(columns, values, None), strict=True):
        keep = column.kind.kept
        yield cell if keep is None or cell == "" else keep(values[column.field], catalogue)


def _packed(columns: Sequence[Column], rows: Sequence[Mapping[str, Any]]) -> str:
    headers = [column.header for column in columns]
    return cells.join_rows(
        headers,
        [dict(zip(headers, map(str, _cells(columns, row, None)), strict=True)) for row in rows],
    )


def _notes(layout: Layout, catalogue: Catalogue) -> Table:
    """What may be written where: every column, and every code with its label."""
    lines: list[list[Cell]] = [
        [
            sheet,
            column.header,
            "必須" if column.is_required or column.is_named else "",
            column.kind.hint,
        ]
        for sheet, columns in layout.sheets()
        for column in columns
    ]
    kinds = [column.kind for _, columns in layout.sheets() for column in columns]
    for vocabulary in dict.fromkeys(kind.vocabulary for kind in kinds if kind.vocabulary):
        title = shipped.titles()[Vocabulary(vocabulary)].ja
        lines += [[title, term.code, term.ja, term.en] for term in catalogue.terms(vocabulary)]
    return Table(NOTES, ["シート・一覧", "見出し・コード", "必須・名前", "書き方・英語"], lines)
