"""One XML part of a workbook, walked by expat without building anything.

On the way it is noted what the library behind does not tell: merged cells, formulas without a result, where the
last cell with a content stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from xml.parsers import expat

from ..errors import BadCell, BadFile
from .tables import LAST_ROW, MOST_COLUMNS, REFUSED

MOST_CELLS = 1_000_000
MOST_STRINGS = 300_000  # shared strings
MOST_IN_STRINGS = 2_000_000  # elements of all strings: furigana and fonts, a dozen a name
MOST_IN_STRING = 2_000  # elements of one
MOST_OTHER = 200_000  # elements of a part that is neither rows nor strings
MOST_MERGED = 200_000  # rows that merged cells lie over
MOST_DEPTH = 40
MOST_ATTRIBUTE = 20_000  # characters
MOST_RUN = 256 * 1024  # bytes from one tag to the next: a longer tag or text is no sheet's
NO_WORKBOOK = "Excelのファイル（.xlsx）として読めません。"
TOO_BIG = "Excelのファイルを開くと大きすぎます。"
_COORDINATE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_RANGE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})(?::([A-Z]{1,3})([0-9]{1,7}))?")


@dataclass(frozen=True, slots=True)
class Merge:
    """Cells that are shown as one; rows and columns from 1, both ends included."""

    name: str  # "M2:M3"
    first_row: int
    first_column: int
    last_row: int
    last_column: int


@dataclass(slots=True)
class Facts:
    """What the guard saw in one part: last_row is that of the last cell with a content."""

    last_row: int = 0
    merges: list[Merge] = field(default_factory=list)
    unresolved: dict[int, list[int]] = field(default_factory=dict)  # row → columns of formulas


class Walk:
    """One XML part: well-formed, without definitions, within the limits of a sheet.

    Limits on rows and columns hold for cells that contain something: styles may reach to the last row.
    """

    def __init__(self) -> None:
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse_definitions
        self.parser.EntityDeclHandler = self._refuse_definitions
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.facts = Facts()
        self.cell: _Cell | None = None
        self.run = 0
        self.row = 0  # the number of the present row
        self.column = 0  # of the last cell in it
        self.in_string = 0  # elements of the present string so far; 0 outside
        self.depth = self.cells = self.strings = self.others = self.within = self.merged = 0

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
        if self.in_string:
            self.in_string += 1
            self.within += 1
        elif kind == "si":
            self.strings += 1
            self.in_string = 1
        elif self.cell is not None:
            self.cell.begin(kind)
            self.within += 1
        elif kind == "c":
            self._begin_cell(attributes)
        elif kind == "row":
            self.cells += 1
            self._begin_row(attributes.get("r", ""))
        elif kind == "mergeCell":
            self._merge(attributes.get("ref", ""))
        else:
            self.others += 1
        self._check_counts()

    def _check_counts(self) -> None:
        if (
            self.cells > MOST_CELLS
            or self.strings > MOST_STRINGS
            or self.others > MOST_OTHER
            or self.within > MOST_IN_STRINGS
            or self.in_string > MOST_IN_STRING
        ):
            raise BadFile(TOO_BIG)

    def _end(self, name: str) -> None:
        self.depth -= 1
        kind = name.rpartition(" ")[2]
        if kind == "si":
            self.in_string = 0
        elif self.cell is not None and kind == "c":
            self._end_cell(self.cell)
        elif self.cell is not None:
            self.cell.part = ""

    def _begin_row(self, number: str) -> None:
        if number and not (number.isascii() and number.isdigit() and 0 < len(number) <= 7):
            raise BadFile(NO_WORKBOOK)
        self.row = int(number) if number else self.row + 1
        self.column = 0

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        self.cells += 1
        coordinate = attributes.get("r", "")
        if coordinate:
            found = _COORDINATE.fullmatch(coordinate)
            if found is None:
                raise BadFile(NO_WORKBOOK)
            self.row, self.column = int(found[2]), _column_number(found[1])
        else:
            self.column += 1
        self.cell = _Cell(attributes.get("t", ""))
        self.parser.CharacterDataHandler = self.cell.take

    def _end_cell(self, cell: _Cell) -> None:
        self.cell = None
        self.parser.CharacterDataHandler = None
        if not (cell.has_content or cell.has_formula):
            return
        if self.row > LAST_ROW:
            raise _beyond(self.row, None, f"行は{LAST_ROW:,}行までです。")
        if self.column > MOST_COLUMNS:
            letters = column_letters(self.column)
            raise _beyond(self.row, letters, f"列は{MOST_COLUMNS}列までです。")
        if cell.is_unresolved:
            self.facts.unresolved.setdefault(self.row, []).append(self.column)
        self.facts.last_row = max(self.facts.last_row, self.row)

    def _merge(self, reference: str) -> None:
        found = _RANGE.fullmatch(reference)
        if found is None:
            raise BadFile(NO_WORKBOOK)
        first_row, first_column = int(found[2]), _column_number(found[1])
        last_row = min(int(found[4] or found[2]), LAST_ROW)
        last_column = min(_column_number(found[3] or found[1]), MOST_COLUMNS)
        self.merged += max(0, last_row - first_row + 1)
        if self.merged > MOST_MERGED:
            raise BadFile("結合されたセルが多すぎます。")
        self.facts.merges.append(Merge(reference, first_row, first_column, last_row, last_column))


class _Cell:
    """What stands in one cell: formula, value, text."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.part = ""
        self.has_formula = self.has_value = self.has_content = False

    def begin(self, part: str) -> None:
        self.part = part
        self.has_formula = self.has_formula or part == "f"
        self.has_value = self.has_value or part == "v"

    def take(self, text: str) -> None:
        if self.part in {"v", "t"} and text.strip():
            self.has_content = True

    @property
    def is_unresolved(self) -> bool:
        """A formula whose result was not stored; a text that is empty is a result."""
        is_empty_text = self.kind == "str" and self.has_value
        return self.has_formula and not self.has_content and not is_empty_text


def _beyond(row: int, column: str | None, message: str) -> BadFile:
    return BadFile(REFUSED, [BadCell("", row, column, message)])


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def column_letters(number: int) -> str:
    """ "A" for 1, "AA" for 27."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
