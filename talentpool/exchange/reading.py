"""Files as sheets: xlsx through the guard, csv in UTF-8 or CP932."""

from __future__ import annotations

import csv
import io
import re
import warnings
from collections.abc import Iterator
from pathlib import Path

from openpyxl import load_workbook

from ..errors import BadCell, BadFile
from .guard import NO_WORKBOOK, check_workbook
from .tables import MOST_BYTES, MOST_COLUMNS, MOST_ROWS, REFUSED, Sheet, make_sheet, refuse

ENCODINGS = ("utf-8", "cp932")
NOTES = "記入方法"  # the sheet that explains; not read
MOST_FLAT_TEXT = 32_000  # characters: a cell of a csv may hold a whole list
_NOT_CP932 = re.compile(
    "[\u0080-\u009f\uf8f0-\uf8f3]"
)  # what the codec gives for bytes that mean nothing
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")


def read_file(path: Path, encoding: str | None = None) -> dict[str, Sheet]:
    """Name → sheet; a csv is one sheet named "". The suffix decides. Raises BadFile."""
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise BadFile(f"ファイルを読めません：{path.name}") from error
    if len(content) > MOST_BYTES:
        raise BadFile("ファイルは10MBまでです。")
    if path.suffix.lower() == ".xlsx":
        return read_workbook(content)
    if path.suffix.lower() == ".csv":
        return {"": read_csv(content, encoding)}
    raise BadFile(f"xlsxかcsvのファイルを指定してください：{path.name}")


def read_workbook(content: bytes) -> dict[str, Sheet]:
    """Every sheet but the notes and those that are wholly empty."""
    check_workbook(content)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles and extensions do not matter here
            made = [make_sheet(name, lines) for name, lines in _lines_of(content) if name != NOTES]
    except BadFile:
        raise
    except Exception as error:
        # whatever else a broken workbook provokes in the library
        raise BadFile(NO_WORKBOOK) from error
    refuse([fault for sheet, faults in made if sheet.headers for fault in faults])
    return {sheet.name: sheet for sheet, _ in made if sheet.headers}


def _lines_of(content: bytes) -> Iterator[tuple[str, Iterator[tuple[object, ...]]]]:
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    for leaf in book.worksheets:
        leaf.reset_dimensions()  # what the sheet says of its own size is not to be believed
        lines = leaf.iter_rows(max_row=MOST_ROWS + 1, max_col=MOST_COLUMNS + 1, values_only=True)
        yield leaf.title, (tuple(map(_unescaped, line)) for line in lines)
    book.close()


def _unescaped(value: object) -> object:
    """Excel writes a control character as _x000D_."""
    if isinstance(value, str) and "_x" in value:
        return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), value)
    return value


def read_csv(content: bytes, encoding: str | None = None) -> Sheet:
    text = _decode(content, encoding)
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        sheet, faults = make_sheet("", lines, most_text=MOST_FLAT_TEXT)
    except csv.Error as error:
        message = "引用符または文字の長さが正しくありません。"
        raise BadFile(REFUSED, [BadCell("", lines.line_num, None, message)]) from error
    refuse(faults)
    return sheet


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
