"""One engagement a person: the assignment that scipy and OR-tools find, with whole-number prices that prove it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st

from talentpool import matching as m
from talentpool.matching.solving.market import open_market
from talentpool.matching.solving.one_to_one import assign, is_one_to_one

from ..checker import check
from ..instances import best_by_milp, best_by_trying, random_problem
from ..unit_instances import best_by_assignment, best_by_flow, unit_problem, unit_problems

SEEDS = st.integers(0, 2**32 - 1)


@given(SEEDS)
def test_the_plan_is_the_best_assignment(seed: int) -> None:
    problem = unit_problem(seed)
    plan = m.solve(problem)
    m.verify(problem, plan)
    assert plan.proof in {"bound", "trivial"}
    assert plan.value == best_by_assignment(problem)


def _proved(problem: m.Problem) -> int:
    """The plan's value, which its prices prove to be the best."""
    plan = m.solve(problem)
    m.verify(problem, plan)
    assert plan.bound == plan.value
    assert check(problem, plan) == "bound"
    return plan.value


@given(unit_problems(most=6))
def test_small_assignments_agree_with_trying_everything(problem: m.Problem) -> None:
    assert _proved(problem) == best_by_trying(problem)


@given(unit_problems(most=40))
def test_assignments_agree_with_highs(problem: m.Problem) -> None:
    assert _proved(problem) == best_by_milp(problem)


@given(unit_problems(most=40))
def test_assignments_agree_with_min_cost_flow(problem: m.Problem) -> None:
    assert _proved(problem) == best_by_flow(problem)


@given(SEEDS)
def test_several_seats_are_several_equal_rows(seed: int) -> None:
    problem = unit_problem(seed, seats=3)
    plan = m.solve(problem)
    m.verify(problem, plan)
    assert plan.value == best_by_assignment(problem)


@given(SEEDS)
def test_the_prices_prove_the_assignment(seed: int) -> None:
    """In plain whole numbers: seats' prices and what people keep after them add up to the value."""
    problem = unit_problem(seed, seats=2)
    market = open_market(problem)
    assert is_one_to_one(market) or not len(market.edge)
    taken, prices = assign(market)
    kept = [0] * problem.n
    for edge, value in enumerate(problem.value.tolist()):
        left = value - int(prices[problem.row[edge]])
        kept[problem.candidate[edge]] = max(kept[problem.candidate[edge]], left)
    bound = sum(int(k) * int(p) for k, p in zip(problem.seats, prices, strict=True)) + sum(kept)
    assert bound == int(market.value[taken].sum())


@given(SEEDS)
def test_nobody_serves_two_where_a_problem_is_called_one_to_one(seed: int) -> None:
    problem = random_problem(seed, people=8, needs=8, months=3)
    if is_one_to_one(open_market(problem)):
        plan = m.solve(problem)
        assert plan.value == best_by_milp(problem)
        assert len(set(plan.pairs[:, 1].tolist())) == len(plan.pairs)


@pytest.mark.parametrize(
    ("room", "engagements", "expected"), [(3, 2, True), (4, 2, False), (4, 1, True), (5, 2, False)]
)
def test_who_has_room_for_two_is_no_matter_of_one_to_one(
    room: int, engagements: int, expected: bool
) -> None:
    """Two needs of two half-days in the same month, one person."""
    problem = m.Problem(
        ptr=np.array([0, 1, 2], np.int64), candidate=np.zeros(2, np.int32),
        fit=np.array([5000, 6000], np.int16), seats=np.ones(2, np.int16),
        half_days=np.full(2, 2, np.int16), months=np.ones((2, 1), bool),
        capacity=np.full((1, 1), room, np.int16),
        most_at_once=np.full(1, engagements, np.int8), candidate_ids=["c"], need_ids=["x", "y"],
    )  # fmt: skip
    assert is_one_to_one(open_market(problem)) == expected
    assert len(m.solve(problem).pairs) == (1 if expected else 2)
