"""Files as sheets: xlsx through the guard, csv in UTF-8 or CP932."""

from __future__ import annotations

import csv
import io
import warnings
from pathlib import Path

from openpyxl import load_workbook

from ..errors import BadCell, BadFile
from .guard import check_workbook
from .tables import MOST_BYTES, MOST_COLUMNS, MOST_ROWS, REFUSED, Sheet, make_sheet

ENCODINGS = ("utf-8", "cp932")
NOTES = "記入方法"  # the sheet that explains; not read


def read_file(path: Path, encoding: str | None = None) -> dict[str, Sheet]:
    """Name → sheet; a csv is one sheet named "". The suffix decides. Raises BadFile."""
    if not path.is_file():
        raise BadFile(f"ファイルがありません：{path.name}")
    if path.suffix.lower() == ".xlsx":
        return read_workbook(path)
    if path.suffix.lower() == ".csv":
        return {"": read_csv(path, encoding)}
    raise BadFile(f"xlsxかcsvのファイルを指定してください：{path.name}")


def read_workbook(path: Path) -> dict[str, Sheet]:
    check_workbook(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles and extensions do not matter here
            book = load_workbook(path, read_only=True, data_only=True)
            sheets = {}
            for leaf in book.worksheets:
                if leaf.title == NOTES:
                    continue
                leaf.reset_dimensions()
                lines = leaf.iter_rows(
                    max_row=MOST_ROWS + 1, max_col=MOST_COLUMNS + 1, values_only=True
                )
                sheets[leaf.title] = make_sheet(leaf.title, lines)
            book.close()
    except BadFile:
        raise
    except Exception as error:  # whatever a broken workbook provokes in the library
        raise BadFile("Excelのファイル（xlsx）として読めません。") from error
    return sheets


def read_csv(path: Path, encoding: str | None = None) -> Sheet:
    if path.stat().st_size > MOST_BYTES:
        raise BadFile("ファイルは10MBまでです。")
    text = _decode(path.read_bytes(), encoding)
    for number, line in enumerate(text.splitlines(), 1):
        if "\0" in line:
            raise BadFile(REFUSED, [BadCell("", number, None, "使えない文字が含まれています。")])
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    try:
        return make_sheet("", csv.reader(io.StringIO(lines), strict=True))
    except csv.Error as error:
        raise BadFile("csvとして読めません。引用符を確かめてください。") from error


def _decode(content: bytes, encoding: str | None) -> str:
    """UTF-8 with or without its mark, else CP932; one of both by force where it is named."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BadFile("UTF-16のファイルは読めません。UTF-8かCP932で保存してください。")
    for name in [encoding] if encoding else ENCODINGS:
        try:
            return content.decode("utf-8-sig" if name == "utf-8" else name)
        except UnicodeDecodeError:
            continue
    raise BadFile("文字コードがUTF-8でもCP932でもありません。")
