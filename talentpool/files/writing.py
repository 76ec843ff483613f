"""The one writer of all exports: linked sheets or one flat csv, formulas neutralised, no letter lost."""

from __future__ import annotations

import csv
import io
import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import xlsxwriter

from ..errors import BadCell, BadFile, Refused
from ..language import say
from .cells import has_unsafe, neutralise, refuse

Cell = str | int | float
UNWRITTEN = say("書けない内容があるため、ファイルを作りませんでした。")
MADE = datetime(2000, 1, 1)  # noqa: DTZ001 - so that the same content gives the same bytes
WIDEST = 32_000  # characters of a cell, as Excel allows
LONGEST = 1_048_575  # lines of a sheet below the headers, as Excel allows


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    headers: Sequence[str]
    lines: Sequence[Sequence[Cell]]
    hints: Sequence[str] = ()  # a comment for each header


def check_suffix(path: Path) -> None:
    if path.suffix.lower() not in {".xlsx", ".csv"}:
        raise Refused(
            say("ファイル名は .xlsx か .csv で終わるようにしてください：%(name)s", name=path.name)
        )


def render(path: Path, tables: Sequence[Table], encoding: str | None = None) -> bytes:
    """The bytes of a file of that suffix; a csv holds the first table. Raises BadFile, Refused."""
    check_suffix(path)
    if path.suffix.lower() == ".csv":
        return _csv(tables[0], encoding)
    return _workbook(tables)


def _workbook(tables: Sequence[Table]) -> bytes:
    _check_length(tables)
    refuse([fault for table in tables for fault in _unsafe(table)], UNWRITTEN)
    content = io.BytesIO()
    options = {
        "constant_memory": True,  # texts stand in their cells, so that no library shortens them
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(content, options)
    book.set_properties({"created": MADE})
    bold = book.add_format({"bold": True, "bg_color": "#E8F1FE", "text_wrap": True})
    plain = book.add_format({"num_format": "@"})  # what is typed stays as it is typed
    for table in tables:
        leaf = book.add_worksheet(table.name)
        leaf.freeze_panes(1, 1)
        leaf.set_column(0, max(len(table.headers) - 1, 0), 16, plain)
        for place, hint in enumerate(table.hints):
            if hint:
                leaf.write_comment(0, place, hint, {"author": ""})
        leaf.write_row(0, 0, table.headers, bold)
        for number, line in enumerate(table.lines, 1):
            for place, value in enumerate(line):
                if isinstance(value, int | float):
                    leaf.write_number(number, place, value)
                elif value:
                    leaf.write_string(number, place, neutralise(value), plain)
    book.close()
    return content.getvalue()


def _check_length(tables: Sequence[Table]) -> None:
    if any(len(table.lines) > LONGEST for table in tables):
        raise BadFile(
            say(
                "Excelのシートに書けるのは%(most)s行までです。CSVでダウンロードするか、条件を絞ってください。",
                most=f"{LONGEST:,}",
            )
        )


def _csv(table: Table, encoding: str | None) -> bytes:
    """UTF-8 with a mark for Excel, or CP932; what CP932 cannot write is listed, never replaced."""
    refuse(list(_unsafe(table)), UNWRITTEN)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(table.headers)
    writer.writerows([[neutralise(str(value)) for value in line] for line in table.lines])
    if encoding != "cp932":
        return out.getvalue().encode("utf-8-sig")
    refuse(
        list(_unwritable(table)),
        say("CP932で書けない文字があります。UTF-8かxlsxで書き出してください。"),
    )
    return out.getvalue().encode("cp932")


def _unsafe(table: Table) -> Iterator[BadCell]:
    for number, place, value in _texts(table):
        if has_unsafe(value):
            yield BadCell(
                table.name, number, table.headers[place], say("使えない文字が含まれています。")
            )
        elif len(value) > WIDEST:
            longest = say("%(most)s字を超えています。", most=f"{WIDEST:,}")
            yield BadCell(table.name, number, table.headers[place], longest)


def _unwritable(table: Table) -> Iterator[BadCell]:
    for number, place, value in _texts(table):
        letters = unwritable(value)
        if letters:
            listed = " ".join(f"{letter}(U+{ord(letter):04X})" for letter in letters[:10])
            missing = say("CP932にない文字：%(letters)s", letters=listed)
            yield BadCell(table.name, number, table.headers[place], missing)


def _texts(table: Table) -> Iterator[tuple[int, int, str]]:
    """(row, place, text) of every cell that holds one."""
    for number, line in enumerate(table.lines, 2):
        for place, value in enumerate(line):
            if isinstance(value, str):
                yield number, place, value


def unwritable(text: str) -> str:
    """The letters of `text` that would not come back from CP932 as they are, each once."""
    return "".join(dict.fromkeys(letter for letter in text if not _is_cp932(letter)))


def _is_cp932(letter: str) -> bool:
    if letter.isascii():
        return True
    try:
        return letter.encode("cp932").decode("cp932") == letter
    except UnicodeError:
        return False


def write_whole(path: Path, content: bytes, *, is_private: bool = False) -> None:
    """Through a file beside it, so that a half file never stands under the name."""
    partial = None
    try:
        handle, partial = tempfile.mkstemp(dir=path.parent, prefix=".talentpool-")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(partial).chmod(0o600 if is_private else 0o644)
        Path(partial).replace(path)
    except OSError as error:
        if partial is not None:
            Path(partial).unlink(missing_ok=True)
        raise Refused(
            say("%(name)s を書けません：%(why)s", name=path.name, why=error.strerror)
        ) from error
