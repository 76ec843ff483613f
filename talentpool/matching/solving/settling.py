"""Prices of seats by column generation: prices at which nobody has a pattern that the master would still take.

Method: the restricted master (`master.relax`) proposes prices near the best known ones, and everybody's best patterns
at these prices enter it, until none improves. Every pricing gives a bound (`Search.price`), whatever the prices.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..plan import SCALE, Plan
from ..problem import GREATEST_VALUE
from .columns import Columns
from .enumeration import all_patterns
from .master import Relaxed, first_prices, relax
from .pricing import whole_prices
from .search import Search

FEW = 5_000  # if there are no more patterns than this, the master knows all of them
NEAR = 100 * SCALE  # patterns that lose at most this enter the master at new prices
MOST_NEAR = 20_000  # patterns that enter at new prices, unless NEAR_A_NEED allows more
NEAR_A_NEED = 5  # patterns per need that enter at new prices, unless MOST_NEAR allows more
SETTLED = 20 * SCALE  # prices are settled when the bound is this near to what the master expects
STALL = 4  # rounds over which the fall of the bound is measured
STEADY = 2_000_000  # the bound stalls when it falls by less than this part of itself
ROUGH = 200_000  # replaces STEADY where a core is solved
RADIUS = 100.0  # bp that a price may move at first
KNOWN_RADIUS = 50.0  # bp that a price may move at first if it comes from a nearly equal plan
LEAST_RADIUS = 50.0
WIDER = 4.0  # factor on the radius of prices that press, after a round that lowered the bound
NARROWER = 3.0  # divisor of the radius after a round that did not


def settle(search: Search, start: Plan | None) -> Columns:
    """Settle the prices of `search`, starting from those of `start` if given; return what the master knows then."""
    known = _known_prices(search, start)
    few = search.every = all_patterns(search, FEW)
    if few is not None:
        if known is None or not _settle_near(search, few, known):
            _settle_at_once(search, few, few)
        search.check("priced")
        return few
    nothing = Columns(search.market)
    if known is not None:
        return _settle(search, known, KNOWN_RADIUS, nothing)
    prices = first_prices(search.market, search.clock.remaining)
    return _settle(search, prices, RADIUS, nothing)


def _known_prices(search: Search, start: Plan | None) -> NDArray[np.float64] | None:
    """Return the prices of `start`, (m,) bp, each kept between 0 and the value of its best pair; None for other needs."""
    if start is None or np.shape(start.need_price) != search.prices.shape:
        return None
    return whole_prices(search.market, start.need_price) / SCALE


def settle_again(search: Search, columns: Columns) -> Columns:
    """Settle the prices again after the market has grown."""
    known = columns.within(search.market)
    return _settle(search, search.prices / SCALE, KNOWN_RADIUS, known)


def _settle_near(search: Search, every: Columns, known: NDArray[np.float64]) -> bool:
    """Try `_settle_at_once` with the patterns that lose little at the `known` prices (m,); tell whether that is enough."""
    search.price_all(known, every)
    near = every.take(search.losses(every) <= NEAR)
    return search.bound - _settle_at_once(search, every, near) * SCALE < SCALE


def _settle_at_once(search: Search, every: Columns, among: Columns) -> float:
    """Take the prices of a master that knows the patterns `among`; return what it expects, in bp."""
    anywhere = np.full(len(search.prices), float(GREATEST_VALUE))
    answer = _relaxed(search, among, np.zeros(len(search.prices)), anywhere)
    if answer is None:
        return -np.inf
    search.price_all(answer.prices, every)
    search.keep_plan(answer.pairs)
    return answer.expected


def _relaxed(
    search: Search, columns: Columns, prices: NDArray[np.float64], radius: NDArray[np.float64]
) -> Relaxed | None:
    """Solve the master within the time that is left. Raises Stop once somebody cancels."""
    clock = search.clock
    return clock.run(lambda: relax(columns, prices, radius, clock.remaining))


def _settle(search: Search, prices: NDArray[np.float64], reach: float, columns: Columns) -> Columns:
    """Generate columns until nobody has a pattern that the master does not know and would take.

    columns: what the master knows already; it grows, and is returned. This ends a little early, when the master's
    expectation is near the bound or the bound hardly falls, because enumeration closes the rest faster. Half of the
    time is left for the plan, and a core is settled only roughly.
    """
    is_rough = search.scope.core is not None
    most = max(MOST_NEAR, NEAR_A_NEED * len(prices))
    steady = ROUGH if is_rough else STEADY
    radius = np.full(len(prices), reach)
    presses = np.ones(len(prices), bool)
    expected = -np.inf
    bounds: list[int] = []
    while True:
        before = search.bound
        bests, near = search.price(prices, NEAR, most, columns)
        added = columns.add(bests)
        search.check("priced")
        bounds.append(search.bound)
        stalls = len(bounds) > STALL and bounds[-STALL] - bounds[-1] < bounds[-1] // steady
        if stalls and not search.value:
            search.keep_greedy()  # where many pairs are worth the same, this is often the best plan
        if search.slack < SCALE:
            return columns
        is_near = search.bound - expected * SCALE < SETTLED or stalls or not added
        if (is_near and not presses.any()) or (is_rough and stalls) or search.clock.is_late:
            return columns
        columns.add(near)
        if search.bound < before:
            radius[presses] *= WIDER
        else:
            radius = np.maximum(radius / NARROWER, LEAST_RADIUS)
        answer = _relaxed(search, columns, search.prices / SCALE, radius)
        if answer is None:
            return columns
        search.keep_plan(answer.pairs)
        prices, presses, expected = answer.prices, answer.presses, answer.expected
