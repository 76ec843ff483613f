"""The exact plan by column generation over each person's patterns, proved by an exact bound.

Method: Dantzig-Wolfe. A column is a pattern: a set of needs one person can serve together, month by month.
The restricted master LP (HiGHS through scipy.optimize.linprog) gives prices of seats; every person's
best pattern at those prices enters until none improves. From prices rounded to 1/1024 bp follows, in whole
numbers, the Lagrangian bound  UB = Σ_j k_j u_j + Σ_i max_pattern (v - u)  over ALL feasible pairs.
A small integer programme over the columns gives a plan worth z. If floor(UB) = z, z is optimal. Otherwise every
pattern whose loss against its person's best is at most UB - z is enumerated: a better plan could use no other, so
the integer programme over these is exact. Solver objectives and bounds are never believed; z is an integer sum.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .baselines import fill
from .errors import InfeasiblePins
from .master import Columns, choose, relax
from .people import people_of
from .plan import Plan
from .problem import Problem
from .search import SCALE, Progress, Search, Stop
from .ties import break_ties

Pair = tuple[int, int]


def solve(
    problem: Problem,
    *,
    pins: Sequence[Pair] = (),
    forbids: Sequence[Pair] = (),
    previous: Sequence[Pair] | None = None,
    time_limit: float | None = None,
    progress: Progress | None = None,
) -> Plan:
    """The best plan for `problem`, proved where time allows.

    pins, forbids, previous: pairs of row numbers (need, candidate). time_limit: seconds. progress: called with
    {"stage", "value", "bound"} now and then; a true answer cancels. Among plans of equal value the one with the
    fewest changes from `previous` is taken, then the one the lottery (problem.lottery_seed) favours.
    Raises InfeasiblePins.
    """
    began = time.monotonic()
    pinned = _pinned_edges(problem, pins, forbids)
    free, seats, room, slots = _what_is_left(problem, pinned, forbids)
    people = people_of(problem, free, room, slots)
    deadline = None if time_limit is None else began + time_limit
    search = Search(problem, seats, people, deadline, progress)
    search.keep_plan(_greedy(problem, free, seats, room, slots))
    proof = "none"
    try:
        proof = _prove(search)
        if proof in {"bound", "enumeration"}:
            search.plan = break_ties(search, pinned, previous or ())
    except Stop:
        pass
    return _plan(search, pinned, proof, began)


def _plan(search: Search, pinned: list[int], proof: str, began: float) -> Plan:
    problem = search.problem
    edges = sorted({*search.plan, *pinned})
    base = int(problem.value[pinned].sum()) if pinned else 0
    value = base + search.value
    proved = proof != "none"
    status = "optimal" if proved else "cancelled" if search.is_cancelled else "feasible"
    if not edges and proved:
        status, proof = "nothing", "trivial"
    worth = np.zeros(problem.n)
    for person, (best, _) in zip(search.people, search.price(search.prices)[1], strict=True):
        worth[problem.candidate[person.edges[0]]] = best / SCALE
    pairs = np.array([[problem.row[e], problem.candidate[e]] for e in edges], np.int64)
    return Plan(
        pairs=pairs.reshape(-1, 2),
        value=value,
        bound=value if proved else base + search.bound // SCALE,
        status=status,
        need_price=search.prices / SCALE,
        candidate_price=worth,
        proof=proof,
        seconds=time.monotonic() - began,
    )


def _pinned_edges(problem: Problem, pins: Sequence[Pair], forbids: Sequence[Pair]) -> list[int]:
    edges = []
    ruled_out = {(int(j), int(i)) for j, i in forbids}
    for j, i in dict.fromkeys((int(j), int(i)) for j, i in pins):
        if not (0 <= j < problem.m and 0 <= i < problem.n):
            raise InfeasiblePins(f"pin ({j}, {i}) is outside the problem")
        place = f"{problem.need_ids[j]} / {problem.candidate_ids[i]}"
        if (j, i) in ruled_out:
            raise InfeasiblePins(f"{place} is both pinned and forbidden")
        edge = problem.edge(j, i)
        if edge is None:
            raise InfeasiblePins(f"{place} breaks a hard rule")
        edges.append(edge)
    return edges


def _what_is_left(
    problem: Problem, pinned: list[int], forbids: Sequence[Pair]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Pairs, seats (m,), half-days (n, T) and engagements (n, T) that remain beside the pins."""
    seats = problem.seats.astype(np.int64)
    room = problem.capacity.astype(np.int64)
    slots = problem.most_at_once.astype(np.int64)[:, None] - problem.standing
    is_free = np.ones(len(problem.candidate), bool)
    for e in pinned:
        j, i = int(problem.row[e]), int(problem.candidate[e])
        used = problem.months[j]
        seats[j] -= 1
        room[i, used] -= problem.half_days[j]
        slots[i, used] -= 1
        is_free[e] = False
        place = f"{problem.need_ids[j]} / {problem.candidate_ids[i]}"
        if seats[j] < 0:
            raise InfeasiblePins(f"{place}: more pins than seats")
        if (room[i] < 0).any() or (slots[i, used] < 0).any():
            raise InfeasiblePins(f"{place}: the pins exceed the person's capacity")
    for j, i in forbids:
        edge = problem.edge(int(j), int(i)) if 0 <= j < problem.m else None
        if edge is not None:
            is_free[edge] = False
    return np.flatnonzero(is_free), seats, room, np.maximum(slots, 0)


def _greedy(
    problem: Problem,
    free: NDArray[np.int64],
    seats: NDArray[np.int64],
    room: NDArray[np.int64],
    slots: NDArray[np.int64],
) -> list[int]:
    """Pairs by falling value, each taken if it still fits: a plan to start from."""
    order = free[np.lexsort((free, -problem.value[free]))]
    return fill(problem, order[problem.value[order] > 0], seats, room, slots)


def _prove(search: Search) -> str:
    """Bring bound and plan together; the kind of proof. Raises Stop when time is up."""
    if not search.people:
        search.keep_bound(0, np.zeros_like(search.prices))  # nobody competes for a seat
        return "bound"
    columns = Columns(search.problem, search.seats, search.people)
    _generate(search, columns)
    search.keep_plan(choose(columns, columns.values, search.remaining()))
    search.check("rounded")
    if search.gap < 1:
        return "bound"
    wide = search.enumerate(search.bound - search.value * SCALE)
    if wide is None:
        return "none"
    search.keep_plan(choose(wide, wide.values, search.remaining()))
    search.check("enumerated")
    return "enumeration"


def _generate(search: Search, columns: Columns) -> None:
    """Column generation: until no person has a pattern that the master does not know and would take."""
    columns.add_singles()
    while True:
        prices = np.rint(relax(columns, search.remaining()) * SCALE).astype(np.int64)
        bound, best = search.price(prices)
        search.keep_bound(bound, prices)
        added = sum(columns.add(pattern) for _, pattern in best)
        search.check("priced")
        if not added:
            return
