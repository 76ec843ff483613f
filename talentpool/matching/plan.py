"""A plan: who does what, what it is worth, and how that is proved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import InvalidProblem
from .problem import Problem, check_size_class

SIZE_CLASSES = 3  # of towns: small, middle, large
SCALE = 1024  # prices are whole numbers of 1/1024 bp

Progress = Callable[[dict[str, Any]], bool]  # gets stage, value and bound; a true answer cancels


class PlanStatus(StrEnum):
    """How far a plan was brought."""

    OPTIMAL = "optimal"  # no better plan exists
    FEASIBLE = "feasible"  # stopped early: a better plan may exist, by at most gap_bp
    NOTHING = "nothing"  # no pair is feasible
    CANCELLED = "cancelled"  # stopped by the caller


class Road(StrEnum):
    """How a plan was found."""

    ONE_TO_ONE = "one to one"  # nobody can take two needs: bids, then shortest paths
    PATTERNS = "patterns"  # prices at which nobody has a better set of needs
    PLAIN = "plain"  # one variable a pair: patterns are too many, or needs are alike


PROVED = frozenset({PlanStatus.OPTIMAL, PlanStatus.NOTHING})


@dataclass(frozen=True)
class Plan:
    """Who does what.

    Attributes
    ----------
    pairs : (K, 2) int64
        Row numbers of need and candidate, sorted.
    value : int
        What the pairs are worth together, in bp.
    bound : int
        What no plan exceeds, in bp.
    status : PlanStatus
        "optimal", "feasible", "nothing" or "cancelled".
    need_price, candidate_price : (m,) and (n,) float64
        What one more seat or one more such person would be worth at the margin, in bp.
    proof : str
        "bound": the bound is less than 1 bp above the value. "enumeration": every pattern that could be part of a
        better plan was tried. "trivial": nothing is feasible. "none": no proof.
    is_decided : bool
        Whether the tie rule chose among the plans of equal value. Where time was too short for it, another run may
        give another of them.
    seconds : float
        Wall time. Two plans that differ in it only are equal.
    road : str
        "one to one", "patterns" or "plain": how the plan was found. Empty if it comes from a document; equal plans may
        differ in it.
    gap_bp : int
        bound - value.
    is_proved : bool
        Whether no plan is worth more.

    Examples
    --------
    >>> from talentpool import matching as m
    >>> from talentpool.matching.example import NEEDS, PEOPLE
    >>> plan = m.solve(m.build(PEOPLE, NEEDS))
    >>> plan.value, plan.bound, plan.is_proved
    (55024, 55024, True)
    """

    pairs: NDArray[np.int64]
    value: int
    bound: int
    status: PlanStatus
    need_price: NDArray[np.float64]
    candidate_price: NDArray[np.float64]
    proof: str = "none"
    is_decided: bool = True
    seconds: float = field(default=0.0, compare=False)
    road: str = field(default="", compare=False)

    @property
    def gap_bp(self) -> int:
        return self.bound - self.value

    @property
    def is_proved(self) -> bool:
        """Whether no plan is worth more."""
        return self.status in PROVED


def check_plan(problem: Problem, plan: Any, field: str = "plan") -> None:
    """Refuse what cannot be a plan of the problem. Raises InvalidProblem."""
    if not isinstance(plan, Plan):
        raise InvalidProblem(field, f"must be a Plan, not {type(plan).__name__}")
    pairs = plan.pairs
    if not isinstance(pairs, np.ndarray) or pairs.dtype.kind not in "iu" or pairs.shape[1:] != (2,):
        raise InvalidProblem(field, "pairs must be a (K, 2) array of integers")
    for name, price in (("need_price", plan.need_price), ("candidate_price", plan.candidate_price)):
        if not isinstance(price, np.ndarray) or price.dtype.kind not in "iuf":
            raise InvalidProblem(field, f"{name} must be an array of numbers")
    shapes = plan.need_price.shape, plan.candidate_price.shape
    sizes = problem.m, problem.n
    if shapes != ((problem.m,), (problem.n,)) or ((pairs < 0) | (pairs >= sizes)).any():
        raise InvalidProblem(field, "must be a plan of this problem")


def filled_share(
    problem: Problem, plan: Plan, size_class: NDArray[np.integer[Any]]
) -> dict[int, int]:
    """Compute how many of the seats of small, middle and large towns a plan fills.

    Parameters
    ----------
    problem : Problem
    plan : Plan
    size_class : (m,) integers
        0, 1 or 2 for the town of each need.

    Returns
    -------
    dict of int to int
        Size class → percent of its seats that are filled, rounded down. Classes without a seat are absent.

    Raises
    ------
    InvalidProblem
        If the plan is not one of this problem, or the size classes cannot be right.

    Examples
    --------
    >>> import numpy as np
    >>> from talentpool import matching as m
    >>> from talentpool.matching.example import NEEDS, PEOPLE
    >>> problem = m.build(PEOPLE, NEEDS)
    >>> m.filled_share(problem, m.solve(problem), np.array([0, 1]))
    {0: 50, 1: 100}
    """
    check_plan(problem, plan)
    check_size_class(problem, size_class)
    seats = np.bincount(size_class, problem.seats, minlength=SIZE_CLASSES)
    filled = np.bincount(size_class[plan.pairs[:, 0]], minlength=SIZE_CLASSES)
    return {c: int(100 * filled[c] // seats[c]) for c in range(SIZE_CLASSES) if seats[c]}
