"""What one more person would be worth: the problem gets another row and is solved again.

The price of a person bounds the gain from a second one like them: with one more such row the prices still prove
UB + price, and the old plan was worth UB less what the proof left open.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InvalidProblem
from ..pairs import Pairs
from ..plan import Plan, Progress, check_plan
from ..problem import Problem
from ..solving.solve import solve


@dataclass(frozen=True, slots=True)
class Gain:
    """What the best plan gains.

    Attributes
    ----------
    bp : int
        Never below 0.
    is_exact : bool
        Whether both plans are proved; else it is the difference of the plans that were found.

    See Also
    --------
    gain : Computes it.
    """

    bp: int
    is_exact: bool


def gain(
    problem: Problem,
    plan: Plan,
    more: Problem,
    *,
    pins: Pairs = (),
    forbids: Pairs = (),
    time_limit: float | None = None,
    progress: Progress | None = None,
) -> Gain:
    """Compute what more people would add to the plan.

    Parameters
    ----------
    problem : Problem
    plan : Plan
    more : Problem
        The same needs with the people who would come, see `like`.
    pins, forbids : sequence of (need, candidate) pairs, ids or row numbers, optional
        Those the plan was made with.
    time_limit : float, optional
        Seconds.
    progress : callable, optional
        As in `solve`.

    Returns
    -------
    Gain

    Raises
    ------
    InvalidProblem
        If `more` has other needs or repeats a candidate id, or the plan is not one of this problem.

    Examples
    --------
    Another person like "chiba" would fill the empty seat:

    >>> from talentpool import matching as m
    >>> from talentpool.matching.example import NEEDS, PEOPLE
    >>> problem = m.build(PEOPLE, NEEDS)
    >>> plan = m.solve(problem)
    >>> m.gain(problem, plan, m.like(problem, "chiba", "another"))
    Gain(bp=26818, is_exact=True)
    """
    check_plan(problem, plan)
    better = solve(
        with_people(problem, more),
        pins=pins,
        forbids=forbids,
        time_limit=time_limit,
        progress=progress,
        start=plan,
        breaks_ties=False,
    )
    is_exact = plan.is_proved and better.is_proved
    return Gain(max(better.value - plan.value, 0), is_exact)


def like(problem: Problem, candidate: int | str, ident: str) -> Problem:
    """Copy a candidate under another id, to be added by `gain` or `with_people`.

    Parameters
    ----------
    problem : Problem
    candidate : int or str
        Row number or id.
    ident : str
        The other id.

    Returns
    -------
    Problem
        The same needs with this one person.

    Raises
    ------
    InvalidProblem
        If there is no such candidate.

    Examples
    --------
    >>> from talentpool import matching as m
    >>> from talentpool.matching.example import NEEDS, PEOPLE
    >>> problem = m.build(PEOPLE, NEEDS)
    >>> m.like(problem, "chiba", "another").candidate_ids
    ['another']
    """
    candidate = problem.candidate_row(candidate)
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
    """Join the people of two problems with the same needs.

    Parameters
    ----------
    problem : Problem
        Its people come first and keep their row numbers; its premiums stay.
    more : Problem

    Returns
    -------
    Problem

    Raises
    ------
    InvalidProblem
        If `more` has other needs or repeats a candidate id.

    Examples
    --------
    >>> from talentpool import matching as m
    >>> from talentpool.matching.example import NEEDS, PEOPLE
    >>> problem = m.build(PEOPLE, NEEDS)
    >>> m.with_people(problem, m.like(problem, "chiba", "another")).candidate_ids
    ['aoki', 'baba', 'chiba', 'doi', 'another']
    """
    if not isinstance(more, Problem):
        raise InvalidProblem("more", f"must be a Problem, not {type(more).__name__}")
    if list(problem.need_ids) != list(more.need_ids) or not np.array_equal(
        problem.months, more.months
    ):
        raise InvalidProblem("more", "must have the needs of the problem")
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
