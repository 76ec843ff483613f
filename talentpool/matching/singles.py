"""The programme over pairs, for markets so scarce that patterns are too many: one 0/1 variable a pair.

It knows less than the programme over patterns, but a pair stands in it once, however many patterns it is in.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .market import Ints, Market


class Singles:
    """pairs (K, 1) in ascending positions; otherwise as `Columns`."""

    def __init__(self, market: Market, pairs: Ints) -> None:
        self.market = market
        self.pairs = np.sort(pairs)[:, None]

    def __len__(self) -> int:
        return len(self.pairs)

    def sum_over(self, figures: NDArray[np.int64]) -> Ints:
        """A figure of each pair of the market, for each pair here."""
        sums: Ints = figures[self.pairs[:, 0]]
        return sums

    def pairs_of(self, chosen: NDArray[np.bool_]) -> Ints:
        """Positions in the market, ascending, of the chosen (K,) pairs."""
        pairs: Ints = self.pairs[chosen, 0]
        return pairs

    def matrix(self) -> tuple[Any, NDArray[np.float64], Ints]:
        """Constraint matrix (R, K), CSC; its right-hand side (R,); what the first rows are: needs.

        Then half-days, then engagements of each person and month.
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
