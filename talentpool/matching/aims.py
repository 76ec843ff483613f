"""Aims beyond the sum: strict stages (fill first, then fit) and a floor for the worst-served size class.

Both are reached with premiums, found by solving again; what they cost shows beside the plan without them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .baselines import SIZE_CLASSES, filled_share
from .plan import Plan
from .policy import GREATEST, Policy
from .problem import DEFAULT_PREMIUM, Problem
from .solve import solve

STEP = 100  # bp: premiums of a floor are whole points


@dataclass(frozen=True)
class Aimed:
    """problem: with the premiums that were needed; plan: its best plan; plain: the best without the aims.

    is_reached: the aims are met. premium (m,): bp added for a seat of each need.
    """

    problem: Problem
    plan: Plan
    plain: Plan
    is_reached: bool
    premium: NDArray[np.int64]


def solve_for(
    policy: Policy, problem: Problem, size_class: NDArray[np.integer[Any]], **options: Any
) -> Aimed:
    """The plan that the policy aims at: its order first, then its floor. options: those of `solve`."""
    if policy.order == "stages":
        aimed = solve_in_stages(problem, **options)
    else:
        plan = solve(problem, **options)
        aimed = Aimed(problem, plan, plan, is_reached=True, premium=np.zeros(problem.m, np.int64))
    if not policy.fairness_floor:
        return aimed
    fair = solve_with_floor(aimed.problem, size_class, policy.fairness_floor, **options)
    return replace(
        fair,
        plain=aimed.plain,
        is_reached=fair.is_reached and aimed.is_reached,
        premium=fair.premium + aimed.premium,
    )


def solve_in_stages(problem: Problem, **options: Any) -> Aimed:
    """As many seats as can be filled at all, and of such plans the best. options: those of `solve`.

    If a plan x is best with some premium a seat and fills as many seats as any plan can, then every plan y that
    fills as many has the same sum of premiums, hence no better rest: x is the strict optimum. So premiums are
    doubled until the plan fills that many, and never one huge number hides the fit from the solver.
    """
    plan = plain = solve(problem, **options)
    filled = solve(_counting(problem), **options)
    most = len(filled.pairs)
    added, raised = 0, problem
    while len(plan.pairs) < most and 2 * (added + DEFAULT_PREMIUM) <= GREATEST:
        added = 2 * added + DEFAULT_PREMIUM
        raised = with_premium(problem, np.full(problem.m, added))
        plan = solve(raised, **{**options, "start": plan})
    is_reached = len(plan.pairs) == most and {plan.status, filled.status} <= {"optimal", "nothing"}
    return Aimed(raised, plan, plain, is_reached, np.full(problem.m, added))


def solve_with_floor(
    problem: Problem, size_class: NDArray[np.integer[Any]], floor: int, **options: Any
) -> Aimed:
    """The best plan in which each size class has at least `floor` percent of its seats filled.

    size_class (m,): 0..2 of each need's town. The least premium for a class below the floor is found by
    bisection, class by class, the worst first; a floor that no premium reaches is said.
    """
    plan = plain = solve(problem, **options)
    premium = np.zeros(SIZE_CLASSES, np.int64)
    raised = problem
    for _ in range(SIZE_CLASSES):
        shares = filled_share(problem, plan, size_class)
        worst = min(shares, key=lambda c: shares[c], default=0)
        if not shares or shares[worst] >= floor or premium[worst]:
            break
        raised, plan, premium[worst] = _lifted(
            problem, plan, size_class, floor, premium, worst, options
        )
    reached = all(s >= floor for s in filled_share(problem, plan, size_class).values())
    return Aimed(raised, plan, plain, reached, premium[size_class])


def _lifted(
    problem: Problem,
    plan: Plan,
    size_class: NDArray[np.integer[Any]],
    floor: int,
    premium: NDArray[np.int64],
    worst: int,
    options: dict[str, Any],
) -> tuple[Problem, Plan, int]:
    """The least premium, in steps, with which one class reaches the floor; the greatest where none does."""
    low, high = 0, GREATEST // STEP // 10
    tried: dict[int, tuple[Problem, Plan]] = {}
    while low < high:
        middle = (low + high) // 2
        more = premium.copy()
        more[worst] = middle * STEP
        raised = with_premium(problem, more[size_class])
        answer = solve(raised, **{**options, "start": plan})
        tried[middle] = raised, answer
        if filled_share(problem, answer, size_class)[worst] >= floor:
            high = middle
        else:
            low = middle + 1
    if high not in tried:
        more = premium.copy()
        more[worst] = high * STEP
        raised = with_premium(problem, more[size_class])
        tried[high] = raised, solve(raised, **{**options, "start": plan})
    return *tried[high], high * STEP


def with_premium(problem: Problem, added: NDArray[np.integer[Any]]) -> Problem:
    """The problem with `added` (m,) bp more for a seat of each need."""
    old = np.full(problem.m, DEFAULT_PREMIUM) if problem.premium is None else problem.premium
    return replace(problem, premium=(old + added).astype(np.int32))


def _counting(problem: Problem) -> Problem:
    """Every pair is worth one."""
    return replace(
        problem, premium=np.ones(problem.m, np.int32), bonus=None, parts=None, part_names=(),
        fit=np.zeros(len(problem.fit), np.int16),
    )  # fmt: skip
