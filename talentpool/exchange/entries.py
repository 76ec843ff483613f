"""Sheets as entries: the main row's values and those of its leaves, every fault of a file collected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from ..errors import BadCell, Problem
from ..reference.catalogue import Catalogue
from ..text import search_key
from . import cells
from .kinds import LONGEST_CODE, fold_code
from .layout import KEY, TELLING, Column, Layout, Leaf
from .tables import Row, Sheet, refuse

Values = dict[str, Any]


@dataclass(slots=True)
class Entry:
    """code: the key, "" where the file leaves it open; row: where its main row stands.

    values and leaves hold what the file says; a blank cell has no field.
    """

    code: str
    row: int
    values: Values
    leaves: dict[str, list[Values]] = field(default_factory=dict)


def code_of(entry: Entry) -> str:
    """Its code, or one from its row number where the file leaves it open."""
    return entry.code or f"row-{entry.row}"


def codes_of(entries: Iterable[Entry]) -> list[str]:
    return list(map(code_of, entries))


def read_entries(
    layout: Layout, sheets: Mapping[str, Sheet], catalogue: Catalogue, *, is_import: bool = False
) -> list[Entry]:
    """Every row of the main sheet with its leaves; an import also reads and asks for names.

    Raises BadFile with every bad row and column.
    """
    reader = _Reader(layout, catalogue, is_import=is_import)
    entries = reader.read(sheets)
    refuse(reader.faults)
    return entries


class _Reader:
    def __init__(self, layout: Layout, catalogue: Catalogue, *, is_import: bool) -> None:
        self.layout = layout
        self.catalogue = catalogue
        self.is_import = is_import
        self.faults: list[BadCell] = []
        self.absent: set[tuple[str, str]] = set()  # (sheet, header): named once, not in every row

    def read(self, sheets: Mapping[str, Sheet]) -> list[Entry]:
        main = sheets.get("") or sheets.get(self.layout.name)
        if main is None:
            self._fault(self.layout.name, None, None, "シートがありません。")
            return []
        is_flat = "" in sheets
        leaf_names = [leaf.name for leaf in self.layout.leaves]
        headers = self._headers(main, self.layout.columns, leaf_names if is_flat else [])
        entries = [self._entry(main, row, headers, is_flat=is_flat) for row in main.rows]
        self._check_keys(main, entries)
        if not is_flat:
            self._read_leaves(sheets, entries)
        return entries

    def _headers(
        self, sheet: Sheet, columns: Iterable[Column], leaf_names: Iterable[str]
    ) -> dict[str, str]:
        """Header as it is written in the file → header as it is declared."""
        columns = list(columns)
        declared = {
            search_key(name): name for name in (KEY, *(c.header for c in columns), *leaf_names)
        }
        found = {}
        for header in filter(None, sheet.headers):
            name = declared.get(search_key(header))
            if name is None:
                self._fault(sheet.name, sheet.header_row, header[:40], "知らない見出しです。")
            else:
                found[header] = name
        for column in columns:
            if self._is_needed(column) and column.header not in found.values():
                message = "この見出しの列がありません。"
                self._fault(sheet.name, sheet.header_row, column.header, message)
                self.absent.add((sheet.name, column.header))
        return found

    def _is_needed(self, column: Column) -> bool:
        return column.is_required or (self.is_import and column.is_named)

    def _entry(self, sheet: Sheet, row: Row, headers: Mapping[str, str], *, is_flat: bool) -> Entry:
        typed = {headers[name]: text for name, text in row.cells.items() if name in headers}
        entry = Entry(
            fold_code(typed.get(KEY, "")),
            row.number,
            self._values(sheet.name, row.number, typed, self.layout.columns),
            {leaf.field: [] for leaf in self.layout.leaves},
        )
        if is_flat:
            for leaf in self.layout.leaves:
                if leaf.name in typed:
                    entry.leaves[leaf.field] = self._packed(sheet, row, leaf, typed[leaf.name])
        return entry

    def _packed(self, sheet: Sheet, row: Row, leaf: Leaf, text: str) -> list[Values]:
        try:
            parts = cells.split_rows([column.header for column in leaf.columns], text)
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
    ) -> Values:
        values: Values = {}
        for column in columns:
            if column.is_personal and not self.is_import:
                self._read_mark(column, typed, values)
                continue
            place = f"{within}・{column.header}" if within else column.header
            if column.header not in typed:
                if self._is_needed(column) and (sheet, place) not in self.absent:
                    self._fault(sheet, number, place, column.blank)
                continue
            try:
                values[column.field] = column.kind.read(typed[column.header], self.catalogue)
            except Problem as error:
                self._fault(sheet, number, place, error.message)
            except ValueError as error:
                self._fault(sheet, number, place, str(error))
        return values

    def _read_mark(self, column: Column, typed: Mapping[str, str], values: Values) -> None:
        """Matching needs nothing of it but to tell people apart, and refuses nothing for it."""
        with suppress(Problem, ValueError):
            if column.header in typed and column.field in TELLING:
                values[column.field] = column.kind.read(typed[column.header], self.catalogue)

    def _check_keys(self, sheet: Sheet, entries: Iterable[Entry]) -> None:
        seen: dict[str, int] = {}
        for entry in entries:
            code = entry.code
            if not code:
                continue
            if len(code) > LONGEST_CODE:
                message = f"{LONGEST_CODE}字までで書いてください。"
                self._fault(sheet.name, entry.row, KEY, message)
            elif not code.isprintable():
                self._fault(sheet.name, entry.row, KEY, "使えない文字が含まれています。")
            elif code in seen:
                self._fault(sheet.name, entry.row, KEY, f"{seen[code]}行目と同じコードです。")
            seen.setdefault(code, entry.row)

    def _read_leaves(self, sheets: Mapping[str, Sheet], entries: Iterable[Entry]) -> None:
        known = {self.layout.name, *(leaf.name for leaf in self.layout.leaves)}
        for name in sheets:
            if name not in known:
                self._fault(name, None, None, "知らないシートです。")
        by_code = {entry.code: entry for entry in entries if entry.code}
        for leaf in self.layout.leaves:
            if leaf.name in sheets:
                self._read_leaf(sheets[leaf.name], leaf, by_code)

    def _read_leaf(self, sheet: Sheet, leaf: Leaf, by_code: Mapping[str, Entry]) -> None:
        headers = self._headers(sheet, leaf.columns, [])
        if KEY not in headers.values():
            self._fault(sheet.name, sheet.header_row, KEY, "この見出しの列がありません。")
            return
        for row in sheet.rows:
            typed = {headers[name]: text for name, text in row.cells.items() if name in headers}
            values = self._values(sheet.name, row.number, typed, leaf.columns)
            code = fold_code(typed.get(KEY, ""))
            owner = by_code.get(code)
            if not code:
                self._fault(sheet.name, row.number, KEY, "入力してください。")
            elif owner is None:
                message = f"「{self.layout.name}」のシートにないコードです。"
                self._fault(sheet.name, row.number, KEY, message)
            else:
                owner.leaves[leaf.field].append(values)

    def _fault(self, sheet: str, row: int | None, column: str | None, message: str) -> None:
        self.faults.append(BadCell(sheet, row, column, message))
