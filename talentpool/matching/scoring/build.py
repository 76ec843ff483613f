"""From records to a problem: rules, fit and policy become numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..errors import InvalidPolicy, InvalidProblem
from ..names import by_id
from ..policy import PARTS, Policy
from ..problem import GREATEST_VALUE, Problem
from ..record_checks import check_named, sorted_records
from ..records import Candidate, Need
from .encode import Numbering, encode, numbering_of
from .score import CHUNK, Scored, score
from .sets import named_of


def build(
    candidates: Sequence[Candidate],
    needs: Sequence[Need],
    policy: Policy | None = None,
    *,
    has_parts: bool = True,
    has_others: bool = False,
) -> Problem:
    """Build a problem from records: rules tell which pairs are feasible, fit and policy what they are worth.

    Parameters
    ----------
    candidates : sequence of Candidate
    needs : sequence of Need
    policy : Policy, optional
    has_parts : bool, optional
        Keep the parts of each fit. Without them a pair takes 20 bytes instead of 38.
    has_others : bool, optional
        There are other needs than these, which people may name in `conflicts`, `forbidden`, `in_force`,
        `wishes` and `preferred`. Otherwise whoever names one is refused.

    Returns
    -------
    Problem
        With rows sorted by id.

    Raises
    ------
    InvalidProblem
        If a record cannot be right.
    InvalidPolicy
        If the policy is of another type.

    Examples
    --------
    >>> from talentpool import matching as m
    >>> from talentpool.matching.example import NEEDS, PEOPLE
    >>> problem = m.build(PEOPLE, NEEDS)
    >>> problem.candidate_ids
    ['aoki', 'baba', 'chiba', 'doi']
    >>> problem.fit
    array([6818, 8206, 7434], dtype=int16)
    """
    policy = Policy() if policy is None else policy
    if not isinstance(policy, Policy):
        raise InvalidPolicy(f"must be a Policy, not {type(policy).__name__}")
    people, wanted = sorted_records(candidates, needs)
    if not has_others:
        check_named(people, wanted)
    numbering = numbering_of(wanted)
    arrays = encode(people, numbering)
    named = named_of(people)
    barred = [named.get(need.id, ()) for need in wanted]
    scored = score(arrays, wanted, numbering, policy, barred=barred, has_parts=has_parts)
    capacity = arrays.half_days.T.astype(np.int16, order="C")
    most_at_once = arrays.most_at_once.astype(np.int8)
    engagements = arrays.engagements.T.astype(np.int8, order="C")
    del arrays  # so that a nation's people and pairs are not in memory together
    return Problem(
        ptr=scored.ptr,
        candidate=scored.candidate,
        fit=scored.fit,
        seats=np.array([need.seats for need in wanted], np.int16),
        half_days=np.array([need.half_days for need in wanted], np.int16),
        months=_month_table(wanted, numbering),
        capacity=capacity,
        most_at_once=most_at_once,
        candidate_ids=[c.id for c in people],
        need_ids=[need.id for need in wanted],
        premium=np.array([_premium(need, policy) for need in wanted], np.int32),
        bonus=bonuses(people, wanted, scored, policy),
        engagements=engagements,
        posted=np.array([need.posted for need in wanted], np.int64),
        skill_count=scored.skill_count,
        parts=None if scored.parts is None else scored.parts.T,
        part_names=tuple(PARTS) if has_parts else (),
        lottery_seed=policy.lottery_seed,
    )


def repriced(
    problem: Problem, candidates: Sequence[Candidate], needs: Sequence[Need], policy: Policy
) -> Problem:
    """Rebuild the problem for a policy with the same weights but other premiums and bonuses."""
    people, wanted = by_id(candidates), by_id(needs)
    return replace(
        problem,
        premium=np.array([_premium(need, policy) for need in wanted], np.int32),
        bonus=bonuses(people, wanted, problem, policy),
    )


def _month_table(needs: Sequence[Need], numbering: Numbering) -> NDArray[np.bool_]:
    table = np.zeros((len(needs), len(numbering.months)), bool)
    for j, need in enumerate(needs):
        table[j, [numbering.months[month] for month in need.months]] = True
    return table


def _premium(need: Need, policy: Policy) -> int:
    return (
        policy.fill_premium
        + policy.priority_bonus * need.priority
        + policy.size_class_premium[need.size_class]
        + policy.carry_over.get(need.municipality, 0)
    )


def load_costs(people: Sequence[Candidate], policy: Policy) -> NDArray[np.int32]:
    """Return (n,) bp to subtract from every pair of a person, for the half-days they served last year."""
    costs = [policy.load_penalty * min(person.load, policy.load_cap) for person in people]
    greatest = max(costs, default=0)
    if greatest > GREATEST_VALUE:
        index = people[costs.index(greatest)].id
        raise InvalidProblem("load", f"costs more than {GREATEST_VALUE}", index)
    return np.array(costs, np.int32)


def bonuses(
    people: Sequence[Candidate], needs: Sequence[Need], scored: Scored | Problem, policy: Policy
) -> NDArray[np.int32]:
    """Return (E,) bp: a bonus for pairs in force, less a little for people who served much last year."""
    cost, bonus = load_costs(people, policy), np.empty(len(scored.candidate), np.int32)
    for first in range(0, len(bonus), CHUNK):  # indexing all at once would take 8 bytes a pair
        some = slice(first, first + CHUNK)
        bonus[some] = -cost.take(scored.candidate[some])
    rows = {need.id: j for j, need in enumerate(needs)}
    for i, person in enumerate(people):
        for j in (rows[name] for name in person.in_force if name in rows):
            start, end = scored.ptr[j : j + 2]
            edge = start + np.searchsorted(scored.candidate[start:end], i)
            if edge < end and scored.candidate[edge] == i:
                bonus[edge] += policy.in_force_bonus
    return bonus
