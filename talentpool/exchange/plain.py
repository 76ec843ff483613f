"""A workbook in the plain dialect: the one that is read, whichever program wrote it.

Excel offers a "strict" dialect with other names of the same elements, and some programs write backslashes between the
folders of the zip. Both are rewritten; the guard has seen the file before.
"""

from __future__ import annotations

import zipfile
from io import BytesIO

from .guard import plain_name

_STRICT = b"http://purl.oclc.org/ooxml/"
_DIALECT = (
    (b"http://purl.oclc.org/ooxml/officeDocument/", b"http://schemas.openxmlformats.org/officeDocument/2006/"),
    (b"http://purl.oclc.org/ooxml/spreadsheetml/", b"http://schemas.openxmlformats.org/spreadsheetml/2006/"),
    (b"http://purl.oclc.org/ooxml/drawingml/", b"http://schemas.openxmlformats.org/drawingml/2006/"),
)  # fmt: skip
_WORKBOOK = "xl/workbook.xml"


def in_plain_dialect(content: bytes) -> bytes:
    """The same workbook; the very bytes where nothing is to be done."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        names = {plain_name(name): name for name in archive.namelist()}
        is_strict = _WORKBOOK in names and _STRICT in archive.read(names[_WORKBOOK])
        if not is_strict and all(plain == name for plain, name in names.items()):
            return content
        out = BytesIO()
        with zipfile.ZipFile(out, "w") as rewritten:
            for plain, name in names.items():
                rewritten.writestr(plain, _translated(archive.read(name)))
    return out.getvalue()


def _translated(part: bytes) -> bytes:
    for strict, plain in _DIALECT:
        part = part.replace(strict, plain)
    return part
