"""How the seats of a plan spread over the towns and the sizes of towns; a seat of a joint need by the share of each town."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from ..needs.joint.shares import Part
from ..reference import shipped
from .plan import SeatRow

HALF = Fraction(1, 2)
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


@dataclass(frozen=True, slots=True)
class Lorenz:
    """The curve of M. O. Lorenz (1905) and the coefficient of C. Gini (1912) of the seats that a plan fills.

    points: (share of the seats, share of those filled), each 0 to 1, the least served towns first; from (0, 0) to (1, 1).
    """

    points: list[tuple[Fraction, Fraction]]

    @property
    def gini(self) -> Fraction:
        """0 where every town gets the same share of its seats, near 1 where one town gets everything."""
        return 1 - sum(
            ((x - left) * (y + low) for (left, low), (x, y) in pairwise(self.points)), Fraction(0)
        )

    def of_half(self) -> Fraction:
        """What the less served half of the seats gets of all that are filled."""
        for (left, low), (x, y) in pairwise(self.points):
            if x >= HALF:
                return low + (y - low) * (HALF - left) / (x - left)
        raise ValueError("a curve ends at 1")


def lorenz(shares: Sequence[Share]) -> Lorenz | None:
    """None where no seat is filled."""
    seats = sum((share.whole_seats for share in shares), Fraction(0))
    filled = sum((share.whole_filled for share in shares), Fraction(0))
    if not filled:
        return None
    points = [(Fraction(0), Fraction(0))]
    for share in sorted(shares, key=lambda share: share.whole_filled / share.whole_seats):
        x, y = points[-1]
        points.append((x + share.whole_seats / seats, y + share.whole_filled / filled))
    return Lorenz(points)


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
