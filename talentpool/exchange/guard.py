"""What an xlsx file must be before anything reads it: a small, honest zip of plain XML."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from ..errors import BadFile
from .tables import MOST_BYTES

MOST_MEMBERS = 200
MOST_UNPACKED = 60 * 1024 * 1024  # bytes of all members together
MOST_RATIO = 120  # unpacked bytes a packed one
SMALL = 1024 * 1024  # bytes: below, the ratio says nothing
CHUNK = 1 << 16
_FORBIDDEN = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
NEEDED = {"[Content_Types].xml", "xl/workbook.xml"}


def check_workbook(path: Path) -> None:
    """Raise BadFile for what is no workbook or more than it says. Inflates, but keeps nothing."""
    if path.stat().st_size > MOST_BYTES:
        raise BadFile("ファイルは10MBまでです。")
    try:
        with zipfile.ZipFile(path) as archive:
            _check_names(archive)
            _check_contents(archive)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise BadFile("Excelのファイル（xlsx）として読めません。") from error


def _check_names(archive: zipfile.ZipFile) -> None:
    members = archive.infolist()
    if len(members) > MOST_MEMBERS:
        raise BadFile("Excelのファイルの中身が多すぎます。")
    names = [member.filename for member in members]
    if len(set(names)) != len(names):
        raise BadFile("Excelのファイルの中に同じ名前が二度あります。")
    for name in names:
        if name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") or ":" in name:
            raise BadFile("Excelのファイルの中に正しくない名前があります。")
    if not set(names) >= NEEDED:
        raise BadFile("Excelのファイル（xlsx）として読めません。")


def _check_contents(archive: zipfile.ZipFile) -> None:
    total = 0
    for member in archive.infolist():
        unpacked, tail = 0, b""
        with archive.open(member) as content:
            while chunk := content.read(CHUNK):
                unpacked += len(chunk)
                total += len(chunk)
                if unpacked > member.file_size or total > MOST_UNPACKED:
                    raise BadFile("Excelのファイルを開くと大きすぎます。")
                if unpacked > SMALL and unpacked > MOST_RATIO * max(member.compress_size, 1):
                    raise BadFile("Excelのファイルを開くと大きすぎます。")
                if _FORBIDDEN.search(tail + chunk):
                    raise BadFile("Excelのファイルに許されない定義があります。")
                tail = chunk[-16:]
