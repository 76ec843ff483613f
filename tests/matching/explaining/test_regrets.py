"""What fixing a pair costs: exact where it says so, never more than solving again shows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, strategies as st

from talentpool import matching as m
from talentpool.matching.explaining import regrets as module
from talentpool.matching.solving import patterns

from ..instances import random_problem
from ..test_refusals import _arrays

SEEDS = st.integers(0, 2**32 - 1)


def one_to_one(seed: int) -> m.Problem:
    """Everybody serves one need: one month, one engagement; needs of one or two seats."""
    problem = random_problem(seed, people=9, needs=8, months=1)
    return replace(
        problem,
        months=np.ones((problem.m, 1), bool),
        most_at_once=np.ones(problem.n, np.int8),
        engagements=None,
    )


def loss_of(
    problem: m.Problem,
    plan: m.Plan,
    pair: tuple[int, int],
    pins: list[tuple[int, int]],
    forbids: list[tuple[int, int]],
) -> int | None:
    """By solving again; None where the pair cannot be fixed."""
    try:
        return plan.value - m.solve(problem, pins=[*pins, pair], forbids=forbids).value
    except m.InfeasiblePins:
        return None


@given(SEEDS)
def test_where_everybody_serves_one_need_the_loss_is_that_of_solving_again(seed: int) -> None:
    problem = one_to_one(seed)
    plan = m.solve(problem)
    for need in range(problem.m):
        for row in m.ranking(problem, plan, need):
            loss = loss_of(problem, plan, (need, row.candidate), [], [])
            if loss is None:
                assert not row.is_exact
            else:
                assert row.is_exact
                assert row.regret == loss


@given(SEEDS)
def test_losses_beside_pins_and_forbids_are_those_of_solving_again(seed: int) -> None:
    problem = one_to_one(seed)
    plain = m.solve(problem)
    pairs = [(int(j), int(i)) for j, i in plain.pairs]
    pins, forbids = pairs[:1], pairs[1:2]
    plan = m.solve(problem, pins=pins, forbids=forbids)
    regrets = m.Regrets(problem, plan, pins, forbids)
    for need in range(problem.m):
        for row in m.ranking(problem, plan, need, regrets=regrets):
            pair = (need, row.candidate)
            if row.is_exact:
                assert row.regret == loss_of(problem, plan, pair, pins, forbids)
            else:
                assert pair in forbids or loss_of(problem, plan, pair, pins, forbids) is None


@given(SEEDS)
def test_where_people_serve_several_needs_the_loss_is_never_overstated(seed: int) -> None:
    problem = random_problem(seed, people=8, needs=8, months=4)
    plan = m.solve(problem)
    for need in range(problem.m):
        for row in m.ranking(problem, plan, need):
            loss = loss_of(problem, plan, (need, row.candidate), [], [])
            if loss is None:
                assert not row.is_exact
            else:
                assert row.regret == loss if row.is_exact else row.regret <= loss
            if not row.placed and row.reason["code"] == "equal":
                assert loss == 0


@given(SEEDS, st.sampled_from([0, 1, 3]))
def test_a_small_budget_of_work_tells_lower_bounds_and_the_same_every_time(
    seed: int, joins: int
) -> None:
    problem = random_problem(seed, people=8, needs=8, months=4)
    plan = m.solve(problem)
    with pytest.MonkeyPatch.context() as patch:
        whole = m.Regrets(problem, plan)
        full = [whole.of(need).bp for need in range(problem.m)]
        patch.setattr(module, "WORK", 0)
        patch.setattr(module, "JOINS", joins)
        patch.setattr(patterns, "TOGETHER", 2)
        short, again = m.Regrets(problem, plan), m.Regrets(problem, plan)
        for need in range(problem.m):
            bounds = short.of(need)
            assert (bounds.bp <= full[need]).all()
            assert bounds.bp.tolist() == again.of(need).bp.tolist()
            for row in m.ranking(problem, plan, need, regrets=short):
                loss = loss_of(problem, plan, (need, row.candidate), [], [])
                assert loss is None or row.regret <= loss


def test_a_budget_ends_a_search_that_would_not_end() -> None:
    """Ten people who could each serve forty equal needs, three at once for eighteen months, and no prices at all."""
    needs, people, months = 40, 10, 18
    problem = m.Problem(
        ptr=np.arange(needs + 1) * people,
        candidate=np.tile(np.arange(people), needs).astype(np.int32),
        fit=np.full(needs * people, 5000, np.int16),
        seats=np.ones(needs, np.int16), half_days=np.ones(needs, np.int16),
        months=np.arange(months) == np.arange(needs)[:, None] % months,
        capacity=np.full((people, months), 3, np.int16), most_at_once=np.full(people, 3, np.int8),
        candidate_ids=[f"c{i}" for i in range(people)], need_ids=[f"n{j:02d}" for j in range(needs)],
    )  # fmt: skip
    unproved = m.baselines(replace(problem, posted=np.arange(needs), skill_count=problem.fit))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "WORK", 0)
        patch.setattr(module, "JOINS", 4)
        bounds = m.Regrets(problem, unproved["greedy"]).of(0)
    assert (bounds.bp == 0).all()


@given(SEEDS)
def test_a_plan_without_a_proof_claims_no_exact_loss(seed: int) -> None:
    problem = one_to_one(seed)
    greedy = m.baselines(problem)["greedy"]
    assume(greedy.value < m.solve(problem).value)
    for need in range(problem.m):
        for row in m.ranking(problem, greedy, need):
            assert row.is_exact == row.placed
            assert row.reason["code"] != "equal"


def test_what_is_forbidden_costs_at_least_its_worth_and_never_less_than_nothing() -> None:
    problem = m.Problem(**_arrays(bonus=np.array([-25_005, 0, 0], np.int32)))
    forbids = [(0, 0), (1, 1)]
    plan = m.solve(problem, forbids=forbids)
    regrets = m.Regrets(problem, plan, [], forbids)
    losses = [regrets.of(need) for need in range(2)]
    assert [loss.bp.tolist() for loss in losses] == [[0, 0], [27_000]]
    assert [loss.is_exact.tolist() for loss in losses] == [[False, True], [False]]


@pytest.mark.parametrize("price", [-30_000.0, -1.0, np.nan, np.inf, -np.inf, 1e300])
@pytest.mark.parametrize("months", [1, 3])
def test_a_plan_with_prices_that_are_none_never_tells_more_than_is_lost(
    price: float, months: int
) -> None:
    problem = random_problem(6, people=9, needs=8, months=months)
    plan = m.solve(problem)
    false = replace(plan, need_price=np.where(np.arange(problem.m) % 2, price, plan.need_price))
    for need in range(problem.m):
        for row in m.ranking(problem, false, need):
            loss = loss_of(problem, plan, (need, row.candidate), [], [])
            if loss is not None:
                assert row.regret <= loss
                assert row.regret == loss or not row.is_exact
