"""A floor for every size class of towns, reached by a premium for the seats of those below it."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InvalidProblem
from ..plan import SIZE_CLASSES, Plan, filled_share
from ..policy import GREATEST
from ..problem import Problem, check_size_class
from .clock import Stop
from .limited import Limited
from .premiums import Aimed, counting, with_premium

STEP = 100  # bp: the premiums of a floor are whole points
MOST_STEPS = GREATEST // STEP // 10  # a floor adds a tenth of the greatest premium at most


def solve_with_floor(
    problem: Problem, size_class: NDArray[np.integer[Any]], floor: int, **options: Any
) -> Aimed:
    """Find the best plan in which every size class of towns has at least `floor` percent of its seats filled.

    The least premium for a class below the floor is found by bisection, class by class, the worst first. A class that
    stays below the floor at any premium gets the least premium that fills most of it. If not all classes get there,
    the plan is the one whose worst class is served best.

    Parameters
    ----------
    problem : Problem
    size_class : (m,) integers
        0, 1 or 2 for the town of each need.
    floor : int
        Percent.
    **options
        Those of `solve`. All solves together share `time_limit`.

    Returns
    -------
    Aimed

    Raises
    ------
    InvalidProblem, InfeasiblePins

    Examples
    --------
    Only one of the two seats in the small town can be filled.

    >>> import numpy as np
    >>> from talentpool import matching as m
    >>> from talentpool.matching.example import NEEDS, PEOPLE
    >>> aimed = m.solve_with_floor(m.build(PEOPLE, NEEDS), np.array([0, 1]), 80)
    >>> aimed.is_reached, aimed.is_out_of_reach
    (False, True)
    """
    check_size_class(problem, size_class)
    if not isinstance(floor, int | np.integer) or isinstance(floor, bool) or not 0 <= floor <= 100:
        raise InvalidProblem("floor", "must be an integer from 0 to 100")
    limited = Limited(options)
    aimed = with_floor(problem, limited.first(problem), size_class, floor, limited)
    return replace(aimed, plan=limited.as_far(aimed.plan))


def with_floor(
    problem: Problem,
    plain: Plan,
    size_class: NDArray[np.integer[Any]],
    floor: int,
    limited: Limited,
) -> Aimed:
    """Raise the premium of one size class after the other, beginning with the worst-served."""
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
    """Sort the shares of the size classes, each up to the floor, the worst first: the greater, the fairer."""
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
    """Tell whether some classes together have fewer seats that can be filled at all than the floor asks for.

    Only this proves that no plan meets the floor.
    """
    seats = np.bincount(size_class, problem.seats, minlength=SIZE_CLASSES).astype(np.int64)
    asked = -(-floor * seats // 100)
    some = [c for k in range(SIZE_CLASSES) for c in combinations(range(SIZE_CLASSES), k + 1)]
    try:
        return any(
            limited.again(counting(problem, np.isin(size_class, classes))).bound
            < asked[list(classes)].sum()
            for classes in some
            if not missed.isdisjoint(classes)
        )
    except Stop:
        return False


@dataclass(frozen=True)
class _Lift:
    """The search for the premium of the `worst` size class beside those (3,) of the others.

    known: premium in steps → problem and plan.
    """

    problem: Problem
    size_class: NDArray[np.integer[Any]]
    premium: NDArray[np.int64]
    worst: int
    limited: Limited
    known: dict[int, tuple[Problem, Plan]]

    def to(self, floor: int) -> int:
        """Find the least premium, in steps, at which the class reaches the floor or gets as near as it can.

        If time is up, return the best of what is known.
        """
        try:
            share = self.share(self._least(floor))
            if share < floor:
                self._least(share)
        except Stop:
            pass
        return min(self.known, key=lambda steps: (-min(self.share(steps), floor), steps))

    def with_steps(self, steps: int) -> NDArray[np.int64]:
        """Return the premiums (3,) in bp."""
        premium = self.premium.copy()
        premium[self.worst] = steps * STEP
        return premium

    def share(self, steps: int) -> int:
        """Return the percent of the class's seats that are filled. Raises Stop if this must be solved and time is up."""
        if steps not in self.known:
            raised = with_premium(self.problem, self.with_steps(steps)[self.size_class])
            _problem, start = self.known[0]
            self.known[steps] = raised, self.limited.again(raised, start)
        _problem, plan = self.known[steps]
        return filled_share(self.problem, plan, self.size_class)[self.worst]

    def _least(self, share: int) -> int:
        """Find the least steps at which the class has this share, by bisection."""
        low, high = 0, MOST_STEPS
        while low < high:
            middle = (low + high) // 2
            if self.share(middle) >= share:
                high = middle
            else:
                low = middle + 1
        return high
