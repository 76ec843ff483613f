"""Whether a change of one person or need really fills a seat: where it is not plain, the problem is solved again.

A change of the need alone, with one seat, always does: the plan with the new pair is worth more than the best plan
before, and only pairs of this need are new. What a person gives up may be used elsewhere, for more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .building import build
from .changes import Change, apply_change
from .market import Pair
from .plan import Plan
from .policy import Policy
from .problem import Problem
from .records import Candidate, Need
from .solve import solve

MOST_PAIRS = 3_000  # of a problem that is solved again for its empty seats


@dataclass(frozen=True, slots=True)
class Trial:
    """The plan and what it was made from. people, needs: records by id, with forbids among what is forbidden."""

    problem: Problem
    plan: Plan
    people: Sequence[Candidate]
    needs: Sequence[Need]
    policy: Policy
    pins: Sequence[Pair]
    forbids: Sequence[Pair]

    def fills(self, change: Change, answer: dict[str, Any]) -> bool:
        """Whether the best plan after the change gives its need a seat more.

        answer: the change as `apply_change` takes it. Taken for granted of a plan that is not proved, of stages and
        of a large problem.
        """
        row = self.problem.need_ids.index(change.need.id)
        is_plain = not change.of_person and self.problem.seats[row] == 1
        is_large = len(self.problem.candidate) > MOST_PAIRS
        if is_plain or is_large or self.plan.status != "optimal" or self.policy.order != "premium":
            return True
        again = solve(
            self.changed(change, answer), pins=self.pins, forbids=self.forbids, start=self.plan
        )
        filled = int((again.pairs[:, 0] == row).sum())
        return filled > int((self.plan.pairs[:, 0] == row).sum())

    def changed(self, change: Change, answer: dict[str, Any]) -> Problem:
        """The problem after the change; without parts."""
        row = self.problem.need_ids.index(change.need.id)
        people, need = apply_change(answer, self.people, self.needs[row])
        if not change.of_person and need.months == self.needs[row].months:
            return _with_row(self.problem, row, build(people, [need], self.policy, has_parts=False))
        needs = [need if other.id == need.id else other for other in self.needs]
        built = build(people, needs, self.policy, has_parts=False)
        return replace(built, premium=self.problem.premium)


def _with_row(problem: Problem, row: int, alone: Problem) -> Problem:
    """The problem with the pairs and half-days of the one need of `alone`, of the same people, in this row."""
    start, end = problem.ptr[row : row + 2]

    def pairs(name: str) -> Any:
        mine, other = getattr(problem, name), getattr(alone, name)
        return None if mine is None else np.concatenate([mine[:start], other, mine[end:]])

    ptr, half_days = problem.ptr.copy(), problem.half_days.copy()
    ptr[row + 1 :] += len(alone.candidate) - (end - start)
    half_days[row] = alone.half_days[0]
    return replace(
        problem,
        ptr=ptr,
        candidate=pairs("candidate"),
        fit=pairs("fit"),
        half_days=half_days,
        bonus=pairs("bonus"),
        skill_count=pairs("skill_count"),
        parts=None,
        part_names=(),
    )
