"""What each pin and each forbidden pair changed: the plan by the same policy without that one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..pairs import Pair, Pairs, pairs_of
from ..plan import Plan, Progress, check_plan
from ..policy import Policy
from ..problem import Problem, check_size_class
from ..solving.aims import solve_for
from ..solving.clock import Clock
from .moves import Move, difference


@dataclass(frozen=True)
class Release:
    """What a pin or a forbidden pair changed.

    Attributes
    ----------
    pair : (need, candidate)
        Row numbers.
    plan : Plan
        The best plan without it, with as few changes from the plan as possible.
    seats : mapping of int to int
        Row number of a need → seats that the plan fills more than the one without; negative where it fills less.
    moves : tuple of Move
        From the plan without it to the plan.

    See Also
    --------
    released : Finds it.
    """

    pair: Pair
    plan: Plan
    seats: Mapping[int, int]
    moves: tuple[Move, ...]


def released(
    policy: Policy,
    problem: Problem,
    plan: Plan,
    size_class: NDArray[np.integer[Any]],
    *,
    pins: Pairs = (),
    forbids: Pairs = (),
    time_limit: float | None = None,
    progress: Progress | None = None,
) -> tuple[list[Release], list[Release]]:
    """Solve again without each pin and without each forbidden pair, to show what that one did.

    Parameters
    ----------
    policy : Policy
    problem : Problem
        As `build` made it with this policy.
    plan : Plan
        Nothing is solved unless it is proved.
    size_class : (m,) integers
        0, 1 or 2 for the town of each need.
    pins, forbids : sequence of (need, candidate) pairs, ids or row numbers, optional
        Those the plan was made with.
    time_limit : float, optional
        Seconds for all of them together.
    progress : callable, optional
        As in `solve`.

    Returns
    -------
    list of Release, list of Release
        Of the pins and of the forbidden pairs. Those for which no proved plan was found in time are absent.

    Examples
    --------
    >>> import numpy as np
    >>> from talentpool import matching as m
    >>> from talentpool.matching.example import NEEDS, PEOPLE
    >>> problem, pins = m.build(PEOPLE, NEEDS), [("tender", "baba")]
    >>> plan = m.solve(problem, pins=pins)
    >>> pinned, _ = m.released(m.Policy(), problem, plan, np.array([0, 1]), pins=pins)
    >>> [(move.candidate, move.leaves, move.enters) for move in pinned[0].moves]
    [(0, (1,), ()), (1, (), (1,))]
    """
    check_plan(problem, plan)
    check_size_class(problem, size_class)
    kept = {
        "pins": pairs_of(problem, "pins", pins),
        "forbids": pairs_of(problem, "forbids", forbids),
    }
    if not plan.is_proved:
        return [], []
    clock = Clock(time_limit, progress)

    def is_over(_told: Mapping[str, Any] | None = None) -> bool:
        """Report the plan itself, which stays as it is, instead of these further solves."""
        return clock.report({"stage": "released", "value": plan.value, "bound": plan.bound})

    def without(name: str) -> list[Release]:
        found = []
        for pair in kept[name]:
            if is_over():
                break
            fewer = [other for other in kept[name] if other != pair]
            options: dict[str, Any] = {**kept, name: fewer}
            other = solve_for(
                policy, problem, size_class, previous=plan.pairs.tolist(),
                time_limit=clock.limit, progress=is_over, **options,
            ).plan  # fmt: skip
            if other.is_proved and other.is_decided:
                found.append(_release(problem, pair, other, plan))
        return found

    return without("pins"), without("forbids")


def _release(problem: Problem, pair: Pair, other: Plan, plan: Plan) -> Release:
    filled = np.bincount(plan.pairs[:, 0], minlength=problem.m)
    more = filled - np.bincount(other.pairs[:, 0], minlength=problem.m)
    chains = difference(problem, other, plan)
    return Release(
        pair=pair,
        plan=other,
        seats={int(j): int(more[j]) for j in np.flatnonzero(more)},
        moves=tuple(move for chain in chains for move in chain.moves),
    )
