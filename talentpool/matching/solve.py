"""The exact plan by column generation over each person's patterns, proved by an exact bound.

Method: Dantzig-Wolfe. A column is a pattern: a set of needs one person can serve together, month by month.
The restricted master LP (HiGHS through scipy.optimize.linprog) gives prices of seats; every person's
best patterns at those prices enter until none improves. From prices rounded to 1/1024 bp follows, in whole
numbers, the Lagrangian bound  UB = Σ_j k_j u_j + Σ_i max_pattern (v - u)  over ALL feasible pairs.
A small integer programme over the patterns that lose at most g gives a plan worth z. If floor(UB) = z, or
UB - z ≤ g, so that a better plan could use no other pattern, z is optimal. Solver objectives and bounds are
never believed; z is an integer sum. Where nobody can take two, `unit` finds plan and prices faster, and the same
bound proves them.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .baselines import fill
from .market import Ints, Market, Pair, pinned_edges
from .master import Columns, choose, first_prices, relax
from .plan import Plan
from .problem import GREATEST_VALUE, Problem
from .search import SCALE, Progress, Search, Stop
from .singles import Singles
from .ties import break_ties
from .unit import assign, is_unit

FEW = 5_000  # patterns in all, up to which the master may know every one
NEAR = 100 * SCALE  # loss of the patterns that enter the master at new prices
MOST_NEAR = 20_000  # of so many at most, or
NEAR_A_NEED = 5  # of so many a need
FIRST_GAP = 50 * SCALE  # loss of the patterns of the first integer programme
MOST_ROUNDED = 50_000  # of the master's patterns, those that lose least, a plan of a core is made
SETTLED = 20 * SCALE  # the bound is this near to what the master expects
STALL, STEADY = 4, 2_000_000  # rounds in which the bound falls by less than this part of itself
ROUGH = 200_000  # the same where a core is solved,
ACCEPTED = 20_000  # and the part of the bound that its gap may be
RADIUS, KNOWN_RADIUS = 200.0, 50.0  # bp a price may move at first; from a nearly equal plan
WIDER, NARROWER, LEAST_RADIUS = 4.0, 3.0, 50.0


def solve(
    problem: Problem,
    *,
    pins: Sequence[Pair] = (),
    forbids: Sequence[Pair] = (),
    previous: Sequence[Pair] | None = None,
    time_limit: float | None = None,
    progress: Progress | None = None,
    start: Plan | None = None,
) -> Plan:
    """The best plan for `problem`, proved where time allows.

    pins, forbids, previous: pairs of row numbers (need, candidate). time_limit: seconds. progress: called with
    {"stage", "value", "bound"} now and then; a true answer cancels. start: a plan of nearly the same problem,
    whose prices to start from. Among plans of equal value the one with the fewest changes from `previous` is
    taken, then the one the lottery (problem.lottery_seed) favours. Raises InfeasiblePins.
    """
    began = time.monotonic()
    pinned = pinned_edges(problem, pins, forbids)
    deadline = None if time_limit is None else began + time_limit
    search = Search(problem, pinned, forbids, deadline, progress)
    proof, is_decided = "none", False
    try:
        proof = _prove(search, start)
        is_decided = break_ties(search, previous or ())
    except Stop:
        if proof == "none":
            search.keep_plan(_greedy(search.market))
            search.deadline = None  # what the core leaves out still counts for the bound
            search.widen(0)
    return _plan(search, pinned, proof, is_decided, began)


def _plan(search: Search, pinned: list[int], proof: str, is_decided: bool, began: float) -> Plan:
    problem = search.problem
    edges = np.sort(np.concatenate([search.plan, np.array(pinned, np.int64)]))
    base = int(problem.value[pinned].sum())
    proved = proof != "none"
    status = "optimal" if proved else "cancelled" if search.is_cancelled else "feasible"
    if not len(edges) and proved:
        status, proof = "nothing", "trivial"
    worth = np.zeros(problem.n)
    worth[search.market.candidate] = search.worth / SCALE
    return Plan(
        pairs=np.stack([problem.row[edges], problem.candidate[edges]], axis=1).astype(np.int64),
        value=base + search.value,
        bound=base + (search.value if proved else search.bound // SCALE),
        status=status,
        need_price=search.prices / SCALE,
        candidate_price=worth,
        proof=proof,
        is_decided=is_decided,
        seconds=time.monotonic() - began,
    )


def _greedy(market: Market) -> Ints:
    """Pairs by falling value, each taken if it still fits: better than nothing when time is up."""
    order = np.lexsort((market.edge, -market.value))
    return fill(market, order[market.value[order] > 0])


def _prove(search: Search, start: Plan | None) -> str:
    """Bring bound and plan together; the kind of proof. Raises Stop when time is up."""
    if search.core is None and is_unit(search.market):
        taken, prices = assign(search.market)
        search.keep_plan(taken)
        search.price(prices.astype(float), 0, 0)
        search.check("assigned")
        if search.slack < SCALE:
            return "bound"
    columns = _settled(search, start)
    while search.widen(0):
        search.widen(NEAR)
        known = columns.within(search.market)
        columns = _settle(search, search.prices / SCALE, KNOWN_RADIUS, known)
    if search.core is not None:
        _round(search, columns)
        search.check("rounded")
        is_accepted = search.slack <= search.bound // ACCEPTED
        if search.is_late or (is_accepted and search.near(search.slack, MOST_NEAR) is None):
            return "none"
    if search.slack < SCALE:
        return "bound"
    return _close(search, columns)


def _close(search: Search, known: Columns) -> str:
    """The best plan of the patterns that lose at most a gap, widened until it covers what is still open."""
    gap = FIRST_GAP
    while True:
        search.widen(gap)
        columns: Columns | Singles | None = search.near(gap)
        if columns is None:
            _round(search, known.within(search.market))
            gap = search.slack
            search.widen(gap)
            columns = search.singles()
        if columns is None:
            return "none"
        gains = columns.sum_over(search.market.value)
        chosen = choose(columns, gains, search.remaining(), full=search.full)
        if chosen is not None:
            search.keep_plan(chosen.pairs)
        search.check("rounded")
        if search.slack < SCALE:
            return "bound"
        if search.slack <= gap:
            return "enumeration" if chosen is not None and chosen.is_best else "none"
        gap = min(search.slack, 4 * gap)


def _settled(search: Search, start: Plan | None) -> Columns:
    few = search.all_patterns(FEW)
    if few is not None:
        _settle_at_once(search, few)
        return few
    nothing = Columns(search.market)
    if start is not None and len(start.need_price) == len(search.prices):
        return _settle(search, start.need_price, KNOWN_RADIUS, nothing)
    prices = first_prices(search.market, search.remaining())
    return _settle(search, prices, RADIUS, nothing)


def _round(search: Search, columns: Columns) -> None:
    """A plan of the patterns the master knows; of a very large market, so not the best to the last."""
    search.keep_plan(_greedy(search.market))
    if not len(columns):
        return
    loss = search.worth[columns.owner] - columns.sum_over(search.left(search.prices))
    place = min(MOST_ROUNDED, len(loss)) - 1
    near = columns.take(loss <= np.partition(loss, place)[place])
    gains = near.sum_over(search.market.value)
    chosen = choose(near, gains, search.remaining(), precision=0.1 / ACCEPTED)
    if chosen is not None:
        search.keep_plan(chosen.pairs)


def _settle_at_once(search: Search, columns: Columns) -> None:
    """The prices of the master that knows every pattern."""
    anywhere = np.full(len(search.prices), float(GREATEST_VALUE))
    answer = relax(columns, np.zeros(len(search.prices)), anywhere, search.remaining())
    if answer is not None:
        search.price(answer.prices, 0, 0)
        search.keep_plan(answer.pairs)
    search.check("priced")


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
