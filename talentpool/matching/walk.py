"""One person's patterns, depth first and bounded by tolls: for the few who have very many ways.

The same question that `patterns` answers for everybody at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from .market import Ints, Market
from .tolls import tolls_of

Way = tuple[int, tuple[int, ...]]  # worth, positions in the market
UNBOUNDED = 1 << 62
Tick = Callable[[], None]  # called now and then; may raise


def walk_best(
    market: Market, person: int, worth: Ints, tick: Tick, *, must: int | None = None
) -> Way:
    """The person's best pattern, of those that contain `must`; (0, ()) where none is worth anything."""
    found: Way = (0, ()) if must is None else (-UNBOUNDED, ())

    def more() -> int:
        return found[0] + 1

    for way in _Walk(market, person, worth, tick).ways(more, must):
        found = way
    return found


def walk_within(
    market: Market, person: int, worth: Ints, least: int, most: int, tick: Tick
) -> list[Way] | None:
    """Every non-empty pattern worth at least `least`; None when there are more than `most`."""
    found: list[Way] = []
    for way in _Walk(market, person, worth, tick).ways(lambda: least, None):
        if way[1]:
            found.append(way)
        if len(found) > most:
            return None
    return found


class _Walk:
    """The pairs of one person in falling worth after tolls, and the room that is left on the way."""

    def __init__(self, market: Market, person: int, worth: Ints, tick: Tick) -> None:
        mine = np.arange(market.start[person], market.start[person + 1])
        days, slots = market.takes(mine)
        self.free = np.concatenate([market.room[person], market.slots[person]]).astype(np.int64)
        self.use = np.concatenate([days, slots], axis=1).T.astype(np.int64)  # (2T, pairs)
        tolls = tolls_of(self.use, self.free, worth[mine].tolist())
        self.pairs, self.worth = mine, worth[mine].tolist()
        self.left, self.limit = tolls.left, tolls.limit
        self.order = sorted(range(len(mine)), key=lambda k: (-self.left[k], k))
        self.tick = tick

    def ways(self, least: Callable[[], int], must: int | None) -> Iterator[Way]:
        """Feasible patterns worth at least `least()`, which may rise between two steps."""
        if must is None:
            yield from self._extend(0, least, [], 0, self.limit)
            return
        k = int(must - self.pairs[0])
        self.order.remove(k)
        self.free = self.free - self.use[:, k]
        yield from self._extend(0, least, [k], self.worth[k], self.limit + min(self.left[k], 0))

    def _extend(
        self, at: int, least: Callable[[], int], chosen: list[int], total: int, limit: int
    ) -> Iterator[Way]:
        """Depth first. No pattern that follows is worth more than `limit`: a pair taken at a loss after tolls
        lowers it by the loss, a pair left out by its gain."""
        if total >= least():
            yield total, tuple(sorted(int(self.pairs[k]) for k in chosen))
        for place in range(at, len(self.order)):
            k = self.order[place]
            within = limit + min(self.left[k], 0)
            if within < least():
                return  # pairs are in falling order: the rest lose at least as much
            if (self.use[:, k] <= self.free).all():
                self.tick()
                self.free -= self.use[:, k]
                yield from self._extend(
                    place + 1, least, [*chosen, k], total + self.worth[k], within
                )
                self.free += self.use[:, k]
            limit -= max(self.left[k], 0)
