"""What pinning a pair would cost the plan: exact where everybody serves one need, else a bound from the prices.

With one need per person the plan is a flow from needs to people, and pinning a pair sends one unit round the cheapest
cycle through it. With the prices as potentials no arc of the residual graph is negative, so one run of Dijkstra's
algorithm to a need gives the exact loss for each of its candidates (Ahuja, Magnanti, Orlin, Network Flows, 9.7).
With several needs per person, a plan with the pair is worth at most UB - (w_i - best pattern of i that contains it).
The search for these patterns has a budget of work, not of time, so that the same inputs give the same bounds. Where it
ends, tolls bound what is left, and the loss is told a little lower: "at least" stays true.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats, Ints
from ..pairs import Pairs, pairs_of, pinned_edges
from ..plan import SCALE, Plan, check_plan
from ..problem import Problem
from ..solving.clock import Tick, untimed
from ..solving.market import Market, open_market
from ..solving.one_to_one import is_one_to_one
from ..solving.patterns import best_with
from ..solving.pricing import priced, whole_prices

WORK = 1 << 23  # joins of pairs to patterns that the bounds of a market may take
JOINS = 32  # at least so many for each pair


@dataclass(frozen=True, slots=True)
class Loss:
    """What pinning each pair of one need would cost, in the order of the problem.

    Attributes
    ----------
    bp : (k,) int64
        What the plan would lose.
    is_exact : (k,) bool
        Whether that is exact; else the plan would lose at least that much.

    See Also
    --------
    Regrets : Computes it.
    """

    bp: Ints
    is_exact: NDArray[np.bool_]

    @classmethod
    def unknown(cls, pairs: int) -> Loss:
        """Make one that says nothing: every pair loses at least nothing."""
        return cls(np.zeros(pairs, np.int64), np.zeros(pairs, bool))


class Regrets:
    """What pinning pairs would cost, need by need.

    A pair that is forbidden or does not fit beside the pins costs at least its own value.

    Parameters
    ----------
    problem : Problem
    plan : Plan
    pins, forbids : sequence of (need, candidate) pairs, ids or row numbers, optional
        Those the plan was made with.
    tick : callable, optional
        Called now and then; may raise to stop.

    Attributes
    ----------
    pins, forbids : frozenset of (need, candidate)
        Row numbers.

    Examples
    --------
    >>> from talentpool import matching as m
    >>> from talentpool.matching.example import NEEDS, PEOPLE
    >>> problem = m.build(PEOPLE, NEEDS)
    >>> plan = m.solve(problem)
    >>> m.Regrets(problem, plan).of(1).bp
    array([  0, 772])
    """

    def __init__(
        self,
        problem: Problem,
        plan: Plan,
        pins: Pairs = (),
        forbids: Pairs = (),
        tick: Tick = untimed,
    ) -> None:
        check_plan(problem, plan)
        self._tick = tick
        self._problem = problem
        pinned = pinned_edges(problem, pins, ())
        forbidden = pairs_of(problem, "forbids", forbids)
        self.pins = frozenset(pairs_of(problem, "pins", pins))
        self.forbids = frozenset(forbidden)
        self._market = market = open_market(problem, pinned, forbidden)
        self._prices = whole_prices(market, plan.need_price)
        self._worth = market.value * SCALE - self._prices[market.need]
        self._placed = problem.edges(plan.pairs)
        self._value = (plan.value - int(problem.value[pinned].sum())) * SCALE

    def of(self, need: int | str) -> Loss:
        """Compute the losses of all pairs of a need (id or row number)."""
        self._tick()
        need = self._problem.need_row(need)
        start, end = int(self._problem.ptr[need]), int(self._problem.ptr[need + 1])
        placed = self._placed[(self._placed >= start) & (self._placed < end)] - start
        is_exact = np.zeros(end - start, bool)
        if self._cycles is None:
            bp = self._bounds[start:end].copy()
        else:
            bp = np.maximum(self._problem.value[start:end], 0)
            known, loss = self._cycles.losses(need)
            bp[known - start], is_exact[known - start] = loss, True
        bp[placed], is_exact[placed] = 0, True
        return Loss(bp, is_exact)

    @cached_property
    def _bounds(self) -> Ints:
        """(E,) the least losses that the prices prove, rounded up to whole bp, never below 0."""
        market = self._market
        top, _, tolls = priced(market, self._prices, self._tick)
        slack = int((market.seats * self._prices).sum()) + int(top.sum()) - self._value
        pairs = np.arange(len(market.edge))
        most = max(JOINS, WORK // max(len(pairs), 1))
        best = best_with(market, self._worth, tolls, pairs, self._tick, most)
        # without the pair the rest is a pattern, too
        loss = np.maximum(top[market.person] - best, -self._worth)
        bounds: Ints = np.maximum(self._problem.value, 0)
        bounds[market.edge] = np.maximum(0, -(-(loss - slack) // SCALE))
        return bounds

    @cached_property
    def _cycles(self) -> _Cycles | None:
        """None where people may serve several needs, or where the prices do not prove the plan exactly."""
        market = self._market
        if not is_one_to_one(market):
            return None
        people = np.zeros(market.people, np.int64)
        np.maximum.at(people, market.person, self._worth)
        if int((market.seats * self._prices).sum()) + int(people.sum()) != self._value:
            return None
        taken = np.flatnonzero(np.isin(market.edge, self._placed))
        return _Cycles(market, taken, self._prices, people)


class _Cycles:
    """The residual graph, with a node for each need and a last one, `idle`, for idle people and empty seats.

    An arc a → b means that a free seat in a is taken by somebody who leaves b. All costs are in 1/SCALE bp. The way
    over `idle` is always open, so one number per need bounds the search for a cheaper way, and few nodes lie within it.
    """

    def __init__(self, market: Market, taken: Ints, seats: Ints, people: Ints) -> None:
        idle = len(market.seats)
        home = np.full(market.people, idle)  # the node where each person is in the plan
        home[market.person[taken]] = market.need[taken]
        rows = market.by_need
        need, person = market.need[rows], market.person[rows]
        self._start = np.searchsorted(need, np.arange(idle + 1))
        self._edge, self._home = market.edge[rows], home[person]
        self._cost = seats[need] + people[person] - market.value[rows] * SCALE
        filled = np.bincount(market.need[taken], minlength=idle)
        full, open_ = np.flatnonzero(filled), np.flatnonzero(filled < market.seats)
        placed = market.person[taken]
        tail = [need, full, np.full(len(placed) + len(open_), idle)]
        head = [self._home, np.full(len(full), idle), market.need[taken], open_]
        cost = [self._cost, seats[full], people[placed], np.zeros(len(open_), np.int64)]
        arcs = _fewest(np.concatenate(tail), np.concatenate(head), np.concatenate(cost), idle)
        self._away, self._most, self._back = _short_cuts(arcs, idle)

    def losses(self, need: int) -> tuple[Ints, Ints]:
        """Return the pair numbers of a need, and what pinning each would cost in bp."""
        from scipy.sparse.csgraph import dijkstra  # noqa: PLC0415 - imported only when something is solved

        pairs = slice(self._start[need], self._start[need + 1])
        most, home = self._most[need], self._home[pairs]
        cycle = np.minimum(dijkstra(self._back, indices=[need], limit=most)[0], most)
        distance = (cycle[home] + self._away[home] - self._away[need]).astype(np.int64)
        return self._edge[pairs], (self._cost[pairs] + distance) // SCALE


def _fewest(tail: Ints, head: Ints, cost: Ints, idle: int) -> Any:
    """Build the reversed graph (rows are heads), without arcs that a parallel one or the way over `idle` undercuts."""
    from scipy.sparse import csr_array  # noqa: PLC0415 - imported only when something is solved

    out, back = (np.full(idle + 1, np.iinfo(np.int64).max // 2) for _ in range(2))
    np.minimum.at(out, tail[head == idle], cost[head == idle])
    np.minimum.at(back, head[tail == idle], cost[tail == idle])
    useful = np.flatnonzero((head == idle) | (tail == idle) | (cost < out[tail] + back[head]))
    order = useful[np.lexsort((cost[useful], tail[useful], head[useful]))]
    arc = head[order] * (idle + 1) + tail[order]
    order = order[np.flatnonzero(np.diff(arc, prepend=-1))]
    return csr_array(
        (cost[order].astype(float), (head[order], tail[order])), shape=(idle + 1, idle + 1)
    )


def _short_cuts(arcs: Any, idle: int) -> tuple[Floats, Floats, Any]:
    """Find the way from each node to `idle`, its cycle over `idle`, and the arcs that may undercut such a cycle.

    An arc a → b of the reversed graph is charged its cost and the way from a to `idle`, less the way from b, which is
    never below 0 (Johnson 1977). An arc that is charged as much as the cycle of a over `idle` undercuts nothing.
    """
    from scipy.sparse import csr_array  # noqa: PLC0415 - imported only when something is solved
    from scipy.sparse.csgraph import dijkstra  # noqa: PLC0415 - imported only when something is solved

    away = dijkstra(arcs, indices=[idle])[0]
    away[np.isinf(away)] = away[np.isfinite(away)].max()  # no pair leads there
    most = dijkstra(arcs.T, indices=[idle])[0] + away
    start, end = arcs.tocoo().coords
    cost = arcs.data + away[start] - away[end]
    short = cost < most[start]
    return away, most, csr_array((cost[short], (start[short], end[short])), shape=arcs.shape)
