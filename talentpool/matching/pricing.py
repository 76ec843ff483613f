"""What prices of seats are worth to everybody, and the bound that follows from any prices."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .market import Ints, Market
from .patterns import Patterns, best
from .problem import GREATEST_VALUE
from .search import SCALE
from .tolls import tolls_of


class Priced(NamedTuple):
    """prices (m,) and worth (q,), of each person's best pattern after the prices, in 1/SCALE bp; patterns: these
    patterns, of those who have one."""

    prices: Ints
    worth: Ints
    patterns: Patterns


def whole_prices(prices: NDArray[np.floating]) -> Ints:
    """(m,) bp as whole numbers of 1/SCALE bp. What is no price, as a plan that was read may have it, is nothing."""
    known = np.clip(np.nan_to_num(prices), 0, GREATEST_VALUE)
    return np.asarray(np.rint(known * SCALE).astype(np.int64))


def priced(market: Market, prices: NDArray[np.floating]) -> Priced:
    """Everybody's best pattern at these prices (m,) in bp.

    Σ_j k_j u_j + Σ_i worth is at least the value of every plan that fills at most k_j seats of each need.
    """
    rounded = whole_prices(prices)
    left = market.value * SCALE - rounded[market.need]
    nothing = np.zeros(market.people, np.int64)
    patterns = best(market, left, tolls_of(market, left, nothing), nothing, lambda: None)
    worth = nothing.copy()
    worth[patterns.owner] = patterns.worth
    return Priced(rounded, worth, patterns)
