"""Other ways of deciding on the same problem, and the figures by which they are compared with the plan.

A blocking pair is a need and a person who would both rather have each other than what the plan gives them. It is a
fact beside the plan, not a fault: the best plan for everybody may leave some. The need would gain if it has an empty
seat or somebody who fits less; the person would gain if the months have room, or would have it without one engagement
that fits less.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import Ints, blocks, runs
from ..errors import MissingInput
from ..pairs import Pair, Pairs, pairs_of, pinned_edges
from ..plan import Plan, PlanStatus, check_plan, filled_share
from ..problem import Problem
from ..solving.clock import Tick, untimed
from ..solving.market import Market, fill, open_market

# Other ways of deciding: name → (Japanese, English).
BASELINES: Mapping[str, tuple[str, str]] = {
    "first_come": ("先着順", "First come, first served"),
    "greedy": ("適合度の高い順", "Greedy by fit"),
    "skill_count": ("技能の数の順", "Count of skills"),
}
# Everything that is compared, in the order in which it is shown: name → (Japanese, English).
COMPARED: Mapping[str, tuple[str, str]] = {
    "plan": ("この割当案", "This plan"),
    "unaimed": ("段階・下限を付けない案", "Without stages and floors"),
    **BASELINES,
}
BLOCK = 1 << 16  # pairs compared at a time


def baselines(
    problem: Problem, *, pins: Pairs = (), forbids: Pairs = (), tick: Tick = untimed
) -> dict[str, Plan]:
    """Decide in other ways: first come first served, greedily by fit, by the count of skills.

    Parameters
    ----------
    problem : Problem
        With `posted` and `skill_count`.
    pins, forbids : sequence of (need, candidate) pairs, ids or row numbers, optional
        Every plan has the pins and respects the forbidden pairs.
    tick : callable, optional
        Called now and then; may raise to stop.

    Returns
    -------
    dict of str to Plan
        By the names of `BASELINES`.

    Raises
    ------
    MissingInput
        If the problem lacks `posted` or `skill_count`.
    InfeasiblePins
        If the pins cannot all be kept.

    Examples
    --------
    >>> from talentpool import matching as m
    >>> from talentpool.matching.example import NEEDS, PEOPLE
    >>> problem = m.build(PEOPLE, NEEDS)
    >>> {name: plan.value for name, plan in m.baselines(problem).items()}
    {'first_come': 55024, 'greedy': 55024, 'skill_count': 55024}
    """
    if problem.posted is None:
        raise MissingInput("the first-come baseline needs `posted`")
    if problem.skill_count is None:
        raise MissingInput("the count baseline needs `skill_count`")
    forbids = pairs_of(problem, "forbids", forbids)
    pinned = pinned_edges(problem, pins, forbids)
    market = open_market(problem, pinned, forbids)
    edge, fit = market.edge, problem.fit[market.edge].astype(np.int64)
    count = problem.skill_count[edge].astype(np.int64)
    orders = {
        "first_come": np.lexsort((edge, -fit, market.need, problem.posted[market.need])),
        "greedy": np.lexsort((edge, -fit)),
        "skill_count": np.lexsort((edge, -count)),
    }
    bound = int(problem.value[pinned].sum()) + _most(market)
    taken = {name: market.edge[fill(market, order, tick)] for name, order in orders.items()}
    return {
        name: _as_plan(problem, np.append(edges, np.array(pinned, np.int64)), bound)
        for name, edges in taken.items()
    }


def _as_plan(problem: Problem, edges: Ints, bound: int) -> Plan:
    edges = np.sort(edges)
    return Plan(
        pairs=np.stack([problem.row[edges], problem.candidate[edges]], axis=1).astype(np.int64),
        value=int(problem.value[edges].sum()),
        bound=bound,
        status=PlanStatus.FEASIBLE,
        need_price=np.zeros(problem.m),
        candidate_price=np.zeros(problem.n),
    )


def _most(market: Market) -> int:
    """Bound the value of any plan in bp: every need takes its best pairs, whoever else wants the same people."""
    order = np.lexsort((-market.value, market.need))
    need, value = market.need[order], market.value[order]
    place = np.arange(len(need)) - np.searchsorted(need, need)  # within its need, the best first
    return int(np.maximum(value[place < market.seats[need]], 0).sum())


def figures(
    problem: Problem,
    plan: Plan,
    size_class: NDArray[np.integer[Any]],
    *,
    forbids: Sequence[Pair] = (),
    tick: Tick = untimed,
) -> dict[str, int | None]:
    """Compute what plans are compared by.

    filled: seats; half_days: over all months; mean_fit and value: in bp; worst_served: percent of the seats filled in
    the size class of towns that gets least (size_class (m,): 0 to 2); blocking: pairs that nobody has forbidden.
    """
    edges = problem.edges(plan.pairs)
    fits = problem.fit[edges]
    needs = plan.pairs[:, 0]
    return {
        "filled": len(fits),
        "half_days": int((problem.half_days[needs] * problem.months[needs].sum(axis=1)).sum()),
        "mean_fit": round(int(fits.sum()) / len(fits)) if len(fits) else None,
        "value": int(problem.value[edges].sum()),
        "worst_served": min(filled_share(problem, plan, size_class).values(), default=None),
        "blocking": len(blocking_pairs(problem, plan, forbids=forbids, tick=tick)),
    }


def blocking_pairs(
    problem: Problem, plan: Plan, *, forbids: Pairs = (), tick: Tick = untimed
) -> Ints:
    """Find the pairs who would both rather have each other than what the plan gives them.

    Parameters
    ----------
    problem : Problem
    plan : Plan
    forbids : sequence of (need, candidate) pairs, ids or row numbers, optional
        Forbidden pairs never block.
    tick : callable, optional
        Called now and then; may raise to stop.

    Returns
    -------
    (k,) int64
        Pair numbers, ascending.

    Examples
    --------
    >>> from talentpool import matching as m
    >>> from talentpool.matching.example import NEEDS, PEOPLE
    >>> problem = m.build(PEOPLE, NEEDS)
    >>> plan = m.solve(problem)
    >>> m.blocking_pairs(problem, plan)
    array([], dtype=int64)
    """
    check_plan(problem, plan)
    market = open_market(problem)
    fit = problem.fit[market.edge].astype(np.int64)
    placed = np.isin(market.edge, problem.edges(plan.pairs))
    taken = np.flatnonzero(placed)
    days, slots = market.takes(taken)
    room, free = market.room.astype(np.int64), market.slots.astype(np.int64)
    np.subtract.at(room, market.person[taken], days)
    np.subtract.at(free, market.person[taken], slots)
    open_pairs = np.flatnonzero(
        ~placed & (fit > _weakest(market.need, fit, taken, market.seats)[market.need])
    )
    days, slots = market.takes(open_pairs)
    who = market.person[open_pairs]
    wants = np.asarray(((days <= room[who]) & (slots <= free[who])).all(axis=1))
    # people may also give up one engagement for a better one: compare each with all open pairs of the person
    first, last = np.searchsorted(who, [market.person[taken], market.person[taken] + 1])
    for some in blocks(last - first, BLOCK):
        tick()
        counts = (last - first)[some]
        own, at = np.repeat(taken[some], counts), runs(first[some], counts)
        better = ~wants[at] & (fit[open_pairs[at]] > fit[own])
        own, at = own[better], at[better]
        gives, back = market.takes(own)
        fits = (days[at] <= room[who[at]] + gives) & (slots[at] <= free[who[at]] + back)
        wants[at[fits.all(axis=1)]] = True
    return np.setdiff1d(
        market.edge[open_pairs[wants]], problem.edges(pairs_of(problem, "forbids", forbids))
    )


def _weakest(need: Ints, fit: Ints, taken: Ints, seats: Ints) -> Ints:
    """Return (m,) the least fit in a full need, -1 for a need with an empty seat, so that anybody is better."""
    least = np.full(len(seats), np.iinfo(np.int64).max)
    np.minimum.at(least, need[taken], fit[taken])
    return np.where(np.bincount(need[taken], minlength=len(seats)) < seats, -1, least)
