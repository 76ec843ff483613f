"""One engagement a person: then the plan is an assignment, and a library solves it whole.

Method: the sparse Jonker-Volgenant algorithm (scipy.sparse.csgraph.min_weight_full_bipartite_matching) over
the best pairs of each need, a row for each seat; whole-number prices by the Bellman-Ford iteration on the
matching; pairs that the prices find too cheap are added until there are none.
"""

from __future__ import annotations

import numpy as np

from .market import Ints, Market
from .master import core_pairs


def is_unit(market: Market) -> bool:
    """Whether nobody could ever take two of their pairs, because of one month that every need uses.

    True only where that is plain: the person may have one engagement, or too few half-days for two.
    """
    for month in np.flatnonzero(market.months.all(axis=0)):
        least = np.full(market.people, np.iinfo(np.int16).max, np.int64)
        np.minimum.at(least, market.person, market.half_days[market.need].astype(np.int64))
        one = (market.slots[:, month] <= 1) | (market.room[:, month] < 2 * least)
        if one.all():
            return True
    return False


def assign(market: Market) -> tuple[Ints, Ints]:
    """The best assignment (positions in the market) and the prices of seats (m,) in whole bp."""
    is_scarce = 2 * market.seats.sum() > market.people
    core = np.flatnonzero(market.value > 0) if is_scarce else core_pairs(market)
    while True:
        taken = _matching(market, core)
        seats, people = _prices(market, core, taken)
        cheap = market.value > seats[market.need] + people[market.person]
        if not cheap.any():
            return taken, seats
        core = np.union1d(core, np.flatnonzero(cheap))


def _matching(market: Market, core: Ints) -> Ints:
    from scipy.sparse import csr_array  # noqa: PLC0415 - only where something is solved
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching  # noqa: PLC0415

    if not len(core):
        return core
    core = core[np.argsort(market.need[core], kind="stable")]
    needs, counts = np.unique(market.need[core], return_counts=True)
    seats = np.minimum(market.seats[needs], counts)
    first = np.repeat(np.cumsum(counts) - counts, seats)
    length = np.repeat(counts, seats)
    ends = np.cumsum(length + 1)
    place = np.arange(ends[-1]) - np.repeat(ends - length - 1, length + 1)
    is_empty = place == np.repeat(length, length + 1)  # the last of each row: the seat stays empty
    pair = core[np.where(is_empty, 0, np.repeat(first, length + 1) + place)]
    greatest = float(market.value.max() + 1)
    cost = np.where(is_empty, greatest, greatest - market.value[pair])
    row = np.repeat(np.arange(len(length)), length + 1)
    column = np.where(is_empty, market.people + row, market.person[pair])
    graph = csr_array(
        (cost, column.astype(np.int32), np.concatenate([[0], ends]).astype(np.int32)),
        shape=(len(length), market.people + len(length)),
    )
    rows, columns = min_weight_full_bipartite_matching(graph)
    chosen = np.full(len(length), -1)
    chosen[rows] = columns
    taken: Ints = np.sort(pair[~is_empty & (column == chosen[row])])
    return taken


def _prices(market: Market, core: Ints, taken: Ints) -> tuple[Ints, Ints]:
    """The least prices of people (q,) that explain the matching, and those of seats (m,) that follow, in bp.

    A seat is worth what its person brings less that person's price, nothing where a seat stays empty; a
    person's price must reach what any other need would still gain.
    """
    core = core[np.argsort(market.person[core], kind="stable")]
    who, need, value = market.person[core], market.need[core], market.value[core]
    starts = np.flatnonzero(np.diff(who, prepend=-1))
    filled = np.bincount(market.need[taken], minlength=len(market.seats))
    is_full = filled >= market.seats
    people = np.zeros(market.people, np.int64)
    while True:
        seats = np.where(is_full, np.iinfo(np.int64).max, 0)
        earned = market.value[taken] - people[market.person[taken]]
        np.minimum.at(seats, market.need[taken], earned)
        seats = np.where(filled > 0, np.maximum(seats, 0), 0)
        risen = people.copy()
        if len(core):
            asked = np.maximum.reduceat(value - seats[need], starts)
            risen[who[starts]] = np.maximum(people[who[starts]], asked)
        if (risen == people).all():
            return seats, people
        people = risen
