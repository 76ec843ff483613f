"""What an xlsx file must be before anything reads it: a small, honest zip of plain XML.

Sizes are measured by inflating, never taken from the file's own directory; XML is walked by expat without
building anything, so that the library behind meets only what it can hold.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from xml.parsers import expat

from ..errors import BadCell, BadFile
from .tables import MOST_BYTES, MOST_COLUMNS, MOST_ROWS, REFUSED

MOST_MEMBERS = 200
MOST_UNPACKED = 64 * 1024 * 1024  # bytes of all members together
MOST_RATIO = 150  # unpacked bytes a packed one
SMALL = 1024 * 1024  # bytes: below, the ratio says nothing
MOST_CELLS = 1_000_000
MOST_STRINGS = 300_000  # shared strings
MOST_OTHER = 200_000  # elements of a part that is neither rows nor strings
MOST_DEPTH = 40
MOST_ATTRIBUTE = 20_000  # characters
MOST_RUN = 256 * 1024  # bytes from one tag to the next: a longer tag or text is no sheet's
CHUNK = 1 << 16
LOCAL_HEADER = 30  # bytes, before name and extra field
ENCRYPTED = 0x1
CONTENT_TYPES = "[Content_Types].xml"
WORKBOOK_TYPE = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
NO_WORKBOOK = "Excelのファイル（.xlsx）として読めません。"
TOO_BIG = "Excelのファイルを開くと大きすぎます。"
_XML = (".xml", ".rels", ".vml")
_COORDINATE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


def check_workbook(content: bytes) -> None:
    """Raise BadFile for what is no workbook, or more than it says. Keeps nothing of what it inflates."""
    if len(content) > MOST_BYTES:
        raise BadFile("ファイルは10MBまでです。")
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise BadFile(NO_WORKBOOK) from error
    _check_names(members)
    _check_places(members, len(content))
    room = MOST_UNPACKED
    for member in members:
        room -= _check_member(content, member, room)


def _check_names(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MOST_MEMBERS:
        raise BadFile("Excelのファイルの中身が多すぎます。")
    names = [member.filename for member in members]
    if len({name.casefold() for name in names}) != len(names):
        raise BadFile("Excelのファイルの中に同じ名前が二度あります。")
    for name in names:
        parts = name.split("/")
        if ".." in parts or not parts[0] or any(letter in name for letter in "\\:\0"):
            raise BadFile("Excelのファイルの中に正しくない名前があります。")
    if CONTENT_TYPES not in names:
        raise BadFile(NO_WORKBOOK)
    if any(name.casefold().endswith("vbaproject.bin") for name in names):
        raise BadFile("マクロのあるファイルは読めません。")


def _check_places(members: list[zipfile.ZipInfo], length: int) -> None:
    """Members that lie over each other are the trick behind the smallest bombs."""
    end = 0
    for member in sorted(members, key=lambda member: member.header_offset):
        is_plain = member.compress_type in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
        if not is_plain or member.flag_bits & ENCRYPTED or member.header_offset < end:
            raise BadFile(NO_WORKBOOK)
        end = member.header_offset + LOCAL_HEADER + member.compress_size
        if end > length:
            raise BadFile(NO_WORKBOOK)


def _check_member(content: bytes, member: zipfile.ZipInfo, room: int) -> int:
    """Bytes the member inflates to."""
    size, checksum, start = 0, 0, b""
    limit = min(room, max(SMALL, MOST_RATIO * member.compress_size))
    walk = _Walk() if member.filename.casefold().endswith(_XML) else None
    for chunk in _inflate(content, member):
        size += len(chunk)
        if size > limit:
            raise BadFile(TOO_BIG)
        checksum = zlib.crc32(chunk, checksum)
        if member.filename == CONTENT_TYPES:
            start += chunk
        if walk is not None:
            walk.feed(chunk)
    if size != member.file_size or checksum != member.CRC:
        raise BadFile("Excelのファイルに書かれた大きさと中身が合いません。")
    if walk is not None:
        walk.close()
    if member.filename == CONTENT_TYPES and WORKBOOK_TYPE not in start:
        raise BadFile(NO_WORKBOOK)
    return size


def _inflate(content: bytes, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """The member's bytes from its own place in the file, in small pieces, as far as they go."""
    head = content[member.header_offset : member.header_offset + LOCAL_HEADER]
    if len(head) < LOCAL_HEADER or head[:4] != b"PK\3\4":
        raise BadFile(NO_WORKBOOK)
    names = int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
    place = member.header_offset + LOCAL_HEADER + names
    packed = memoryview(content)[place : place + member.compress_size]
    if member.compress_type == zipfile.ZIP_STORED:
        for begin in range(0, len(packed), CHUNK):
            yield bytes(packed[begin : begin + CHUNK])
        return
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        piece = stream.decompress(packed, CHUNK)
        while piece:
            yield piece
            piece = stream.decompress(stream.unconsumed_tail, CHUNK)
    except zlib.error as error:
        raise BadFile(NO_WORKBOOK) from error


class _Walk:
    """One XML part: well-formed, without definitions, within the limits of a sheet."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartDoctypeDeclHandler = self._refuse_definitions
        self.parser.EntityDeclHandler = self._refuse_definitions
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.run = 0
        self.place = ("", "0")  # column and row of the cell
        self.has_open_formula = False  # whose value has not come yet
        self.depth = self.rows = self.cells = self.strings = self.others = 0

    def feed(self, chunk: bytes, *, is_last: bool = False) -> None:
        first = chunk.find(b"<")
        self.run += len(chunk) if first < 0 else first
        if self.run > MOST_RUN:
            raise BadFile(TOO_BIG)
        if first >= 0:
            self.run = len(chunk) - chunk.rfind(b"<")
        try:
            self.parser.Parse(chunk, is_last)
        except (expat.ExpatError, ValueError, LookupError) as error:
            raise BadFile(NO_WORKBOOK) from error

    def close(self) -> None:
        self.feed(b"", is_last=True)

    def _refuse_definitions(self, *_: object) -> None:
        raise BadFile("Excelのファイルに許されない定義（DOCTYPE）があります。")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > MOST_DEPTH:
            raise BadFile(NO_WORKBOOK)
        if any(len(value) > MOST_ATTRIBUTE for value in attributes.values()):
            raise BadFile(TOO_BIG)
        kind = name.rpartition(" ")[2]
        if kind == "c":
            self._cell(attributes.get("r", ""))
        elif kind == "row":
            self.rows += 1
            self._row(attributes.get("r", str(self.rows)))
        elif kind == "si":
            self.strings += 1
        elif kind == "f":
            self.has_open_formula = True
        elif kind == "v":
            self.has_open_formula = False
        elif kind not in {"t", "is", "r", "rPr"}:
            self.others += 1
        if self.cells > MOST_CELLS or self.strings > MOST_STRINGS or self.others > MOST_OTHER:
            raise BadFile(TOO_BIG)

    def _end(self, name: str) -> None:
        self.depth -= 1
        if self.has_open_formula and name.rpartition(" ")[2] == "c":
            raise BadFile(
                "計算式の結果が保存されていません。Excelで開いて保存し直すか、値を入れてください。",
                [BadCell("", int(self.place[1]), self.place[0], "計算式に結果がありません。")],
            )

    def _row(self, number: str) -> None:
        if not (number.isascii() and number.isdigit() and len(number) <= 7):
            raise BadFile(NO_WORKBOOK)
        if max(self.rows, int(number)) > MOST_ROWS:
            raise BadFile(
                REFUSED, [BadCell("", int(number), None, f"行は{MOST_ROWS:,}行までです。")]
            )

    def _cell(self, coordinate: str) -> None:
        self.cells += 1
        if not coordinate:
            return
        found = _COORDINATE.fullmatch(coordinate)
        if found is None:
            raise BadFile(NO_WORKBOOK)
        self.place = (found[1], found[2])
        self._row(found[2])
        if _column_number(found[1]) > MOST_COLUMNS:
            raise BadFile(
                REFUSED, [BadCell("", int(found[2]), found[1], f"列は{MOST_COLUMNS}列までです。")]
            )


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
