"""From records to a problem: rules, fit and policy turned into numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from .checks import sorted_records
from .encode import Columns, columns_of, encode
from .errors import InvalidProblem
from .policy import PARTS, Policy
from .problem import GREATEST_VALUE, Problem, by_id
from .records import Candidate, Need
from .score import CHUNK, Scored, score
from .sets import named_of


def build(
    candidates: Sequence[Candidate],
    needs: Sequence[Need],
    policy: Policy | None = None,
    *,
    has_parts: bool = True,
) -> Problem:
    """Rows are sorted by id. Without parts a pair takes 20 bytes instead of 38. Raises InvalidProblem."""
    policy = policy or Policy()
    people, wanted = sorted_records(candidates, needs)
    columns = columns_of(wanted)
    arrays = encode(people, columns)
    named = named_of(people)
    barred = [named.get(need.id, ()) for need in wanted]
    scored = score(arrays, wanted, columns, policy, barred=barred, has_parts=has_parts)
    capacity = arrays.half_days.T.astype(np.int16, order="C")
    most_at_once = arrays.most_at_once.astype(np.int8)
    engagements = arrays.engagements.T.astype(np.int8, order="C")
    del arrays  # a nation's people and pairs need not be in memory together
    return Problem(
        ptr=scored.ptr,
        candidate=scored.candidate,
        fit=scored.fit,
        seats=np.array([need.seats for need in wanted], np.int16),
        half_days=np.array([need.half_days for need in wanted], np.int16),
        months=_month_table(wanted, columns),
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
    """The same people and needs by a policy that weighs their fit alike and differs in what it adds to it."""
    people, wanted = by_id(candidates), by_id(needs)
    return replace(
        problem,
        premium=np.array([_premium(need, policy) for need in wanted], np.int32),
        bonus=bonuses(people, wanted, problem, policy),
    )


def _month_table(needs: Sequence[Need], columns: Columns) -> NDArray[np.bool_]:
    table = np.zeros((len(needs), len(columns.months)), bool)
    for j, need in enumerate(needs):
        table[j, [columns.months[month] for month in need.months]] = True
    return table


def _premium(need: Need, policy: Policy) -> int:
    return (
        policy.fill_premium
        + policy.priority_bonus * need.priority
        + policy.size_class_premium[need.size_class]
        + policy.carry_over.get(need.municipality, 0)
    )


def load_costs(people: Sequence[Candidate], policy: Policy) -> NDArray[np.int32]:
    """(n,) bp off each pair of a person, for what they served last year."""
    costs = [policy.load_penalty * min(person.load, policy.load_cap) for person in people]
    greatest = max(costs, default=0)
    if greatest > GREATEST_VALUE:
        index = people[costs.index(greatest)].id
        raise InvalidProblem("load", f"costs more than {GREATEST_VALUE}", index)
    return np.array(costs, np.int32)


def bonuses(
    people: Sequence[Candidate], needs: Sequence[Need], scored: Scored | Problem, policy: Policy
) -> NDArray[np.int32]:
    """(E,) bp: pairs in force gain, people who served much last year cost a little."""
    cost, bonus = load_costs(people, policy), np.empty(len(scored.candidate), np.int32)
    for first in range(0, len(bonus), CHUNK):  # an index of all at once would take 8 bytes a pair
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
