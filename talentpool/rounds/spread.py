"""How the seats of a plan spread over the towns and the sizes of towns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ..reference import shipped
from .plan import SeatRow

FAR = (float("inf"), float("inf"))  # of a town that has no square


@dataclass(frozen=True, slots=True)
class Share:
    """Seats of a town (its code) or of a size of towns (its code of the vocabulary)."""

    code: str
    filled: int
    seats: int

    @property
    def empty(self) -> int:
        return self.seats - self.filled

    @property
    def percent(self) -> int:
        """Rounded down, as the engine does: 100 only where every seat is filled."""
        return 100 * self.filled // self.seats


def by_town(rows: Iterable[SeatRow]) -> list[Share]:
    """From the north, as on the map."""
    shares = _counted(rows, lambda row: row.need.municipality_code)
    return sorted(shares, key=lambda share: north_first(share.code))


def by_size(rows: Iterable[SeatRow], size_of: Callable[[str], int | None]) -> list[Share]:
    """The smallest towns first. A town whose population is not known counts as small, as in the engine."""
    shares = _counted(rows, lambda row: str(size_of(row.need.municipality_code) or 0))
    return sorted(shares, key=lambda share: share.code)


def worst_served(shares: Iterable[Share]) -> Share | None:
    """The one with the least share of its seats filled; of equal ones the first."""
    return min(shares, key=lambda share: share.percent, default=None)


def north_first(town: str) -> tuple[float, float, str]:
    """Sorts towns by the row, then the column of their squares."""
    column, row = shipped.tiles().get(town, FAR)
    return row, column, town


def _counted(rows: Iterable[SeatRow], key_of: Callable[[SeatRow], str]) -> list[Share]:
    seats: Counter[str] = Counter()
    filled: Counter[str] = Counter()
    for row in rows:
        key = key_of(row)
        seats[key] += 1
        filled[key] += row.pair is not None
    return [Share(key, filled[key], count) for key, count in seats.items()]
