"""Lists in one cell of a csv: rows by ";", values by ":", months as a..b, reserved letters behind "\\"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

ROWS, VALUES = ";；", ":："
RESERVED = frozenset("\\" + ROWS + VALUES)
START, END = "開始月", "終了月"
SPAN = ".."


def join_rows(headers: Sequence[str], rows: Sequence[Mapping[str, str]]) -> str:
    """`2027-04..2027-09:8;2027-10..2027-12:4` from rows of cells."""
    return ";".join(":".join(_trimmed(_values(headers, row))) for row in rows)


def split_rows(headers: Sequence[str], text: str) -> list[dict[str, str]]:
    """The way back; raises ValueError when a row has more values than there are columns."""
    rows = []
    for part in split(text, ROWS):
        if not part.strip():
            continue
        values = [unescape(value.strip()) for value in split(part, VALUES)]
        if START in headers:
            first, _, last = values[0].partition(SPAN)
            values[:1] = [first, last]
        if len(values) > len(headers):
            raise ValueError(f"値が{len(headers)}個を超えています：{part[:30]}")
        rows.append({h: v for h, v in zip(headers, values, strict=False) if v})
    return rows


def join_list(items: Sequence[str]) -> str:
    return ";".join(map(escape, items))


def split_list(text: str, marks: str = ROWS) -> list[str]:
    parts = (unescape(part.strip()) for part in split(text, marks))
    return [part for part in parts if part]


def _values(headers: Sequence[str], row: Mapping[str, str]) -> list[str]:
    values = [escape(row.get(header, "")) for header in headers]
    if START in headers:
        values[:2] = [f"{values[0]}{SPAN}{values[1]}"]
    return values


def _trimmed(values: list[str]) -> list[str]:
    while values and not values[-1]:
        values.pop()
    return values


def escape(text: str) -> str:
    return "".join(f"\\{letter}" if letter in RESERVED else letter for letter in text)


def unescape(text: str) -> str:
    """A backslash before an ordinary letter is a backslash."""
    plain, place = [], 0
    while place < len(text):
        if text[place] == "\\" and text[place + 1 : place + 2] in RESERVED:
            place += 1
        plain.append(text[place : place + 1])
        place += 1
    return "".join(plain)


def split(text: str, marks: str) -> list[str]:
    """Split at each of `marks` but not behind a backslash."""
    parts, start, place = [], 0, 0
    while place < len(text):
        if text[place] == "\\":
            place += 1
        elif text[place] in marks:
            parts.append(text[start:place])
            start = place + 1
        place += 1
    parts.append(text[start:])
    return parts
