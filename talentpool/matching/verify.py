"""An independent check of a plan: seats, months, pairs, value and bound, from the arrays alone."""

from __future__ import annotations

import numpy as np

from .errors import MatchingError
from .plan import Plan
from .problem import Problem


class BrokenPlan(MatchingError):
    """A plan that breaks a rule; the message names it."""


def verify(problem: Problem, plan: Plan) -> None:
    """Recompute everything a plan claims. Raises BrokenPlan."""
    pairs = [(int(j), int(i)) for j, i in plan.pairs]
    if pairs != sorted(set(pairs)):
        raise BrokenPlan("pairs: not sorted, or one twice")
    seats = np.zeros(problem.m, np.int64)
    used = np.zeros(problem.capacity.shape, np.int64)
    count = problem.standing.copy()
    value = 0
    for j, i in pairs:
        edge = problem.edge(j, i) if 0 <= j < problem.m else None
        if edge is None:
            raise BrokenPlan(f"pair ({j}, {i}) is not feasible")
        seats[j] += 1
        used[i, problem.months[j]] += problem.half_days[j]
        count[i, problem.months[j]] += 1
        value += int(problem.value[edge])
    if (seats > problem.seats).any():
        raise BrokenPlan(f"need {int((seats - problem.seats).argmax())}: more people than seats")
    if (used > problem.capacity).any():
        raise BrokenPlan("capacity: a month is over-filled")
    took = used > 0
    if (took & (count > problem.most_at_once[:, None])).any():
        raise BrokenPlan("most_at_once: too many engagements in a month")
    if value != plan.value:
        raise BrokenPlan(f"value: {plan.value} is claimed, {value} is true")
    if plan.bound < plan.value:
        raise BrokenPlan("bound: below the value")
    if plan.status == "optimal" and plan.proof == "none":
        raise BrokenPlan("status: optimal without a proof")
