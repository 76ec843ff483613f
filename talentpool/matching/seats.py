"""The seats of a one-to-one market as rows: what each could take."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .market import Ints, Market


@dataclass(frozen=True)
class Seats:
    """pair (P,): positions in the market of the pairs worth something, need by need; first, length (r,): the
    part of `pair` that each seat could take. Seats of one need have the same part."""

    pair: Ints
    first: Ints
    length: Ints

    @property
    def before(self) -> Ints:
        """(r,) how much the seats before each could take together."""
        return np.cumsum(self.length) - self.length

    def listed(self) -> tuple[Ints, Ints]:
        """Seat and pair of everything that could be taken, seat by seat."""
        seat = np.repeat(np.arange(len(self.first)), self.length)
        place = np.arange(len(seat)) - np.repeat(self.before, self.length)
        return seat, self.pair[self.first[seat] + place]


def seats_of(market: Market) -> Seats:
    """A need has no more rows than pairs."""
    by_need = market.by_need
    pair = by_need[market.value[by_need] > 0]
    starts = np.flatnonzero(np.diff(market.need[pair], prepend=-1))
    counts = np.diff(starts, append=len(pair))
    rows = np.minimum(market.seats[market.need[pair[starts]]], counts)
    return Seats(pair, np.repeat(starts, rows), np.repeat(counts, rows))
