"""Sheets as entries: the main row's values and those of its leaves, every fault of a file collected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..errors import BadCell, BadFile, Problem
from ..reference.catalogue import Catalogue
from . import cells
from .layout import KEY, Column, Layout, Leaf
from .tables import REFUSED, Row, Sheet


@dataclass(slots=True)
class Entry:
    """code: the key, "" where the file leaves it open; row: where its main row stands."""

    code: str
    row: int
    values: dict[str, Any]
    leaves: dict[str, list[dict[str, Any]]] = field(default_factory=dict)


class Reader:
    """Reads one file; `faults` grows, and nothing is given out while it holds anything."""

    def __init__(self, layout: Layout, catalogue: Catalogue) -> None:
        self.layout = layout
        self.catalogue = catalogue
        self.faults: list[BadCell] = []

    def read(self, sheets: Mapping[str, Sheet]) -> list[Entry]:
        """Raise BadFile with every bad row and column, or give every entry."""
        main = sheets.get("") or sheets.get(self.layout.name)
        if main is None:
            raise BadFile(REFUSED, [BadCell(self.layout.name, None, None, "シートがありません。")])
        is_flat = "" in sheets
        leaf_names = {leaf.name for leaf in self.layout.leaves}
        self._check_headers(main, self.layout.columns, leaf_names if is_flat else set())
        entries = [self._entry(main, row, is_flat=is_flat) for row in main.rows]
        self._check_keys(main, entries)
        if not is_flat:
            self._read_leaves(sheets, entries, leaf_names)
        if self.faults:
            raise BadFile(REFUSED, self.faults)
        return entries

    def _check_headers(
        self, sheet: Sheet, columns: Iterable[Column], extra: set[str]
    ) -> None:
        known = {column.header for column in columns} | extra | {KEY}
        for header in sheet.headers:
            if header and header not in known:
                self._fault(sheet.name, 1, header, "知らない見出しです。")
        for column in columns:
            if column.is_required and column.header not in sheet.headers:
                self._fault(sheet.name, 1, column.header, "見出しがありません。")
        if self.faults:
            raise BadFile(REFUSED, self.faults)

    def _entry(self, sheet: Sheet, row: Row, *, is_flat: bool) -> Entry:
        entry = Entry(
            row.cells.get(KEY, ""),
            row.number,
            self._values(sheet.name, row.number, row.cells, self.layout.columns),
            {leaf.field: [] for leaf in self.layout.leaves},
        )
        if is_flat:
            for leaf in self.layout.leaves:
                if leaf.name in row.cells:
                    entry.leaves[leaf.field] = self._flat_leaf(sheet, row, leaf)
        return entry

    def _flat_leaf(self, sheet: Sheet, row: Row, leaf: Leaf) -> list[dict[str, Any]]:
        headers = [column.header for column in leaf.columns]
        try:
            parts = cells.split_rows(headers, row.cells[leaf.name])
        except ValueError as error:
            self._fault(sheet.name, row.number, leaf.name, str(error))
            return []
        return [
            self._values(sheet.name, row.number, part, leaf.columns, within=leaf.name)
            for part in parts
        ]

    def _values(
        self,
        sheet: str,
        number: int,
        typed: Mapping[str, str],
        columns: Iterable[Column],
        *,
        within: str | None = None,
    ) -> dict[str, Any]:
        values = {}
        for column in columns:
            place = f"{within}・{column.header}" if within else column.header
            if column.header not in typed:
                if column.is_required:
                    self._fault(sheet, number, place, "入力してください。")
                continue
            try:
                values[column.field] = column.kind.read(typed[column.header], self.catalogue)
            except Problem as error:
                self._fault(sheet, number, place, error.message)
            except ValueError as error:
                self._fault(sheet, number, place, str(error))
        return values

    def _check_keys(self, sheet: Sheet, entries: list[Entry]) -> None:
        seen: dict[str, int] = {}
        for entry in entries:
            if not entry.code:
                continue
            if not entry.code.isascii() or len(entry.code) > 12:
                self._fault(sheet.name, entry.row, KEY, "半角12字までで書いてください。")
            if entry.code in seen:
                self._fault(sheet.name, entry.row, KEY, f"{seen[entry.code]}行目と同じコードです。")
            seen.setdefault(entry.code, entry.row)

    def _read_leaves(
        self, sheets: Mapping[str, Sheet], entries: list[Entry], known: set[str]
    ) -> None:
        for name in sheets:
            if name not in known | {self.layout.name}:
                self._fault(name, None, None, "知らないシートです。")
        by_code = {entry.code: entry for entry in entries if entry.code}
        for leaf in self.layout.leaves:
            sheet = sheets.get(leaf.name)
            if sheet is None:
                continue
            self._check_headers(sheet, leaf.columns, set())
            for row in sheet.rows:
                owner = by_code.get(row.cells.get(KEY, ""))
                values = self._values(sheet.name, row.number, row.cells, leaf.columns)
                if owner is None:
                    self._fault(
                        sheet.name, row.number, KEY, f"「{self.layout.name}」にないコードです。"
                    )
                else:
                    owner.leaves[leaf.field].append(values)

    def _fault(self, sheet: str, row: int | None, column: str | None, message: str) -> None:
        self.faults.append(BadCell(sheet, row, column, message))


def read_entries(
    layout: Layout, sheets: Mapping[str, Sheet], catalogue: Catalogue
) -> list[Entry]:
    return Reader(layout, catalogue).read(sheets)
