"""What other ways of deciding would give on the same problem: the plan is shown beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .blocking import blocking_pairs
from .errors import MissingInput
from .market import Ints, Market, Pair, open_market, pinned_edges
from .plan import Plan
from .problem import Problem

SIZE_CLASSES = 3  # of towns: small, middle, large

# name → (Japanese, English)
BASELINES: Mapping[str, tuple[str, str]] = {
    "first_come": ("先着順", "First come, first served"),
    "greedy": ("適合度の高い順", "Greedy by fit"),
    "skill_count": ("技能の数の順", "Count of skills"),
}
# What is compared, in the order in which it is shown.
COMPARED: Mapping[str, tuple[str, str]] = {
    "plan": ("この割当案", "This plan"),
    "unaimed": ("段階・下限を付けない案", "Without stages and floors"),
    **BASELINES,
}


def fill(market: Market, order: Ints) -> Ints:
    """Take pairs (positions in the market) in the given order, each if seat, half-days and engagements are free."""
    seats, room, slots = market.seats.tolist(), market.room.copy(), market.slots.copy()
    needs, people = market.need.tolist(), market.person.tolist()
    taken = []
    for pair in order.tolist():
        if seats[needs[pair]] < 1:
            continue
        j, i = needs[pair], people[pair]
        used = market.months[j]
        if (used & ((room[i] < market.half_days[j]) | (slots[i] < 1))).any():
            continue
        seats[j] -= 1
        room[i] -= used * market.half_days[j]
        slots[i] -= used
        taken.append(pair)
    return np.array(taken, np.int64)


def baselines(
    problem: Problem, *, pins: Sequence[Pair] = (), forbids: Sequence[Pair] = ()
) -> dict[str, Plan]:
    """Name → plan; every one has the pins and none of the forbids.

    Raises MissingInput without `posted` or `skill_count`, and InfeasiblePins.
    """
    if problem.posted is None:
        raise MissingInput("the first-come baseline needs `posted`")
    if problem.skill_count is None:
        raise MissingInput("the count baseline needs `skill_count`")
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
    taken = {name: market.edge[fill(market, order)] for name, order in orders.items()}
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
        status="feasible",
        need_price=np.zeros(problem.m),
        candidate_price=np.zeros(problem.n),
    )


def _most(market: Market) -> int:
    """bp that no plan exceeds: every need takes its best pairs, whoever else wants the same people."""
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
) -> dict[str, int | None]:
    """What plans are compared by.

    filled seats, half_days over all months, mean_fit in bp, value in bp to the problem, worst_served: percent of the seats
    filled in the size class of towns that gets least (size_class (m,): 0..2), blocking pairs that nobody forbids.
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
        "blocking": len(blocking_pairs(problem, plan, forbids=forbids)),
    }


def filled_share(
    problem: Problem, plan: Plan, size_class: NDArray[np.integer[Any]]
) -> dict[int, int]:
    """Size class → percent of its seats that are filled, rounded down; classes without a seat are absent."""
    seats = np.bincount(size_class, problem.seats, minlength=SIZE_CLASSES)
    filled = np.bincount(size_class[plan.pairs[:, 0]], minlength=SIZE_CLASSES)
    return {c: int(100 * filled[c] // seats[c]) for c in range(SIZE_CLASSES) if seats[c]}
