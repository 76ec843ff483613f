"""How the seats of a plan spread over the towns and the sizes of towns; a seat of a joint need by the share of each town."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from ..needs.joint.shares import Part
from ..reference import shipped
from .plan import SeatRow

FAR = (float("inf"), float("inf"))  # of a town that has no square


@dataclass(frozen=True, slots=True)
class Share:
    """Seats of a town (its code) or of a size of towns (its code of the vocabulary)."""

    code: str
    whole_filled: Fraction
    whole_seats: Fraction

    @property
    def filled(self) -> float:
        return _shown(self.whole_filled)

    @property
    def seats(self) -> float:
        return _shown(self.whole_seats)

    @property
    def empty(self) -> float:
        return _shown(self.whole_seats - self.whole_filled)

    @property
    def percent(self) -> int:
        """Rounded down, as the engine does: 100 only where every seat is filled."""
        return 100 * self.whole_filled // self.whole_seats


def _shown(seats: Fraction) -> float:
    """As a whole number where it is one, else to two decimals, but never as none or all of what it is not."""
    return int(seats) if seats.denominator == 1 else max(0.01, round(float(seats), 2))


Joint = Mapping[int, Sequence[Part]]  # need → its towns, of those that are joint


def by_town(rows: Iterable[SeatRow], joint: Joint) -> list[Share]:
    """From the north, as on the map."""
    shares = _counted(rows, joint, lambda town: town)
    return sorted(shares, key=lambda share: north_first(share.code))


def by_size(
    rows: Iterable[SeatRow], joint: Joint, size_of: Callable[[str], int | None]
) -> list[Share]:
    """The smallest towns first. A town whose population is not known counts as small, as in the engine."""
    shares = _counted(rows, joint, lambda town: str(size_of(town) or 0))
    return sorted(shares, key=lambda share: share.code)


def worst_served(shares: Iterable[Share]) -> Share | None:
    """The one with the least share of its seats filled; of equal ones the first."""
    return min(shares, key=lambda share: share.percent, default=None)


def north_first(town: str) -> tuple[float, float, str]:
    """Sorts towns by the row, then the column of their squares."""
    column, row = shipped.tiles().get(town, FAR)
    return row, column, town


def _counted(rows: Iterable[SeatRow], joint: Joint, key_of: Callable[[str], str]) -> list[Share]:
    seats: dict[str, Fraction] = {}
    filled: dict[str, Fraction] = {}
    for row in rows:
        parts = joint.get(row.need.id) or [Part(row.need.municipality_code, 1)]
        whole = sum(part.half_days for part in parts)
        for part in parts:
            key, share = key_of(part.municipality_code), Fraction(part.half_days, whole)
            seats[key] = seats.get(key, Fraction(0)) + share
            filled[key] = filled.get(key, Fraction(0)) + share * (row.pair is not None)
    return [Share(key, filled[key], count) for key, count in seats.items()]
