"""Aims beyond the sum: strict stages (fill first, then fit) and a floor for the worst-served size class.

Both are reached with premiums, found by solving again, and both have a price that is shown.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .baselines import SIZE_CLASSES, filled_share
from .plan import Plan
from .policy import GREATEST
from .problem import DEFAULT_PREMIUM, Problem
from .solve import solve

STEP = 100  # bp: premiums of a floor are whole points


@dataclass(frozen=True)
class Aimed:
    """problem: with the premiums that were needed; plan: its best plan; is_reached: the aim is met.

    premium: bp added for one more seat (stages), or for each size class (floor). price: against the plan
    without the aim, seats filled and bp of fit; positive is a gain.
    """

    problem: Problem
    plan: Plan
    is_reached: bool
    premium: tuple[int, ...]
    price: tuple[int, int]


def solve_in_stages(problem: Problem, **options: Any) -> Aimed:
    """As many seats as can be filled at all, and of such plans the best. options: those of `solve`.

    If a plan x is best with some premium a seat and fills as many seats as any plan can, then every plan y that
    fills as many has the same sum of premiums, hence no better rest: x is the strict optimum. So premiums are
    doubled until the plan fills that many, and never one huge number hides the fit from the solver.
    """
    plain = solve(problem, **options)
    filled = solve(_counting(problem), **options)
    most = len(filled.pairs)
    added, raised, plan = 0, problem, plain
    while len(plan.pairs) < most and 2 * (added + DEFAULT_PREMIUM) <= GREATEST:
        added = 2 * added + DEFAULT_PREMIUM
        raised = _with_premium(problem, np.full(problem.m, added))
        plan = solve(raised, **{**options, "start": plan})
    is_reached = len(plan.pairs) == most and {plan.status, filled.status} <= {"optimal", "nothing"}
    return Aimed(raised, plan, is_reached, (added,), price(problem, plain, plan))


def solve_with_floor(
    problem: Problem, size_class: NDArray[np.integer[Any]], floor: int, **options: Any
) -> Aimed:
    """The best plan in which each size class has at least `floor` percent of its seats filled.

    size_class (m,): 0..2 of each need's town. The least premium for a class below the floor is found by
    bisection, class by class, the worst first; a floor that no premium reaches is said.
    """
    plain = plan = solve(problem, **options)
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
    return Aimed(raised, plan, reached, tuple(premium.tolist()), price(problem, plain, plan))


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
        raised = _with_premium(problem, more[size_class])
        answer = solve(raised, **{**options, "start": plan})
        tried[middle] = raised, answer
        if filled_share(problem, answer, size_class)[worst] >= floor:
            high = middle
        else:
            low = middle + 1
    if high not in tried:
        more = premium.copy()
        more[worst] = high * STEP
        raised = _with_premium(problem, more[size_class])
        tried[high] = raised, solve(raised, **{**options, "start": plan})
    return *tried[high], high * STEP


def price(problem: Problem, plain: Plan, plan: Plan) -> tuple[int, int]:
    """Seats filled and bp of fit that `plan` has more than `plain`."""
    fits = [int(problem.fit[problem.edges(p.pairs)].sum()) for p in (plan, plain)]
    return len(plan.pairs) - len(plain.pairs), fits[0] - fits[1]


def _with_premium(problem: Problem, added: NDArray[np.integer[Any]]) -> Problem:
    old = np.full(problem.m, DEFAULT_PREMIUM) if problem.premium is None else problem.premium
    return replace(problem, premium=(old + added).astype(np.int32))


def _counting(problem: Problem) -> Problem:
    """Every pair is worth one."""
    return replace(
        problem, premium=np.ones(problem.m, np.int32), bonus=None, parts=None, part_names=(),
        fit=np.zeros(len(problem.fit), np.int16),
    )  # fmt: skip
