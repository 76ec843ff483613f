"""Other ways of deciding are what a plain loop gives, and what they are compared by is what one would count."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from talentpool import matching as m
from talentpool.matching.explaining.baselines import figures

from ..instances import random_problem
from ..test_refusals import _arrays


def _in_turn(problem: m.Problem, key: Callable[[int], tuple[int, ...]]) -> list[list[int]]:
    """Pair after pair, each taken if seat, half-days and engagements are free."""
    seats = problem.seats.tolist()
    room = problem.capacity.astype(int)
    slots = problem.most_at_once[:, None].astype(int) - problem.standing
    taken = []
    for edge in sorted(range(len(problem.fit)), key=key):
        j, i = int(problem.row[edge]), int(problem.candidate[edge])
        months = np.flatnonzero(problem.months[j])
        if (
            seats[j]
            and (room[i, months] >= problem.half_days[j]).all()
            and (slots[i, months] >= 1).all()
        ):
            seats[j] -= 1
            room[i, months] -= problem.half_days[j]
            slots[i, months] -= 1
            taken.append([j, i])
    return sorted(taken)


@pytest.mark.parametrize("seed", range(40))
def test_each_baseline_takes_the_pairs_in_its_turn(seed: int) -> None:
    problem = random_problem(seed, people=12, needs=12, months=4)
    assert problem.posted is not None
    assert problem.skill_count is not None
    fit, row = problem.fit.tolist(), problem.row.tolist()
    posted, count = (problem.posted // 2).tolist(), problem.skill_count.tolist()
    problem.posted[:] = posted  # some are posted at once
    expected = {
        "first_come": _in_turn(problem, lambda e: (posted[row[e]], row[e], -fit[e], e)),
        "greedy": _in_turn(problem, lambda e: (-fit[e], e)),
        "skill_count": _in_turn(problem, lambda e: (-count[e], e)),
    }
    found = m.baselines(problem)
    assert {name: plan.pairs.tolist() for name, plan in found.items()} == expected
    for plan in found.values():
        assert plan.value == problem.value[problem.edges(plan.pairs)].sum()
        assert plan.bound == _most(problem)
        assert plan.status == "feasible"
        assert plan.pairs.dtype == np.int64
        assert plan.need_price.tolist() == [0] * problem.m
        assert plan.candidate_price.tolist() == [0] * problem.n


def _most(problem: m.Problem) -> int:
    """Every need has its best people who fit alone, though somebody else may want them too."""
    alone = [[int(problem.value[e]) for e in range(len(problem.fit)) if _fits(problem, e, j)]
             for j in range(problem.m)]  # fmt: skip
    return sum(
        max(value, 0)
        for values, seats in zip(alone, problem.seats, strict=True)
        for value in sorted(values, reverse=True)[:seats]
    )


def _fits(problem: m.Problem, edge: int, need: int) -> bool:
    person = int(problem.candidate[edge])
    months = problem.months[need]
    slots = problem.most_at_once[person] - problem.standing[person, months]
    days = problem.capacity[person, months]
    return bool(
        problem.row[edge] == need and (slots >= 1).all() and (days >= problem.half_days[need]).all()
    )


@pytest.mark.parametrize("seed", range(20))
def test_the_bound_of_a_baseline_holds_for_every_plan(seed: int) -> None:
    problem = random_problem(seed, people=8, needs=12, months=4)
    pairs = [(j, i) for j, i in m.solve(problem).pairs.tolist()]
    for pins, forbids in (([], []), (pairs[::3], pairs[1::3])):
        best = m.solve(problem, pins=pins, forbids=forbids)
        for plan in m.baselines(problem, pins=pins, forbids=forbids).values():
            assert plan.bound >= best.value
            assert plan.gap_bp >= best.value - plan.value
            m.verify(problem, plan)


def test_figures_are_those_one_counts_by_hand() -> None:
    problem = m.Problem(**_arrays())
    plan = m.solve(problem)
    assert plan.pairs.tolist() == [[0, 2], [1, 1]]
    assert figures(problem, plan, np.array([2, 2])) == {
        "filled": 2,
        "half_days": 2 + 2 * 4,
        "mean_fit": 6500,
        "value": 53_000,
        "worst_served": 100,
        "blocking": 0,
    }


def test_an_empty_plan_has_figures_too() -> None:
    problem = m.Problem(**_arrays(capacity=np.zeros((3, 2), np.int16)))
    assert figures(problem, m.solve(problem), np.array([0, 1])) == {
        "filled": 0, "half_days": 0, "mean_fit": None, "value": 0, "worst_served": 0, "blocking": 0,
    }  # fmt: skip
    none = {"ptr": np.zeros(1, np.int64), "candidate": np.zeros(0, np.int32), "need_ids": []}
    empty = {name: np.zeros(0, np.int16) for name in ("fit", "seats", "half_days")}
    nobody = m.Problem(**_arrays(**none, **empty, months=np.ones((0, 2), bool)))
    assert figures(nobody, m.solve(nobody), np.zeros(0, np.int64))["worst_served"] is None


def test_shares_are_rounded_down_and_a_class_without_a_seat_is_absent() -> None:
    problem = m.Problem(**_arrays(seats=np.array([3, 1], np.int16)))
    plan = m.solve(problem)
    assert plan.pairs.tolist() == [[0, 0], [0, 2], [1, 1]]
    assert m.filled_share(problem, plan, np.array([2, 0])) == {0: 100, 2: 66}
    assert m.filled_share(problem, plan, np.array([1, 1])) == {1: 75}


@pytest.mark.parametrize("seed", range(40))
def test_greedy_by_fit_is_what_deferred_acceptance_gives_and_leaves_no_blocking_pair(
    seed: int,
) -> None:
    problem = random_problem(seed, people=12, needs=12, months=4)
    greedy = m.baselines(problem)["greedy"]
    assert len(m.blocking_pairs(problem, greedy)) == 0
    one_each = replace(
        problem, months=np.ones((problem.m, 1), bool), engagements=None,
        capacity=np.full((problem.n, 1), 62, np.int16), most_at_once=np.ones(problem.n, np.int8),
        fit=np.random.default_rng(seed).permutation(len(problem.fit)).astype(np.int16), parts=None,
    )  # fmt: skip
    greedy = m.baselines(one_each)["greedy"]
    assert sorted(greedy.pairs.tolist()) == _deferred_acceptance(one_each)


def _deferred_acceptance(problem: m.Problem) -> list[list[int]]:
    """Gale and Shapley 1962: needs propose, the best fit first; a person keeps the best that came."""
    wishes = {
        j: sorted(range(problem.ptr[j], problem.ptr[j + 1]), key=lambda e: problem.fit[e])
        for j in range(problem.m)
    }
    free, held = [j for j in range(problem.m) for _ in range(problem.seats[j])], {}
    while free:
        j = free.pop()
        if not wishes[j]:
            continue
        edge = wishes[j].pop()
        person = int(problem.candidate[edge])
        if person in held and problem.fit[held[person]] > problem.fit[edge]:
            free.append(j)
            continue
        if person in held:
            free.append(int(problem.row[held[person]]))
        held[person] = edge
    return sorted([int(problem.row[edge]), person] for person, edge in held.items())
