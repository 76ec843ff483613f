"""The plan is worth exactly what independent solvers find, and the bound holds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st

from talentpool import matching as m
from talentpool.matching.solving import enumeration, patterns, settling
from talentpool.matching.solving.market import open_market
from talentpool.matching.solving.sweep import NONE
from talentpool.matching.solving.tolls import tolls_of
from talentpool.matching.verify import Free, most_worth

from ..instances import (
    best_by_cp_sat,
    best_by_milp,
    best_by_trying,
    best_pattern,
    problems,
    random_problem,
)

SCALE = 1024
SEEDS = st.integers(0, 2**32 - 1)


def _solved(problem: m.Problem) -> m.Plan:
    plan = m.solve(problem)
    m.verify(problem, plan)
    assert plan.status in {"optimal", "nothing"}
    assert plan.bound == plan.value
    return plan


@given(problems(people=6, needs=6, months=3))
def test_small_problems_agree_with_trying_everything(problem: m.Problem) -> None:
    assert _solved(problem).value == best_by_trying(problem)


@given(SEEDS)
def test_small_problems_agree_with_highs(seed: int) -> None:
    problem = random_problem(seed, people=6, needs=6, months=4)
    assert _solved(problem).value == best_by_milp(problem)


@given(SEEDS)
def test_middle_problems_agree_with_highs(seed: int) -> None:
    problem = random_problem(seed, people=40, needs=40, months=12)
    assert _solved(problem).value == best_by_milp(problem)


@given(SEEDS)
def test_middle_problems_agree_with_cp_sat(seed: int) -> None:
    problem = random_problem(seed, people=40, needs=40, months=12)
    assert _solved(problem).value == best_by_cp_sat(problem)


@pytest.fixture
def always_singles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any number of patterns is too many, and prices stop long before they prove anything."""
    monkeypatch.setattr(settling, "FEW", 0)
    monkeypatch.setattr(settling, "SETTLED", 1 << 50)
    monkeypatch.setattr(enumeration, "MANY_COLUMNS", 0)
    monkeypatch.setattr(enumeration, "MANY_FOR_A_PAIR", 0)


@pytest.mark.usefixtures("always_singles")
def test_where_patterns_are_too_many_the_pairs_give_the_same_optimum() -> None:
    stages: list[str] = []
    for seed in range(60):
        problem = random_problem(seed, people=30, needs=40, months=12)
        assert _solved(problem).value == best_by_milp(problem)
        m.solve(problem, progress=lambda told: bool(stages.append(told["stage"])))
    assert stages.count("rounded") > 10  # by the programme over pairs


@given(SEEDS, st.integers(0, 3000))
def test_the_pairs_that_could_be_near_are_all_that_near_patterns_use(seed: int, gap: int) -> None:
    market = open_market(random_problem(seed, people=6, needs=12, months=5))
    worth = (
        market.value - np.random.default_rng(seed).integers(0, 9000, len(market.seats))[market.need]
    )
    tolls = tolls_of(market, worth, np.zeros(market.people, np.int64))
    best = patterns.best(market, worth, tolls, np.zeros(market.people, np.int64), lambda: None)
    top = np.zeros(market.people, np.int64)
    top[best.owner] = best.worth
    near = patterns.within(market, worth, tolls, top, gap, 1 << 30, lambda: None)
    assert near is not None
    used = near.pairs[near.pairs != NONE]
    assert np.isin(used, patterns.could_be_within(market, worth, tolls, top, gap)).all()


@given(problems(people=5, needs=5, months=3))
def test_the_prices_give_a_bound_that_anybody_can_recompute(problem: m.Problem) -> None:
    plan = _solved(problem)
    prices = np.rint(plan.need_price * SCALE).astype(np.int64)
    worth = problem.value * SCALE - prices[problem.row]
    bound = int((problem.seats * prices).sum()) + sum(
        best_pattern(problem, i, worth) for i in range(problem.n)
    )
    assert bound >= plan.value * SCALE
    if plan.proof == "bound":
        assert bound // SCALE == plan.value


@given(problems(people=2, needs=8, months=4), SEEDS)
def test_the_most_a_person_is_worth_is_found_as_by_trying_all(
    problem: m.Problem, seed: int
) -> None:
    worth = np.random.default_rng(seed).integers(-50, 100, len(problem.candidate))
    for i in range(problem.n):
        mine = np.flatnonzero(problem.candidate == i)
        needs = problem.row[mine]
        free = Free(
            problem.capacity[i].astype(np.int64),
            np.maximum(problem.most_at_once[i] - problem.standing[i], 0),
        )
        found = most_worth(
            worth[mine], problem.half_days[needs].astype(np.int64), problem.months[needs], free
        )
        assert found == best_pattern(problem, i, worth)


@pytest.mark.parametrize("seed", range(30))
def test_a_pin_is_kept_and_costs_at_least_the_regret(seed: int) -> None:
    problem = random_problem(seed, people=8, needs=8, months=4)
    plan = _solved(problem)
    for need in range(problem.m):
        for row in m.ranking(problem, plan, need):
            pair = (need, row.candidate)
            try:
                pinned = m.solve(problem, pins=[pair])
            except m.InfeasiblePins:
                assert not row.placed
                continue
            m.verify(problem, pinned, pins=[pair])
            assert pair in {(int(j), int(i)) for j, i in pinned.pairs}
            assert plan.value - pinned.value >= row.regret
            assert row.regret == 0 or not row.placed


@pytest.mark.parametrize("seed", range(20))
def test_among_equal_plans_the_one_in_force_is_kept(seed: int) -> None:
    problem = random_problem(seed * 7, people=8, needs=8, months=3)
    plan = _solved(problem)
    again = m.solve(problem, previous=[(int(j), int(i)) for j, i in plan.pairs])
    assert again.pairs.tolist() == plan.pairs.tolist()


def test_the_lottery_decides_between_equal_people() -> None:
    """One seat, many equal people: different seeds choose different ones."""

    def winner(seed: int) -> int:
        people = 12
        problem = m.Problem(
            ptr=np.array([0, people], np.int64),
            candidate=np.arange(people, dtype=np.int32),
            fit=np.full(people, 7000, np.int16),
            seats=np.array([1], np.int16),
            half_days=np.array([2], np.int16),
            months=np.array([[True]]),
            capacity=np.full((people, 1), 4, np.int16),
            most_at_once=np.ones(people, np.int8),
            candidate_ids=[f"c{i:02d}" for i in range(people)],
            need_ids=["n"],
            lottery_seed=seed,
        )
        return int(m.solve(problem).pairs[0, 1])

    assert len({winner(seed) for seed in range(8)}) > 3
    assert winner(5) == winner(5)


def test_a_run_that_is_told_to_stop_says_so_and_still_gives_a_plan() -> None:
    problem = random_problem(3, people=40, needs=40, months=12)
    plan = m.solve(problem, progress=lambda _progress: True)
    m.verify(problem, plan)
    assert plan.status == "cancelled"
    assert plan.bound >= plan.value


def test_a_run_out_of_time_is_feasible_with_a_gap_that_holds() -> None:
    problem = random_problem(5, people=40, needs=40, months=12)
    plan = m.solve(problem, time_limit=0.0)
    m.verify(problem, plan)
    assert plan.status == "feasible"
    assert plan.value <= best_by_milp(problem) <= plan.bound
