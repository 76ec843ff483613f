"""Aims beyond the sum: strict stages (fill first, then fit) and a floor for the worst-served size class.

Both are reached with premiums, found by solving again; what they cost shows beside the plan without them.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .baselines import SIZE_CLASSES, filled_share
from .checks import check_size_class
from .limited import PROVED, Limited
from .plan import Plan
from .policy import GREATEST, Policy
from .problem import DEFAULT_PREMIUM, Problem
from .search import Stop

STEP = 100  # bp: premiums of a floor are whole points
MOST_STEPS = GREATEST // STEP // 10


@dataclass(frozen=True)
class Aimed:
    """problem: with the premiums that were needed; plan: its best plan; plain: the best without the aims.

    is_reached: the aims are met; is_out_of_reach: it is proved that no plan meets the floor; where it is neither, none
    was found. premium (m,): bp added for a seat of each need.
    """

    problem: Problem
    plan: Plan
    plain: Plan
    is_reached: bool
    premium: NDArray[np.int64]
    is_out_of_reach: bool = False


def solve_for(
    policy: Policy, problem: Problem, size_class: NDArray[np.integer[Any]], **options: Any
) -> Aimed:
    """The plan that the policy aims at: its order first, then its floor. options: those of `solve`.

    All solves together take the `time_limit`; whatever it cuts short, or `progress` cancels, is not proved.
    """
    limited = Limited(options)
    if policy.order == "stages":
        aimed = _in_stages(problem, limited)
    else:
        aimed = _without(problem, limited.first(problem))
    if policy.fairness_floor:
        fair = _with_floor(aimed.problem, aimed.plan, size_class, policy.fairness_floor, limited)
        aimed = replace(
            fair,
            plain=aimed.plain,
            is_reached=fair.is_reached and aimed.is_reached,
            premium=fair.premium + aimed.premium,
        )
    return replace(aimed, plan=limited.as_far(aimed.plan))


def solve_in_stages(problem: Problem, **options: Any) -> Aimed:
    """As many seats as can be filled at all, and of such plans the best. options: those of `solve`.

    If a plan x is best with some premium a seat and fills as many seats as any plan can, then every plan y that
    fills as many has the same sum of premiums, hence no better rest: x is the strict optimum. So premiums are
    doubled until the plan fills that many, and never one huge number hides the fit from the solver.
    """
    limited = Limited(options)
    aimed = _in_stages(problem, limited)
    return replace(aimed, plan=limited.as_far(aimed.plan))


def solve_with_floor(
    problem: Problem, size_class: NDArray[np.integer[Any]], floor: int, **options: Any
) -> Aimed:
    """The best plan in which each size class has at least `floor` percent of its seats filled.

    size_class (m,): 0..2 of each need's town. The least premium for a class below the floor is found by
    bisection, class by class, the worst first. A class that stays below whatever it is paid gets the least premium
    that fills most of it. Where the classes do not all get there, the plan is the one with the best of the worst.
    Raises InvalidProblem.
    """
    check_size_class(problem, size_class)
    limited = Limited(options)
    aimed = _with_floor(problem, limited.first(problem), size_class, floor, limited)
    return replace(aimed, plan=limited.as_far(aimed.plan))


def _without(problem: Problem, plan: Plan) -> Aimed:
    return Aimed(problem, plan, plan, is_reached=True, premium=np.zeros(problem.m, np.int64))


def _in_stages(problem: Problem, limited: Limited) -> Aimed:
    plan = plain = limited.first(problem)
    added, raised, is_reached = 0, problem, False
    try:
        filled = limited.again(_counting(problem))
        most = len(filled.pairs)
        while len(plan.pairs) < most and 2 * (added + DEFAULT_PREMIUM) <= GREATEST:
            more = 2 * added + DEFAULT_PREMIUM
            higher = with_premium(problem, np.full(problem.m, more))
            answer = limited.again(higher, plan)
            if limited.is_cut and len(answer.pairs) <= len(plan.pairs):
                break
            added, raised, plan = more, higher, answer
        is_reached = len(plan.pairs) == most and {plan.status, filled.status} <= PROVED
    except Stop:
        pass
    return Aimed(raised, plan, plain, is_reached, np.full(problem.m, added))


def _with_floor(
    problem: Problem,
    plain: Plan,
    size_class: NDArray[np.integer[Any]],
    floor: int,
    limited: Limited,
) -> Aimed:
    plan, raised = plain, problem
    premium = np.zeros(SIZE_CLASSES, np.int64)
    best = plan, raised, premium
    untried = set(range(SIZE_CLASSES))
    while below := untried & (shares := _below(problem, plan, size_class, floor)).keys():
        worst = min(sorted(below), key=lambda c: shares[c])
        untried.remove(worst)
        lift = _Lift(problem, size_class, premium, worst, limited, {0: (raised, plan)})
        steps = lift.to(floor)
        premium, (raised, plan) = lift.with_steps(steps), lift.known[steps]
        best = max(
            best, (plan, raised, premium), key=lambda s: _served(problem, s[0], size_class, floor)
        )
    plan, raised, premium = best
    missed = _below(problem, plan, size_class, floor).keys()
    return Aimed(
        raised, plan, plain, not missed, premium[size_class],
        is_out_of_reach=_is_too_much(problem, size_class, floor, missed, limited),
    )  # fmt: skip


def _served(
    problem: Problem, plan: Plan, size_class: NDArray[np.integer[Any]], floor: int
) -> list[int]:
    """The shares of the size classes up to the floor, the worst first: what is greater is fairer."""
    return sorted(min(s, floor) for s in filled_share(problem, plan, size_class).values())


def _below(
    problem: Problem, plan: Plan, size_class: NDArray[np.integer[Any]], floor: int
) -> dict[int, int]:
    """Size class → percent of its seats that are filled, where that is less than the floor."""
    shares = filled_share(problem, plan, size_class)
    return {c: share for c, share in shares.items() if share < floor}


def _is_too_much(
    problem: Problem,
    size_class: NDArray[np.integer[Any]],
    floor: int,
    missed: AbstractSet[int],
    limited: Limited,
) -> bool:
    """Whether some classes together have fewer seats that can be filled at all than the floor asks of them.

    Only where that is so is it proved that no plan meets the floor.
    """
    seats = np.bincount(size_class, problem.seats, minlength=SIZE_CLASSES).astype(np.int64)
    asked = -(-floor * seats // 100)
    some = [c for k in range(SIZE_CLASSES) for c in combinations(range(SIZE_CLASSES), k + 1)]
    try:
        return any(
            limited.again(_counting(problem, np.isin(size_class, classes))).bound
            < asked[list(classes)].sum()
            for classes in some
            if not missed.isdisjoint(classes)
        )
    except Stop:
        return False


@dataclass(frozen=True)
class _Lift:
    """A premium for one size class beside those (3,) of the others. known: steps of it → problem and plan."""

    problem: Problem
    size_class: NDArray[np.integer[Any]]
    premium: NDArray[np.int64]
    worst: int
    limited: Limited
    known: dict[int, tuple[Problem, Plan]]

    def to(self, floor: int) -> int:
        """The least premium, in steps, with which the class reaches the floor, or gets as near as it can.

        Where there was no time to the end, the best of what is known.
        """
        try:
            share = self.share(self._least(floor))
            if share < floor:
                self._least(share)
        except Stop:
            pass
        return min(self.known, key=lambda steps: (-min(self.share(steps), floor), steps))

    def with_steps(self, steps: int) -> NDArray[np.int64]:
        """(3,) bp"""
        premium = self.premium.copy()
        premium[self.worst] = steps * STEP
        return premium

    def share(self, steps: int) -> int:
        """Percent of the seats of the class that are filled. Raises Stop where that has to be solved and time is up."""
        if steps not in self.known:
            raised = with_premium(self.problem, self.with_steps(steps)[self.size_class])
            _problem, start = self.known[0]
            self.known[steps] = raised, self.limited.again(raised, start)
        _problem, plan = self.known[steps]
        return filled_share(self.problem, plan, self.size_class)[self.worst]

    def _least(self, share: int) -> int:
        low, high = 0, MOST_STEPS
        while low < high:
            middle = (low + high) // 2
            if self.share(middle) >= share:
                high = middle
            else:
                low = middle + 1
        return high


def with_premium(problem: Problem, added: NDArray[np.integer[Any]]) -> Problem:
    """The problem with `added` (m,) bp more for a seat of each need."""
    old = np.full(problem.m, DEFAULT_PREMIUM) if problem.premium is None else problem.premium
    return replace(problem, premium=(old + added).astype(np.int32))


def _counting(problem: Problem, counted: NDArray[np.bool_] | None = None) -> Problem:
    """Every pair is worth one; with `counted` (m,), those of these needs, and the others nothing."""
    premium = np.ones(problem.m, np.int32) if counted is None else counted.astype(np.int32)
    return replace(
        problem, premium=premium, bonus=None, parts=None, part_names=(),
        fit=np.zeros(len(problem.fit), np.int16),
    )  # fmt: skip
