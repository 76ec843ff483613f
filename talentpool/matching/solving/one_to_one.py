"""One engagement per person: then the plan is an assignment of people to seats.

Method: bidding (`auction`), or where that gets stuck the sparse Jonker-Volgenant algorithm
(scipy.sparse.csgraph.min_weight_full_bipartite_matching). Prices in whole numbers follow by the Bellman-Ford iteration
on the matching. They are the least prices of people, so they do not depend on which best assignment was found.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..arrays import Ints
from ..problem import Problem
from .auction import Seats, bid, seats_of
from .market import Market

PLENTY = 2  # people per seat from which people count as plenty


def is_one_to_one(market: Market) -> bool:
    """Tell whether nobody can ever take two of their pairs, because of one month that every need uses.

    Only plain cases count: everybody may have one engagement, or has too few half-days for two.
    """
    least = np.full(market.people, np.iinfo(np.int16).max, np.int64)
    np.minimum.at(least, market.person, market.half_days[market.need].astype(np.int64))
    return _is_one_each(market.months, least, market.room, market.slots)


def is_one_to_one_for_all(problem: Problem) -> bool:
    """Tell whether `is_one_to_one` holds whatever is open, without looking at the pairs."""
    least = np.full(problem.n, problem.half_days.min(initial=1), np.int64)
    return _is_one_each(problem.months, least, problem.capacity, problem.most_at_once[:, None])


def _is_one_each(
    months: NDArray[np.bool_], least: Ints, room: NDArray[np.int16], slots: NDArray[np.integer]
) -> bool:
    """Look for a month in which nobody has room for two.

    least (q,): half-days that any pair of a person takes in a month; room, slots (q, T) or (q, 1).
    """
    slots = np.broadcast_to(slots, room.shape)
    return any(
        bool(((slots[:, month] <= 1) | (room[:, month] < 2 * least)).all())
        for month in np.flatnonzero(months.all(axis=0))
    )


def is_scarce(seats: NDArray[np.integer], people: int) -> bool:
    """Tell whether people are so scarce that the best pairs of each need, or a few bids, will hardly do."""
    return PLENTY * int(seats.sum()) > people


def assign(market: Market) -> tuple[Ints, Ints]:
    """Find the best assignment (positions in the market) and the prices of seats (m,) in whole bp."""
    taken = matched(market)
    return taken, _prices(market, taken)


def matched(market: Market) -> Ints:
    """Find the best assignment: positions in the market, ascending."""
    seats = seats_of(market)
    if not len(seats.pair):
        return seats.pair
    taken = None if is_scarce(market.seats, market.people) else bid(market, seats)
    return np.sort(_full_matching(market, seats) if taken is None else taken)


def _full_matching(market: Market, seats: Seats) -> Ints:
    """Match with scipy: each seat is a row, with its pairs and a column of its own at which it stays empty."""
    from scipy.sparse import csr_array  # noqa: PLC0415 - imported only when something is solved
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching  # noqa: PLC0415

    row, pair = seats.listed()
    rows = len(seats.first)
    greatest = float(market.value[seats.pair].max() + 1)
    ends = np.cumsum(seats.length + 1)
    is_empty = np.zeros(ends[-1], bool)
    is_empty[ends - 1] = True
    cost = np.full(len(is_empty), greatest)
    cost[~is_empty] -= market.value[pair]
    column = np.empty(len(is_empty), np.int32)
    column[is_empty] = market.people + np.arange(rows)
    column[~is_empty] = market.person[pair]
    graph = csr_array(
        (cost, column, np.append(0, ends).astype(np.int32)), shape=(rows, market.people + rows)
    )
    _, chosen = min_weight_full_bipartite_matching(graph)
    taken: Ints = pair[market.person[pair] == chosen[row]]
    return taken


def _prices(market: Market, taken: Ints) -> Ints:
    """Compute prices of seats (m,) in bp from the least prices of people that explain the matching.

    A seat costs what its person is worth to it, less that person's price; where a seat stays empty it costs nothing. A
    person's price must reach what any other need would still gain. Idle people have no price.
    """
    mine = np.zeros(market.people, bool)
    mine[market.person[taken]] = True
    pairs = np.flatnonzero(mine[market.person])
    who, need, value = market.person[pairs], market.need[pairs], market.value[pairs]
    starts = np.flatnonzero(np.diff(who, prepend=-1))
    filled = np.bincount(market.need[taken], minlength=len(market.seats))
    prices = np.where((filled >= market.seats) & (filled > 0), np.iinfo(np.int64).max, 0)
    seat, worth = market.need[taken], market.value[taken]
    people = np.zeros(market.people, np.int64)
    while True:
        np.minimum.at(prices, seat, worth - people[market.person[taken]])
        if not len(pairs):
            return prices
        asked = np.maximum(np.maximum.reduceat(value - prices[need], starts), 0)
        if (asked == people[who[starts]]).all():
            return prices
        people[who[starts]] = asked
