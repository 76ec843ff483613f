"""Every pattern, or every pair, that a better plan could use, as columns of an integer programme."""

from __future__ import annotations

import numpy as np

from ..arrays import Ints
from .columns import Columns, Singles
from .patterns import UNKNOWN, Patterns, could_be_within, within
from .search import Search
from .tolls import no_tolls, tolls_of

MOST_COLUMNS = 200_000  # patterns enumerated for a proof, at most
MANY_COLUMNS = 3_000  # up to this many patterns are never too many
MANY_FOR_A_PAIR = 3  # above MANY_COLUMNS, more patterns than this per pair are too many
MOST_SINGLES = 60_000  # pairs over which a proof is tried, at most


def all_patterns(search: Search, most: int) -> Columns | None:
    """Enumerate every pattern there is; None if there are more than `most`."""
    market = search.market
    if search.scope.core is not None or len(market.edge) > most:
        return None
    nothing = np.zeros(market.people, np.int64)
    free = no_tolls(market, market.value)
    tick = search.clock.tick
    return _columns(search, within(market, market.value, free, nothing, UNKNOWN, most, tick))


def patterns_near(search: Search, gap: int, most: int = MOST_COLUMNS) -> Columns | None:
    """Enumerate every pattern that loses at most `gap` (1/SCALE bp) against its person's best.

    A plan worth more than UB - gap can use no other pattern. None if there are more than `most`, or too many for
    their pairs.
    """
    if search.every is not None:
        return search.every.take(search.losses(search.every) <= gap)
    market, left = search.market, search.left(search.prices)
    tolls = tolls_of(market, left, search.worth)
    pairs = could_be_within(market, left, tolls, search.worth, gap)
    most = min(most, max(MANY_COLUMNS, MANY_FOR_A_PAIR * len(pairs)))
    tick = search.clock.tick
    return _columns(search, within(market, left, tolls, search.worth, gap, most, tick))


def pairs_near(search: Search, most: int = MOST_SINGLES) -> Singles | None:
    """Collect every pair that a better plan could use, and perhaps more; None if there are more than `most`."""
    left = search.left(search.prices)
    tolls = tolls_of(search.market, left, search.worth)
    pairs: Ints = could_be_within(search.market, left, tolls, search.worth, search.slack)
    return Singles(search.market, pairs) if len(pairs) <= most else None


def _columns(search: Search, found: Patterns | None) -> Columns | None:
    if found is None:
        return None
    columns = Columns(search.market)
    columns.add(found)
    return columns
