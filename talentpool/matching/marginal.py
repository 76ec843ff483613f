"""What one more person would be worth: a row is added to the problem and the plan is solved again.

The price of a person bounds the gain from a second one like them: with one more such row the prices still prove
UB + price, and the old plan was worth UB less what the proof left open.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import InvalidProblem
from .market import Pair
from .plan import Plan
from .problem import Problem
from .solve import solve


@dataclass(frozen=True, slots=True)
class Gain:
    """bp the best plan gains, never less than nothing; exact where both plans are proved, else by the plans that
    were found."""

    bp: int
    is_exact: bool


def gain(
    problem: Problem,
    plan: Plan,
    more: Problem,
    *,
    pins: Sequence[Pair] = (),
    forbids: Sequence[Pair] = (),
    time_limit: float | None = None,
) -> Gain:
    """What the people of `more` add to the plan. pins, forbids: those the plan was made with.

    Raises InvalidProblem where `more` is of other needs or repeats a candidate id.
    """
    better = solve(
        with_people(problem, more),
        pins=pins,
        forbids=forbids,
        time_limit=time_limit,
        start=plan,
        breaks_ties=False,
    )
    is_exact = {plan.status, better.status} <= {"optimal", "nothing"}
    return Gain(max(better.value - plan.value, 0), is_exact)


def like(problem: Problem, candidate: int, ident: str) -> Problem:
    """One person with the pairs and the months of a candidate (row number), under another id."""
    mine = problem.candidate == candidate
    counts = np.bincount(problem.row[mine], minlength=problem.m)
    who = slice(candidate, candidate + 1)

    def own(array: NDArray[Any] | None, which: Any) -> NDArray[Any] | None:
        return None if array is None else array[which]

    return replace(
        problem,
        ptr=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        candidate=np.zeros(int(counts.sum()), np.int32),
        fit=problem.fit[mine],
        bonus=own(problem.bonus, mine),
        skill_count=own(problem.skill_count, mine),
        parts=own(problem.parts, mine),
        capacity=problem.capacity[who],
        most_at_once=problem.most_at_once[who],
        engagements=own(problem.engagements, who),
        candidate_ids=[ident],
    )


def with_people(problem: Problem, more: Problem) -> Problem:
    """The people of both, those of `more` after the others, so that row numbers stay; premiums of `problem`."""
    if list(problem.need_ids) != list(more.need_ids) or not np.array_equal(
        problem.months, more.months
    ):
        raise InvalidProblem("more", "is of other needs")
    order = np.argsort(np.concatenate([problem.row, more.row]), kind="stable")
    later = more.candidate.astype(np.int32) + np.int32(problem.n)

    def pairs(name: str) -> Any:
        both = getattr(problem, name), getattr(more, name)
        return None if both[0] is None or both[1] is None else np.concatenate(both)[order]

    def bonus(one: Problem) -> NDArray[np.int32]:
        return np.zeros(len(one.fit), np.int32) if one.bonus is None else one.bonus

    parts = pairs("parts") if problem.part_names == more.part_names else None
    return replace(
        problem,
        ptr=problem.ptr + more.ptr,
        candidate=np.concatenate([problem.candidate, later])[order],
        fit=pairs("fit"),
        bonus=np.concatenate([bonus(problem), bonus(more)])[order],
        skill_count=pairs("skill_count"),
        parts=parts,
        part_names=() if parts is None else problem.part_names,
        capacity=np.concatenate([problem.capacity, more.capacity]),
        most_at_once=np.concatenate([problem.most_at_once, more.most_at_once]),
        engagements=np.concatenate([problem.standing, more.standing]).astype(np.int8),
        candidate_ids=[*problem.candidate_ids, *more.candidate_ids],
    )
