"""Which characters the font of the PDF has: a name is never printed with a hole in it without a word."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "data" / "fonts"
FONTS = "NotoSansJP-full-400.ttf", "NotoSansJP-full-700.ttf"
STAND_IN = "〓"  # of the old presses, for type that is not in the case
_WHOLE_UNICODE = 3, 10  # platform and encoding of the table that reaches beyond 16 bits


def find_missing(texts: Iterable[str]) -> list[str]:
    """The characters that one of the weights lacks, each once, in their order."""
    known = set(_ranges(FONTS[0])) & set(_ranges(FONTS[1]))
    seen = dict.fromkeys(letter for text in texts for letter in text if not letter.isspace())
    return [
        letter for letter in seen if not any(first <= ord(letter) <= last for first, last in known)
    ]


def replace_missing(text: str, missing: Iterable[str]) -> str:
    return text.translate({ord(letter): STAND_IN for letter in missing})


@cache
def _ranges(name: str) -> tuple[tuple[int, int], ...]:
    """The groups of the font's table of characters (cmap, format 12), ends included."""
    data = (FOLDER / name).read_bytes()
    count = struct.unpack_from(">H", data, 4)[0]
    tables = (struct.unpack_from(">4sLLL", data, 12 + 16 * place) for place in range(count))
    cmap = next(offset for tag, _, offset, _ in tables if tag == b"cmap")
    entries = struct.unpack_from(">H", data, cmap + 2)[0]
    for place in range(entries):
        platform, encoding, offset = struct.unpack_from(">HHL", data, cmap + 4 + 8 * place)
        if (platform, encoding) == _WHOLE_UNICODE:
            groups = struct.unpack_from(">L", data, cmap + offset + 12)[0]
            start = cmap + offset + 16
            found = (struct.unpack_from(">LLL", data, start + 12 * n) for n in range(groups))
            return tuple((first, last) for first, last, _ in found)
    raise ValueError(f"{name} has no table for all of Unicode")
