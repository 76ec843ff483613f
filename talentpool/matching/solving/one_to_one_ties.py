"""The tie rule of `ties` where everybody serves one need: it needs only assignments, so it always finishes.

Best plans differ by cycles of the residual network (Ahuja, Magnanti, Orlin, Network Flows, 9.3). A pair is in some of
them and not in others exactly if such a cycle runs through it, that is, if need and person are in one strongly
connected component. All other pairs are settled. Over the rest, keeping pairs and then the lottery are one assignment
each, in which a plan that is not best is worth less than any that is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..arrays import Ints
from ..pairs import Pair
from ..plan import SCALE
from .market import Market
from .one_to_one import assign, matched
from .search import Search
from .ties import TICKETS, in_force, lottery_numbers


def draw(search: Search, previous: Sequence[Pair]) -> bool:
    """Take the plan of the same value that the rule prefers. Always returns True: the rule has decided."""
    problem, market = search.problem, search.market
    taken = market.positions(search.plan)
    settled, market = _undecided(market, taken, search.prices // SCALE)
    plan = [settled]
    kept = in_force(problem, market, previous)
    if kept.any():
        market = replace(market, value=market.value * (1 + len(taken)) + kept)
        settled, market = _undecided(market, *assign(market))
        plan.append(settled)
    if len(market.edge):
        tickets = lottery_numbers(problem, market.edge)
        lucky = matched(replace(market, value=market.value * TICKETS * (1 + len(taken)) - tickets))
        plan.append(market.edge[lucky])
    search.plan = np.sort(np.concatenate(plan))
    return True


def _undecided(market: Market, taken: Ints, prices: Ints) -> tuple[Ints, Market]:
    """Split the pairs into those that every best assignment takes, and a market of those that only some take.

    taken: a best assignment; prices (m,) of seats that prove it. In the market that is returned, the value of a pair
    is how many of its two ends, seat and person, every best assignment uses: an assignment with less than the greatest
    sum of these is not best.
    """
    left = market.value - prices[market.need]
    worth = np.zeros(market.people, np.int64)
    np.maximum.at(worth, market.person, left)
    is_taken = np.zeros(len(left), bool)
    is_taken[taken] = True
    tight = np.flatnonzero(left == worth[market.person])
    need, person = market.need[tight], market.person[tight]
    part = _components(need, person, is_taken[tight], market.seats, prices, worth)
    differs = part[need] == part[len(prices) + person]
    free = tight[differs]
    settled = tight[~differs & is_taken[tight]]
    used = (prices > 0).astype(np.int64)[need] + (worth > 0)[person]
    rest = replace(
        market,
        edge=market.edge[free],
        person=market.person[free],
        need=market.need[free],
        value=used[differs],
        seats=market.seats - np.bincount(market.need[settled], minlength=len(prices)),
    )
    return market.edge[settled], rest


def _components(
    need: Ints, person: Ints, is_taken: NDArray[np.bool_], seats: Ints, prices: Ints, worth: Ints
) -> NDArray[np.int32]:
    """Return (m + q,) strongly connected components of the residual network: source → needs → people → source.

    In every best assignment, needs with a positive price have all seats taken and people with a positive worth are
    taken. So no arc leads between them and the source.
    """
    from scipy.sparse import csr_array  # noqa: PLC0415
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    m, q = len(prices), len(worth)
    filled = np.bincount(need[is_taken], minlength=m)
    is_idle = np.ones(q, bool)
    is_idle[person[is_taken]] = False
    may_fill = np.flatnonzero((prices == 0) & (filled < seats))
    may_empty = np.flatnonzero((prices == 0) & (filled > 0))
    may_leave = np.flatnonzero((worth == 0) & ~is_idle)
    may_come = np.flatnonzero((worth == 0) & is_idle)
    source = m + q
    from_source = np.concatenate([may_fill, m + may_leave])
    to_source = np.concatenate([may_empty, m + may_come])
    to_person, to_need = ~is_taken, is_taken
    tail = [need[to_person], m + person[to_need], np.full(len(from_source), source), to_source]
    head = [m + person[to_person], need[to_need], from_source, np.full(len(to_source), source)]
    at = np.concatenate(tail), np.concatenate(head)
    graph = csr_array((np.ones(len(at[0]), np.int8), at), shape=(source + 1, source + 1))
    _, part = connected_components(graph, directed=True, connection="strong")
    return part
