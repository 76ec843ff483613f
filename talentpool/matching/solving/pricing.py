"""What prices of seats leave to everybody, and the bound that follows from any prices."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..arrays import Ints
from ..plan import SCALE
from .clock import Tick, untimed
from .market import Market
from .patterns import Patterns, best
from .tolls import Tolls, tolls_of


class Priced(NamedTuple):
    """What prices leave to everybody.

    worth (q,): of each person's best pattern after the prices, in 1/SCALE bp; patterns: of the people who have one;
    tolls: those they were found with.
    """

    worth: Ints
    patterns: Patterns
    tolls: Tolls


def whole_prices(market: Market, prices: NDArray[np.floating]) -> Ints:
    """Turn (m,) bp into whole numbers of 1/SCALE bp, from 0 to the value of the need's best pair.

    A stored plan may hold anything. Values that are not prices count as zero.
    """
    most = np.zeros(len(market.seats), np.int64)
    np.maximum.at(most, market.need, market.value)
    return np.asarray(np.rint(np.clip(np.nan_to_num(prices), 0, most) * SCALE).astype(np.int64))


def priced(market: Market, prices: Ints, tick: Tick = untimed) -> Priced:
    """Find everybody's best pattern at these prices (m,), at least 0, in 1/SCALE bp.

    No plan that fills at most k_j seats of each need is worth more than  Σ_j k_j u_j + Σ_i worth.
    """
    left = market.value * SCALE - prices[market.need]
    worth = np.zeros(market.people, np.int64)
    tolls = tolls_of(market, left, worth)
    patterns = best(market, left, tolls, worth, tick)
    worth[patterns.owner] = patterns.worth
    return Priced(worth, patterns, tolls)
