"""Prices of seats by column generation: prices at which nobody has a pattern that the master would still take.

Method: the restricted master (`master.relax`) proposes prices near the best ones known, everybody's best patterns
at these prices enter it, until none improves. Every pricing gives a bound (`Search.price`), whatever the prices.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .master import Columns, first_prices, relax
from .plan import Plan
from .pricing import whole_prices
from .problem import GREATEST_VALUE
from .search import SCALE, Search

FEW = 5_000  # patterns in all, up to which the master may know every one
NEAR = 100 * SCALE  # loss of the patterns that enter the master at new prices
MOST_NEAR = 20_000  # of so many at most, or
NEAR_A_NEED = 5  # of so many a need
SETTLED = 20 * SCALE  # the bound is this near to what the master expects
STALL, STEADY = 4, 2_000_000  # rounds in which the bound falls by less than this part of itself
ROUGH = 200_000  # the same where a core is solved
RADIUS, KNOWN_RADIUS = 100.0, 50.0  # bp a price may move at first; from a nearly equal plan
WIDER, NARROWER, LEAST_RADIUS = 4.0, 3.0, 50.0


def settle(search: Search, start: Plan | None) -> Columns:
    """Bring the prices of `search` to rest, from those of `start` if it is given; what the master knows then."""
    known = _known_prices(search, start)
    few = search.all_patterns(FEW)
    if few is not None:
        if known is None or not _settle_near(search, few, known):
            _settle_at_once(search, few, few)
        search.check("priced")
        return few
    nothing = Columns(search.market)
    if known is not None:
        return _settle(search, known, KNOWN_RADIUS, nothing)
    prices = first_prices(search.market, search.remaining())
    return _settle(search, prices, RADIUS, nothing)


def _known_prices(search: Search, start: Plan | None) -> NDArray[np.float64] | None:
    """(m,) bp: the prices of `start`, none less than nothing or more than any pair is worth; whose needs are others
    has none."""
    if start is None or np.shape(start.need_price) != search.prices.shape:
        return None
    return whole_prices(search.market, start.need_price) / SCALE


def settle_again(search: Search, columns: Columns) -> Columns:
    """The same where the market has grown."""
    known = columns.within(search.market)
    return _settle(search, search.prices / SCALE, KNOWN_RADIUS, known)


def _settle_near(search: Search, every: Columns, known: NDArray[np.float64]) -> bool:
    """As `_settle_at_once`, of the patterns that lose little at the `known` prices (m,); whether that is as good."""
    search.price_all(known, every)
    near = every.take(search.losses(every) <= NEAR)
    return search.bound - _settle_at_once(search, every, near) * SCALE < SCALE


def _settle_at_once(search: Search, every: Columns, among: Columns) -> float:
    """The prices of the master that knows every pattern `among` all; what it expects, in bp."""
    anywhere = np.full(len(search.prices), float(GREATEST_VALUE))
    answer = relax(among, np.zeros(len(search.prices)), anywhere, search.remaining())
    if answer is None:
        return -np.inf
    search.price_all(answer.prices, every)
    search.keep_plan(answer.pairs)
    return answer.expected


def _settle(search: Search, prices: NDArray[np.float64], reach: float, columns: Columns) -> Columns:
    """Column generation: prices at which no person has a pattern that the master does not know and would take.

    columns: what the master knows already; it learns more, and is returned.

    It ends a little before, when what the master expects is near the bound or the bound hardly falls: the
    enumeration closes that faster. Half of the time is left for the plan, and a core is not settled to the last.
    """
    is_rough = search.core is not None
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
            search.keep_greedy()  # where many pairs are worth the same, it often is the best
        if search.slack < SCALE:
            return columns
        is_near = search.bound - expected * SCALE < SETTLED or stalls or not added
        if (is_near and not presses.any()) or (is_rough and stalls) or search.is_late:
            return columns
        columns.add(near)
        if search.bound < before:
            radius[presses] *= WIDER
        else:
            radius = np.maximum(radius / NARROWER, LEAST_RADIUS)
        answer = relax(columns, search.prices / SCALE, radius, search.remaining())
        if answer is None:
            return columns
        search.keep_plan(answer.pairs)
        prices, presses, expected = answer.prices, answer.presses, answer.expected
