"""Every proof is read again by a checker that shares nothing with the engine, and a false one is refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, strategies as st

from talentpool import matching as m
from talentpool.matching.solving import settling

from .checker import check
from .explaining.test_regrets import one_to_one
from .instances import problems, random_problem
from .unit_instances import unit_problem

SEEDS = st.integers(0, 2**32 - 1)


@given(problems(people=6, needs=8, months=4))
def test_small_plans_are_proved(problem: m.Problem) -> None:
    _check(problem)


@given(SEEDS)
def test_small_plans_with_ties_and_worthless_pairs_are_proved(seed: int) -> None:
    _check(random_problem(seed, people=6, needs=8, months=4))


@given(SEEDS)
def test_middle_plans_are_proved(seed: int) -> None:
    _check(random_problem(seed, people=25, needs=25, months=4))


@given(SEEDS)
def test_plans_of_one_engagement_a_person_are_proved(seed: int) -> None:
    assert _check(unit_problem(seed, seats=2)) == "bound"
    assert _check(one_to_one(seed)) == "bound"


def _check(problem: m.Problem) -> str:
    plan = m.solve(problem)
    assert plan.status in {"optimal", "nothing"}
    assert plan.bound == plan.value
    found = check(problem, plan)
    assert plan.proof in {found, "trivial"}
    return found


@given(SEEDS)
def test_plans_whose_prices_stopped_early_are_proved(seed: int) -> None:
    _check_rough(seed)


def test_both_proofs_are_needed() -> None:
    kinds = Counter(_check_rough(seed) for seed in range(60))
    assert min(kinds["bound"], kinds["enumeration"]) >= 3


def _check_rough(seed: int) -> str:
    """Where prices are settled to the last, few plans are left to an enumeration."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settling, "FEW", 0)
        patch.setattr(settling, "SETTLED", 1 << 50)
        return _check(random_problem(seed, people=25, needs=25, months=4))


def _enumerated() -> tuple[m.Problem, m.Plan]:
    for seed in range(60):
        problem = random_problem(seed, people=25, needs=25, months=4)
        plan = m.solve(problem)
        if plan.proof == "enumeration":
            return problem, plan
    raise AssertionError("no plan needs an enumeration")


def _worse(problem: m.Problem, plan: m.Plan) -> m.Plan:
    """The best plan without one of its pairs, which has the worth of the plan."""
    value = problem.value[problem.edges(plan.pairs)]
    without = [tuple(map(int, plan.pairs[value.argmax()]))]
    other = m.solve(problem, forbids=without)
    return replace(plan, pairs=other.pairs, value=other.value, bound=other.value)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (_worse, "claimed to be best"),
        (lambda problem, plan: replace(plan, proof="bound"), "more than 1 bp"),
        (lambda problem, plan: replace(plan, value=plan.value + 1), "is claimed"),
        (lambda problem, plan: replace(plan, pairs=plan.pairs[1:]), "is claimed"),
        (lambda problem, plan: replace(plan, pairs=plan.pairs[::-1]), "not sorted"),
        (lambda problem, plan: replace(plan, need_price=plan.need_price - 1e6), "below nothing"),
    ],
)
def test_a_false_proof_is_refused(wrong: Callable[[m.Problem, m.Plan], m.Plan], told: str) -> None:
    problem, plan = _enumerated()
    assert check(problem, plan) == "enumeration"
    with pytest.raises(AssertionError, match=told):
        check(problem, wrong(problem, plan))


@pytest.mark.parametrize(
    ("field", "told"),
    [("seats", "than seats"), ("capacity", "half-days"), ("most_at_once", "engagements")],
)
def test_a_plan_that_takes_what_is_not_there_is_refused(field: str, told: str) -> None:
    """The plan of a market that had more of something."""
    problem, _ = _enumerated()
    more = np.minimum(getattr(problem, field).astype(np.int64) + 3, 100)
    plan = m.solve(replace(problem, **{field: more.astype(getattr(problem, field).dtype)}))
    with pytest.raises(AssertionError, match=told):
        check(problem, plan)
