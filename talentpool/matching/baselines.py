"""What other ways of deciding would give on the same problem: the plan is shown beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from .errors import MissingInput
from .plan import Plan
from .problem import Problem

# name → (Japanese, English)
BASELINES: Mapping[str, tuple[str, str]] = {
    "first_come": ("先着順", "First come, first served"),
    "greedy": ("適合度の高い順", "Greedy by fit"),
    "skill_count": ("技能の数の順", "Count of skills"),
}


def fill(
    problem: Problem,
    order: Iterable[int],
    seats: NDArray[np.int64],
    room: NDArray[np.int64],
    slots: NDArray[np.int64],
) -> list[int]:
    """Take pairs in the given order, each if seat, half-days and engagements are still free."""
    seats, room, slots = seats.copy(), room.copy(), slots.copy()
    taken = []
    for edge in order:
        j, i = int(problem.row[edge]), int(problem.candidate[edge])
        used = problem.months[j]
        if (
            seats[j] < 1
            or (room[i, used] < problem.half_days[j]).any()
            or (slots[i, used] < 1).any()
        ):
            continue
        seats[j] -= 1
        room[i, used] -= problem.half_days[j]
        slots[i, used] -= 1
        taken.append(int(edge))
    return taken


def baselines(problem: Problem) -> dict[str, Plan]:
    """Name → plan. Raises MissingInput without `posted` or `skill_count`."""
    if problem.posted is None:
        raise MissingInput("the first-come baseline needs `posted`")
    if problem.skill_count is None:
        raise MissingInput("the count baseline needs `skill_count`")
    numbers = np.arange(len(problem.candidate))
    fit = problem.fit.astype(np.int64)
    orders = {
        "first_come": np.lexsort((numbers, -fit, problem.row, problem.posted[problem.row])),
        "greedy": np.lexsort((numbers, -fit)),
        "skill_count": np.lexsort((numbers, -problem.skill_count.astype(np.int64))),
    }
    return {name: _as_plan(problem, order) for name, order in orders.items()}


def _as_plan(problem: Problem, order: NDArray[np.int64]) -> Plan:
    slots = problem.most_at_once.astype(np.int64)[:, None] - problem.standing
    room = problem.capacity.astype(np.int64)
    edges = sorted(fill(problem, order, problem.seats.astype(np.int64), room, slots))
    pairs = np.array([[problem.row[e], problem.candidate[e]] for e in edges], np.int64)
    value = int(problem.value[edges].sum())
    return Plan(
        pairs=pairs.reshape(-1, 2),
        value=value,
        bound=value,
        status="feasible",
        need_price=np.zeros(problem.m),
        candidate_price=np.zeros(problem.n),
    )


def figures(problem: Problem, plan: Plan) -> dict[str, int | None]:
    """filled seats, half_days over all months, mean_fit in bp, value in bp."""
    edges = [problem.edge(int(j), int(i)) for j, i in plan.pairs]
    fits = [int(problem.fit[e]) for e in edges if e is not None]
    days = sum(int(problem.half_days[j]) * int(problem.months[j].sum()) for j, _ in plan.pairs)
    return {
        "filled": len(fits),
        "half_days": days,
        "mean_fit": round(sum(fits) / len(fits)) if fits else None,
        "value": plan.value,
    }
