"""What a decision paper consists of, as plain values for the page and the PDF."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stamp:
    """One box of the decision: who, when; nobody yet where `name` is empty."""

    office: str  # what the box is for
    role: str  # on the stamp
    name: str
    day: str  # "8.12.1", by the era
    at: str  # "12/1 10:00"
    pending: str = "（未決）"  # said where nobody has decided


@dataclass(frozen=True, slots=True)
class Table:
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: Sequence[int] = ()  # columns of figures
    text: int = 0  # the column that takes the space there is


@dataclass(frozen=True, slots=True)
class Bar:
    label: str
    reached: int  # bp
    most: int  # bp

    @property
    def text(self) -> str:
        return f"{self.reached / 100:.1f}/{self.most / 100:g}"

    @property
    def share(self) -> float:
        """Percent."""
        return round(100 * self.reached / self.most, 1)


@dataclass(frozen=True, slots=True)
class Section:
    """A row of the sheet: its parts in this order, those that are there."""

    label: str
    text: str = ""
    fields: Sequence[tuple[str, str]] = ()
    table: Table | None = None
    bars: Sequence[Bar] = ()
    note: str = ""
    code: str = ""  # in a fixed width
    is_subject: bool = False
    bars_title: str = "適合度の内訳"


@dataclass(frozen=True, slots=True)
class Sheet:
    number: str
    head: Sequence[tuple[str, str]]
    stamps: Sequence[Stamp]
    sections: Sequence[Section]
    foot: str
    people: frozenset[int]  # candidate ids of the names on it
    title: str = "起案書"
    stamped: str = "決裁欄"
    fiction: str = "架空データ：人物・団体の活動はすべて架空です"
