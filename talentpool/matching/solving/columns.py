"""The columns of an integer programme: people's patterns, or single pairs where patterns are too many.

`Columns` are patterns, with a row for each need and each person. `Singles` are pairs with one 0/1 variable each, and a
row for each month of each person. Their relaxation is weaker, but a pair stands in it only once, however many patterns
it is in.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import Ints
from .market import Market
from .patterns import Patterns
from .sweep import NONE


class Columns:
    """Distinct non-empty patterns: owner (K,) and pairs (K, size), positions ascending with NONE at the end."""

    def __init__(self, market: Market) -> None:
        self.market = market
        self.owner: Ints = np.zeros(0, np.int64)
        self.pairs: Ints = np.zeros((0, 0), np.int64)

    def __len__(self) -> int:
        return len(self.owner)

    def add(self, patterns: Patterns) -> int:
        """Add distinct patterns; return how many of them are new."""
        known = len(self)
        if not known:
            self.owner, self.pairs = patterns.owner, _ascending(patterns.pairs)
            return len(self)
        size = max(self.pairs.shape[1], patterns.pairs.shape[1])
        pairs = np.concatenate([_wide(self.pairs, size), _wide(_ascending(patterns.pairs), size)])
        owner = np.concatenate([self.owner, patterns.owner])
        order = np.lexsort((np.arange(len(owner)), *pairs.T)) if size else np.zeros(0, np.int64)
        is_first = np.ones(len(order), bool)
        is_first[1:] = (np.diff(pairs[order], axis=0) != 0).any(axis=1)
        kept = np.sort(order[is_first])
        self.owner, self.pairs = owner[kept], pairs[kept]
        return len(self) - known

    def within(self, market: Market) -> Columns:
        """Move the patterns to a market with more pairs."""
        place = market.positions(self.market.edge)
        moved = Columns(market)
        moved.pairs = np.where(self.pairs == NONE, NONE, place[self.pairs])
        moved.owner = market.person[moved.pairs[:, 0]] if len(self) else self.owner
        return moved

    def take(self, which: NDArray[np.bool_]) -> Columns:
        """Select the marked (K,) patterns."""
        taken = Columns(self.market)
        taken.owner, taken.pairs = self.owner[which], self.pairs[which]
        return taken

    def sum_over(self, figures: NDArray[np.int64]) -> Ints:
        """Add up a figure of each pair of the market (F,) over each pattern."""
        sums: Ints = np.where(self.pairs == NONE, 0, figures[self.pairs]).sum(axis=1)
        return sums

    def pairs_of(self, chosen: NDArray[np.bool_]) -> Ints:
        """Return the positions in the market, ascending, of the pairs in the chosen (K,) patterns."""
        pairs = self.pairs[chosen]
        return np.sort(pairs[pairs != NONE])

    def matrix(self) -> tuple[Any, NDArray[np.float64], Ints]:
        """Return the constraint matrix (R, K), CSC, its right-hand side (R,), and what the rows are.

        First come all needs, then the people who have patterns, numbered on from m.
        """
        from scipy.sparse import csc_array  # noqa: PLC0415

        m = len(self.market.seats)
        people, owner = np.unique(self.owner, return_inverse=True)
        numbers, place = np.nonzero(self.pairs != NONE)
        needs = self.market.need[self.pairs[numbers, place]]
        at = np.concatenate([needs, m + owner]), np.concatenate([numbers, np.arange(len(self))])
        matrix = csc_array((np.ones(len(at[0])), at), shape=(m + len(people), len(self)))
        right = np.concatenate([self.market.seats, np.ones(len(people))])
        return matrix, right, np.concatenate([np.arange(m), m + people])


class Singles:
    """Single pairs (K, 1), positions ascending; otherwise like `Columns`."""

    def __init__(self, market: Market, pairs: Ints) -> None:
        self.market = market
        self.pairs = np.sort(pairs)[:, None]

    def __len__(self) -> int:
        return len(self.pairs)

    def sum_over(self, figures: NDArray[np.int64]) -> Ints:
        """Select a figure of each pair of the market (F,) for each pair here."""
        sums: Ints = figures[self.pairs[:, 0]]
        return sums

    def pairs_of(self, chosen: NDArray[np.bool_]) -> Ints:
        """Return the positions in the market, ascending, of the chosen (K,) pairs."""
        pairs: Ints = self.pairs[chosen, 0]
        return pairs

    def matrix(self) -> tuple[Any, NDArray[np.float64], Ints]:
        """Return the constraint matrix (R, K), CSC, its right-hand side (R,), and what the first rows are: needs.

        Then come the half-days and the engagements of each person and month.
        """
        from scipy.sparse import csc_array  # noqa: PLC0415

        market, pairs = self.market, self.pairs[:, 0]
        m, (people, months) = len(market.seats), market.room.shape
        half_days, slots = market.takes(pairs)
        taker, month = np.nonzero(slots)
        limit = m + market.person[pairs[taker]] * months + month
        rows = [market.need[pairs], limit, people * months + limit]
        taken = (np.ones(len(pairs)), half_days[taker, month].astype(float), np.ones(len(taker)))
        at = np.concatenate(rows), np.concatenate([np.arange(len(pairs)), taker, taker])
        shape = (m + 2 * people * months, len(pairs))
        right = np.concatenate([market.seats, market.room.ravel(), market.slots.ravel()])
        matrix = csc_array((np.concatenate(taken), at), shape=shape)
        return matrix, right.astype(float), np.arange(m)


def _ascending(pairs: Ints) -> Ints:
    last = np.iinfo(np.int64).max
    ordered = np.sort(np.where(pairs == NONE, last, pairs), axis=1)
    return np.where(ordered == last, NONE, ordered)


def _wide(pairs: Ints, size: int) -> Ints:
    return np.pad(pairs, ((0, 0), (0, size - pairs.shape[1])), constant_values=NONE)
