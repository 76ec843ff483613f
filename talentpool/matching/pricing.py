"""What prices of seats are worth to everybody, and the bound that follows from any prices."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .market import Ints, Market
from .patterns import Patterns, best
from .search import SCALE
from .tolls import Tolls, tolls_of


class Priced(NamedTuple):
    """worth (q,) of each person's best pattern after the prices, in 1/SCALE bp; patterns: these patterns, of those who
    have one; tolls: those they were found with."""

    worth: Ints
    patterns: Patterns
    tolls: Tolls


def whole_prices(market: Market, prices: NDArray[np.floating]) -> Ints:
    """(m,) bp as whole numbers of 1/SCALE bp, between nothing and what the need's dearest pair is worth.

    What is no price, as a plan that was read may have it, is nothing.
    """
    dearest = np.zeros(len(market.seats), np.int64)
    np.maximum.at(dearest, market.need, market.value)
    return np.asarray(np.rint(np.clip(np.nan_to_num(prices), 0, dearest) * SCALE).astype(np.int64))


def priced(market: Market, prices: Ints) -> Priced:
    """Everybody's best pattern at these prices (m,) ≥ 0, in 1/SCALE bp.

    Σ_j k_j u_j + Σ_i worth is at least the value of every plan that fills at most k_j seats of each need.
    """
    left = market.value * SCALE - prices[market.need]
    worth = np.zeros(market.people, np.int64)
    tolls = tolls_of(market, left, worth)
    patterns = best(market, left, tolls, worth, no_limit)
    worth[patterns.owner] = patterns.worth
    return Priced(worth, patterns, tolls)


def no_limit() -> None:
    """Explanations take the time they take."""
