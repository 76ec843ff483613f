"""The exact plan by column generation over everybody's patterns, proved by an exact bound.

Method: Dantzig-Wolfe. A column is a pattern: a set of needs that one person can serve together, month by month. The
restricted master LP (HiGHS through scipy.optimize.linprog) gives prices of seats, and everybody's best patterns at
these prices enter it until none improves. Prices rounded to 1/1024 bp give, in whole numbers, the Lagrangian bound
UB = Σ_j k_j u_j + Σ_i max_pattern (v - u)  over ALL feasible pairs. A small integer programme over the patterns that
lose at most g gives a plan worth z. If floor(UB) = z, or if UB - z ≤ g, so that a better plan could use no other
pattern, z is optimal. The solver's objectives and bounds are never believed; z is an integer sum. Where nobody can take
two needs, `one_to_one` finds plan and prices faster, and the same bound proves them.
"""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from ..errors import InvalidProblem
from ..pairs import Pairs, pairs_of, pinned_edges
from ..plan import SCALE, Plan, PlanStatus, Progress
from ..problem import Problem
from .clock import Clock, Stop
from .columns import Columns, Singles
from .enumeration import pairs_near, patterns_near
from .master import choose
from .one_to_one import assign
from .one_to_one_ties import draw
from .plain import is_uniform
from .plainly import prove_plainly
from .search import Search
from .settling import NEAR, settle, settle_again
from .sweep import Explosion
from .ties import break_ties

FIRST_GAP = 50 * SCALE  # patterns that lose at most this enter the first integer programme
MOST_ROUNDED = 50_000  # patterns of the master, those that lose least, of which a plan is rounded
ROUNDING_NODES = 200  # of that search: where many patterns are worth the same, it would never end
ACCEPTED = 20_000  # the gap of a core is good enough if it is this part of the bound


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
    """Find the best plan, with a proof where time allows.

    Among plans of equal value the one with the fewest changes from `previous` is taken, then the one that the lottery
    (`Problem.lottery_seed`) favours.

    Parameters
    ----------
    problem : Problem
    pins, forbids, previous : sequence of (need, candidate) pairs, ids or row numbers, or (K, 2) integers, optional
        Pairs that must be in the plan, pairs that must not, and the pairs of the plan before it.
    time_limit : float, optional
        Seconds.
    progress : callable, optional
        Called now and then with a dict of ``stage``, ``value`` and ``bound``. A true answer cancels.
    start : Plan, optional
        A plan of nearly the same problem, whose prices to start from.
    breaks_ties : bool, optional
        False if only the value matters: then any plan of that value is taken.

    Returns
    -------
    Plan

    Raises
    ------
    InfeasiblePins
        If the pins cannot all be kept.
    InvalidProblem
        If an option cannot be right.

    Examples
    --------
    >>> from talentpool import matching as m
    >>> from talentpool.matching.example import NEEDS, PEOPLE
    >>> problem = m.build(PEOPLE, NEEDS)
    >>> plan = m.solve(problem, forbids=[(1, 0)])
    >>> [(problem.need_ids[j], problem.candidate_ids[i]) for j, i in plan.pairs]
    [('migration', 'chiba'), ('tender', 'baba')]
    """
    clock = Clock(time_limit, progress)
    if start is not None and (not isinstance(start, Plan) or len(start.need_price) != problem.m):
        raise InvalidProblem("start", "must be a plan of the same needs")
    forbids = pairs_of(problem, "forbids", forbids)
    pinned = pinned_edges(problem, pins, forbids)
    standing = pairs_of(problem, "previous", () if previous is None else previous)
    search = Search(problem, pinned, forbids, clock)
    proof, is_decided = "none", False
    try:
        proof = _prove(search, start)
        decide = draw if search.scope.is_one_to_one else break_ties
        is_decided = breaks_ties and decide(search, standing)
    except Stop:
        if proof == "none":
            search.keep_greedy()
            search.widen(0)  # pairs outside the core still count for the bound
    return _plan(search, pinned, proof, is_decided)


def _plan(search: Search, pinned: list[int], proof: str, is_decided: bool) -> Plan:
    problem = search.problem
    edges = np.sort(np.concatenate([search.plan, np.array(pinned, np.int64)]))
    base = search.pinned
    proved = proof != "none"
    if not proved:
        status = PlanStatus.CANCELLED if search.clock.is_cancelled else PlanStatus.FEASIBLE
    elif len(edges):
        status = PlanStatus.OPTIMAL
    else:
        status, proof = PlanStatus.NOTHING, "trivial"
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
        seconds=search.clock.elapsed,
        road=search.road,
    )


def _prove(search: Search, start: Plan | None) -> str:
    """Bring bound and plan together; return the kind of proof. Raises Stop if time is up."""
    if search.scope.is_one_to_one:
        _assign(search)
        search.check("assigned")
        return "bound"
    if search.scope.core is None and is_uniform(search.market):
        return prove_plainly(search)
    try:
        columns = settle(search, start)
    except Explosion:
        return prove_plainly(search)
    while search.widen(0):
        search.widen(NEAR)
        columns = settle_again(search, columns)
    is_accepted = False
    if search.scope.core is not None:
        _round(search, columns)
        search.check("rounded")
        is_accepted = search.slack <= search.bound // ACCEPTED
        if search.clock.is_late:
            return "none"
    if search.slack < SCALE:
        return "bound"
    return _close(search, columns, is_accepted=is_accepted)


def _assign(search: Search) -> None:
    """Find the best assignment and its prices, over all pairs."""
    is_wide = False
    while not is_wide:
        taken, prices = assign(search.market)
        search.keep_plan(taken)
        search.price_singly(prices)
        is_wide = not search.let_in(0)
    if search.slack:
        raise AssertionError("the prices do not prove the assignment")


def _close(search: Search, known: Columns, *, is_accepted: bool) -> str:
    """Find the best plan of the patterns that lose at most a gap, widened until it covers what is still open.

    What a smaller gap has closed is not searched again. is_accepted: the plan is good enough as it is, and is proved
    only if that takes few patterns.
    """
    gap, closed = FIRST_GAP, 0  # no plan of patterns that lose at most `closed` each is better
    while True:
        if search.widen(gap):
            closed = 0
        near = patterns_near(search, gap)
        if near is None and is_accepted:
            return "none"
        columns: Columns | Singles | None
        if near is None:
            _round(search, known.within(search.market))
            gap = search.slack
            if gap < SCALE:
                return "bound"
            search.widen(gap)
            columns = pairs_near(search)
        else:
            columns = near.take(_still_open(search, near, closed)) if closed else near
        if columns is None:
            return "none"
        gains = columns.sum_over(search.market.value)
        chosen = search.clock.run(
            partial(choose, columns, gains, search.clock.remaining, full=search.full)
        )
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
    """Mark (K,) the patterns of any better plan, in which one loses more than `closed`, and those of the plan itself.

    All together lose less than the slack, so the others lose at most what that one leaves of it.
    """
    loss = search.losses(columns)
    planned = np.append(np.isin(search.market.edge, search.plan), True)  # NONE means the last
    return (loss > closed) | (loss <= search.slack - closed) | planned[columns.pairs].all(axis=1)


def _round(search: Search, columns: Columns) -> None:
    """Make a plan of the patterns that the master knows; the market is very large, so it need not be the very best."""
    search.keep_greedy()
    if search.slack < SCALE or not len(columns):
        return
    loss = search.losses(columns)
    place = min(MOST_ROUNDED, len(loss)) - 1
    near = columns.take(loss <= np.partition(loss, place)[place])
    gains = near.sum_over(search.market.value)
    chosen = search.clock.run(
        lambda: choose(
            near, gains, search.clock.remaining, precision=0.1 / ACCEPTED, nodes=ROUNDING_NODES
        )
    )
    if chosen is not None:
        search.keep_plan(chosen.pairs)
