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

import numpy as np
from numpy.typing import NDArray

from .market import Pairs, deadline_of, pairs_of, pinned_edges
from .master import Columns, choose
from .plan import Plan
from .problem import Problem
from .search import SCALE, Progress, Search, Stop
from .settling import NEAR, settle, settle_again
from .singles import Singles
from .ties import break_ties
from .unit import assign
from .unit_ties import draw

FIRST_GAP = 50 * SCALE  # loss of the patterns of the first integer programme
MOST_ROUNDED = 50_000  # of the master's patterns, those that lose least, a plan of a core is made
ROUNDING_NODES = (
    200  # of the search for such a plan: where many patterns are worth the same it would never end
)
ACCEPTED = 20_000  # the part of the bound that the gap of a core may be


def solve(
    problem: Problem,
    *,
    pins: Pairs = (),
    forbids: Pairs = (),
    previous: Pairs | None = None,
    time_limit: float | None = None,
    progress: Progress | None = None,
    start: Plan | None = None,
    breaks_ties: bool = True,
) -> Plan:
    """The best plan for `problem`, proved where time allows.

    pins, forbids, previous: pairs of row numbers (need, candidate), or (K, 2). time_limit: seconds. progress: called with
    {"stage", "value", "bound"} now and then; a true answer cancels. start: a plan of nearly the same problem,
    whose prices to start from. Among plans of equal value the one with the fewest changes from `previous` is
    taken, then the one the lottery (problem.lottery_seed) favours; any of them where only the value is asked and not
    `breaks_ties`. Raises InfeasiblePins, InvalidProblem.
    """
    began = time.monotonic()
    forbids = pairs_of(problem, "forbids", forbids)
    pinned = pinned_edges(problem, pins, forbids)
    standing = pairs_of(problem, "previous", () if previous is None else previous)
    deadline = deadline_of(began, time_limit)
    search = Search(problem, pinned, forbids, deadline, progress)
    proof, is_decided = "none", False
    try:
        proof = _prove(search, start)
        decide = draw if search.is_unit else break_ties
        is_decided = breaks_ties and decide(search, standing)
    except Stop:
        if proof == "none":
            search.keep_greedy()
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


def _prove(search: Search, start: Plan | None) -> str:
    """Bring bound and plan together; the kind of proof. Raises Stop when time is up."""
    if search.is_unit:
        _assign(search)
        search.check("assigned")
        return "bound"
    columns = settle(search, start)
    while search.widen(0):
        search.widen(NEAR)
        columns = settle_again(search, columns)
    is_accepted = False
    if search.core is not None:
        _round(search, columns)
        search.check("rounded")
        is_accepted = search.slack <= search.bound // ACCEPTED
        if search.is_late:
            return "none"
    if search.slack < SCALE:
        return "bound"
    return _close(search, columns, is_accepted=is_accepted)


def _assign(search: Search) -> None:
    """The best assignment and its prices, over all pairs."""
    is_wide = False
    while not is_wide:
        taken, prices = assign(search.market)
        search.keep_plan(taken)
        search.price_singly(prices)
        is_wide = not search.let_in(0)
    if search.slack:
        raise AssertionError("the prices do not prove the assignment")


def _close(search: Search, known: Columns, *, is_accepted: bool) -> str:
    """The best plan of the patterns that lose at most a gap, widened until it covers what is still open.

    What a smaller gap has closed is not searched again.
    is_accepted: the plan is good enough as it is; it is proved only where that takes few patterns.
    """
    gap, closed = FIRST_GAP, 0  # no plan of patterns that lose at most `closed` is better
    while True:
        if search.widen(gap):
            closed = 0
        near = search.near(gap)
        if near is None and is_accepted:
            return "none"
        columns: Columns | Singles | None
        if near is None:
            _round(search, known.within(search.market))
            gap = search.slack
            if gap < SCALE:
                return "bound"
            search.widen(gap)
            columns = search.singles()
        else:
            columns = near.take(_still_open(search, near, closed)) if closed else near
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
        closed = gap if chosen is not None and chosen.is_best else 0
        gap = min(search.slack, 4 * gap)


def _still_open(search: Search, columns: Columns, closed: int) -> NDArray[np.bool_]:
    """(K,) the patterns of a better plan, of which one loses more than `closed`; and those of the plan itself.

    What all lose together is less than the slack, so the others lose at most what the one leaves of it.
    """
    loss = search.losses(columns)
    planned = np.append(np.isin(search.market.edge, search.plan), True)  # NONE is the last
    return (loss > closed) | (loss <= search.slack - closed) | planned[columns.pairs].all(axis=1)


def _round(search: Search, columns: Columns) -> None:
    """A plan of the patterns the master knows; of a very large market, so not the best to the last."""
    search.keep_greedy()
    if search.slack < SCALE or not len(columns):
        return
    loss = search.losses(columns)
    place = min(MOST_ROUNDED, len(loss)) - 1
    near = columns.take(loss <= np.partition(loss, place)[place])
    gains = near.sum_over(search.market.value)
    chosen = choose(near, gains, search.remaining(), precision=0.1 / ACCEPTED, nodes=ROUNDING_NODES)
    if chosen is not None:
        search.keep_plan(chosen.pairs)
