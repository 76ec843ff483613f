"""What an xlsx file must be before anything reads it: a small, honest zip of plain XML.

Sizes are measured by inflating, never taken from the file's own directory; every XML part is walked (`walk.py`), so
that the library behind meets only what it can hold.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO

from ..errors import BadFile
from .tables import MOST_BYTES
from .walk import NO_WORKBOOK, TOO_BIG, Facts, Walk

MOST_MEMBERS = 200
MOST_UNPACKED = 64 * 1024 * 1024  # bytes of all members together
MOST_RATIO = 150  # unpacked bytes a packed one
SMALL = 1024 * 1024  # bytes: below, the ratio says nothing
CHUNK = 1 << 16
LOCAL_HEADER = 30  # bytes, before name and extra field
ENCRYPTED = 0x1
CONTENT_TYPES = "[Content_Types].xml"
WORKBOOK_TYPE = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_XML = (".xml", ".rels", ".vml")


def check_workbook(content: bytes) -> dict[str, Facts]:
    """Part → what was seen in it. Raises BadFile for what is no workbook, or more than it says.

    Keeps nothing of what it inflates.
    """
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
    facts = {}
    for member in members:
        walk = Walk() if member.filename.casefold().endswith(_XML) else None
        room -= _check_member(content, member, room, walk)
        if walk is not None:
            facts[plain_name(member.filename)] = walk.facts
    return facts


def plain_name(name: str) -> str:
    """Some programs of Windows write backslashes between folders."""
    return name.replace("\\", "/")


def _check_names(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MOST_MEMBERS:
        raise BadFile("Excelのファイルの中身が多すぎます。")
    names = [plain_name(member.filename) for member in members]
    if len({name.casefold() for name in names}) != len(names):
        raise BadFile("Excelのファイルの中に同じ名前が二度あります。")
    for name in names:
        parts = name.split("/")
        if ".." in parts or not parts[0] or any(letter in name for letter in ":\0"):
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


def _check_member(content: bytes, member: zipfile.ZipInfo, room: int, walk: Walk | None) -> int:
    """Bytes the member inflates to."""
    size, checksum, start = 0, 0, b""
    limit = min(room, max(SMALL, MOST_RATIO * member.compress_size))
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
