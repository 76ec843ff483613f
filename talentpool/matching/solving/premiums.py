"""Premiums that make a plan reach its aims."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..plan import Plan
from ..problem import GREATEST_VALUE, Problem, check_integers


@dataclass(frozen=True)
class Aimed:
    """A plan that was made with aims.

    Attributes
    ----------
    problem : Problem
        With the premiums that were needed.
    plan : Plan
        The best plan of this problem.
    plain : Plan
        The best plan without the aims.
    is_reached : bool
        Whether the aims are met.
    premium : (m,) int64
        Bp added for a seat of each need.
    is_out_of_reach : bool
        Whether it is proved that no plan meets the floor. If neither this nor `is_reached` holds, no plan that does
        was found.

    See Also
    --------
    solve_for : Finds it for a policy.
    """

    problem: Problem
    plan: Plan
    plain: Plan
    is_reached: bool
    premium: NDArray[np.int64]
    is_out_of_reach: bool = False


def without_aims(problem: Problem, plan: Plan) -> Aimed:
    """Wrap a plan that needed no premiums."""
    return Aimed(problem, plan, plan, is_reached=True, premium=np.zeros(problem.m, np.int64))


def with_premium(problem: Problem, added: NDArray[np.integer[Any]]) -> Problem:
    """Raise the premiums of a problem.

    Parameters
    ----------
    problem : Problem
    added : (m,) integers
        Bp more for a seat of each need.

    Returns
    -------
    Problem

    Raises
    ------
    InvalidProblem
        If `added` cannot be right, or a pair or all seats together are then worth too much.

    Examples
    --------
    >>> import numpy as np
    >>> from talentpool import matching as m
    >>> from talentpool.matching.example import NEEDS, PEOPLE
    >>> problem = m.build(PEOPLE, NEEDS)
    >>> m.with_premium(problem, np.array([500, 0])).premium
    array([20500, 20000], dtype=int32)
    """
    check_integers("added", added, (problem.m,), -GREATEST_VALUE, GREATEST_VALUE)
    premium = problem.premiums + added.astype(np.int64)
    check_integers("premium", premium, (problem.m,), -GREATEST_VALUE, GREATEST_VALUE)
    return replace(problem, premium=premium.astype(np.int32))


def counting(problem: Problem, counted: NDArray[np.bool_] | None = None) -> Problem:
    """Make every pair worth 1, or with `counted` (m,) only the pairs of these needs, and all others 0."""
    premium = np.ones(problem.m, np.int32) if counted is None else counted.astype(np.int32)
    return replace(
        problem, premium=premium, bonus=None, parts=None, part_names=(),
        fit=np.zeros(len(problem.fit), np.int16),
    )  # fmt: skip
