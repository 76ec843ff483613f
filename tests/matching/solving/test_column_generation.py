"""Prices by column generation: the optimum of others in few rounds, from nothing and from a plan that is near."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog

from talentpool import matching as m
from talentpool.matching.solving import settling
from talentpool.matching.solving.columns import Columns, Singles
from talentpool.matching.solving.market import Market, open_market
from talentpool.matching.solving.master import choose, core_pairs, relax
from talentpool.matching.solving.patterns import Patterns
from talentpool.matching.solving.sweep import NONE

from ..instances import best_by_milp, random_problem
from .test_patterns import _every_pattern

HOUR = 3600.0


@pytest.fixture
def _from_nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """However few the patterns are, the master does not begin with all of them."""
    monkeypatch.setattr(settling, "FEW", 0)


def _told(problem: m.Problem, **options: Any) -> tuple[m.Plan, list[dict[str, Any]]]:
    told: list[dict[str, Any]] = []
    return m.solve(problem, progress=lambda event: bool(told.append(event)), **options), told


@pytest.mark.usefixtures("_from_nothing_known")
def test_a_few_rounds_find_the_optimum_of_another_solver() -> None:
    rounds = 0
    for seed in range(24):
        problem = random_problem(seed, people=40, needs=40, months=6)
        plan, told = _told(problem)
        m.verify(problem, plan)
        assert plan.value == plan.bound == best_by_milp(problem)
        assert plan.proof in {"bound", "enumeration", "trivial"}
        bounds = [event["bound"] for event in told]
        assert bounds == sorted(bounds, reverse=True)
        assert all(event["value"] <= plan.value <= event["bound"] for event in told)
        rounds += len(told)
    assert rounds < 130


@pytest.mark.usefixtures("_from_nothing_known")
def test_a_plan_that_is_near_shortens_the_way_and_changes_nothing() -> None:
    for seed in range(24):
        problem = random_problem(seed, people=40, needs=40, months=6)
        plan, told = _told(problem)
        again, fewer = _told(problem, start=plan)
        assert again.pairs.tolist() == plan.pairs.tolist()
        assert len(fewer) <= len(told) + 1
        other = replace(problem, fit=problem.fit[::-1].copy(), premium=problem.premium[::-1].copy())
        assert m.solve(problem, start=m.solve(other)).pairs.tolist() == plan.pairs.tolist()


def test_known_prices_change_nothing_where_all_patterns_are_known() -> None:
    for seed in range(24):
        problem = random_problem(seed, people=12, needs=8, months=4)
        plan = m.solve(problem)
        moved = replace(problem, premium=np.arange(problem.m, dtype=np.int32) * 3_000)
        for start in (
            plan,
            m.solve(moved),
            m.solve(replace(problem, bonus=-problem.fit.astype(np.int32))),
        ):
            again = m.solve(problem, start=start)
            m.verify(problem, again)
            assert again.pairs.tolist() == plan.pairs.tolist()
            assert again.status == plan.status


@pytest.mark.parametrize("price", [-1e9, -3.0, np.nan, np.inf, -np.inf, 1e300])
@pytest.mark.parametrize("people", [12, 40])
def test_prices_that_are_none_prove_nothing(price: float, people: int) -> None:
    for seed in range(6):
        problem = random_problem(seed, people=people, needs=people, months=6)
        plan = m.solve(problem)
        start = replace(plan, need_price=np.full(problem.m, price))
        again = m.solve(problem, start=start)
        m.verify(problem, again)
        assert again.pairs.tolist() == plan.pairs.tolist()
        assert again.bound == again.value


def test_where_the_tie_rule_is_not_asked_the_value_is_the_same() -> None:
    for seed in range(24):
        problem = random_problem(seed, people=12, needs=8, months=4)
        plan, any_of_them = m.solve(problem), m.solve(problem, breaks_ties=False)
        m.verify(problem, any_of_them)
        assert (any_of_them.value, any_of_them.status) == (plan.value, plan.status)
        assert not any_of_them.is_decided


def _knapsacks(seed: int) -> m.Problem:
    """Few people with little time for needs of many sizes: what all patterns promise is far from any plan."""
    r = np.random.default_rng(seed)
    feasible = r.random((10, 4)) < 0.7
    row, candidate = np.nonzero(feasible)
    return m.Problem(
        ptr=np.concatenate([[0], np.cumsum(feasible.sum(axis=1))]).astype(np.int64),
        candidate=candidate.astype(np.int32),
        fit=r.integers(100, 1000, len(row)).astype(np.int16),
        seats=np.ones(10, np.int16),
        half_days=r.integers(3, 8, 10).astype(np.int16),
        months=np.ones((10, 1), bool),
        capacity=r.integers(8, 14, (4, 1)).astype(np.int16),
        most_at_once=np.full(4, 9, np.int8),
        candidate_ids=[f"c{i}" for i in range(4)],
        need_ids=[f"n{j}" for j in range(10)],
    )


def test_a_plan_far_below_its_bound_is_proved_step_by_step() -> None:
    steps = []
    for seed in range(100):
        problem = _knapsacks(seed)
        plan, told = _told(problem)
        m.verify(problem, plan)
        assert plan.status == "optimal"
        assert plan.value == plan.bound == best_by_milp(problem)
        steps.append(sum(event["stage"] == "rounded" for event in told))
    assert max(steps) >= 5


def _columns(market: Market) -> tuple[Columns, dict[tuple[int, ...], int]]:
    """Every pattern of everybody, added size by size and once more."""
    every = _every_pattern(market, market.value)
    columns = Columns(market)
    for size in (2, 1, 3, 2):
        pairs = [pattern for pattern in every if len(pattern) == size]
        rows = np.array(pairs, np.int64).reshape(-1, size)[:, ::-1]
        owner = market.person[rows[:, 0]] if len(rows) else np.zeros(0, np.int64)
        known = len(columns)
        added = columns.add(Patterns(owner, rows, np.zeros(len(rows), np.int64)))
        assert len(columns) == known + added
    return columns, {pairs: total for pairs, total in every.items() if len(pairs) < 4}


def _small(seed: int) -> Market:
    return open_market(random_problem(seed, people=4, needs=7, months=3))


@pytest.mark.parametrize("seed", range(20))
def test_columns_are_distinct_patterns_in_the_order_they_came(seed: int) -> None:
    market = _small(seed)
    columns, every = _columns(market)
    rows = [tuple(p for p in row if p != NONE) for row in columns.pairs.tolist()]
    assert len(rows) == len(set(rows)) == len(every)
    assert all(list(row) == sorted(row) for row in rows)
    assert columns.owner.tolist() == [int(market.person[row[0]]) for row in rows]
    assert columns.sum_over(market.value).tolist() == [every[row] for row in rows]
    sizes = [len(row) for row in rows]
    assert sizes == sorted(sizes, key=[2, 1, 3].index)
    chosen = np.arange(len(rows)) % 2 == 0
    pairs = sorted(p for row in rows[::2] for p in row)
    assert columns.pairs_of(chosen).tolist() == pairs


def _relaxed(
    market: Market, every: dict[tuple[int, ...], int], low: np.ndarray, high: np.ndarray
) -> float:
    """The same programme in the textbook's way: seats bought at `high`, sold at `low`."""
    rows = np.zeros((len(market.seats) + market.people, len(every)))
    for column, pattern in enumerate(every):
        rows[market.need[list(pattern)], column] = 1
        rows[len(market.seats) + market.person[pattern[0]], column] = 1
    seats = np.eye(len(rows), len(market.seats))
    answer = linprog(
        np.concatenate([-np.array(list(every.values()), float), high, -low]),
        np.concatenate([rows, -seats, seats], axis=1),
        np.concatenate([market.seats, np.ones(market.people)]).astype(float),
    )
    return float(-answer.fun)


@pytest.mark.parametrize("reach", [1e9, 3_000.0, 100.0])
@pytest.mark.parametrize("seed", range(12))
def test_the_relaxation_is_that_of_a_textbook_and_its_prices_stay_in_the_box(
    seed: int, reach: float
) -> None:
    market = _small(seed)
    columns, every = _columns(market)
    if not every:
        return
    centre = np.random.default_rng(seed).integers(0, 20_000, len(market.seats)).astype(float)
    low, high = np.maximum(centre - reach, 0.0), centre + reach
    answer = relax(columns, centre, np.full(len(centre), reach), HOUR)
    assert answer is not None
    assert answer.expected == pytest.approx(_relaxed(market, every, low, high), abs=0.5)
    assert (answer.prices >= low - 0.01).all()
    assert (answer.prices <= high + 0.01).all()
    ends = np.minimum(abs(answer.prices - low), abs(answer.prices - high))
    assert (ends[answer.presses] < 0.01).all()
    if len(answer.pairs):
        assert not answer.presses.any()
        assert market.value[answer.pairs].sum() == pytest.approx(answer.expected, abs=0.5)


@pytest.mark.parametrize("seed", range(20))
def test_the_best_choice_of_every_pattern_is_the_best_plan_and_keeps_what_is_demanded(
    seed: int,
) -> None:
    problem = random_problem(seed, people=4, needs=7, months=3)
    market = open_market(problem)
    columns, _every = _columns(market)
    values = columns.sum_over(market.value)
    choice = choose(columns, values, HOUR)
    assert choice is not None
    assert choice.is_best
    chosen = choice.pairs
    assert chosen.tolist() == sorted(set(chosen.tolist()))
    best = int(market.value[chosen].sum())
    if problem.most_at_once.max() < 4:
        assert best == best_by_milp(problem)
    fewest = choose(columns, -columns.sum_over(np.ones_like(market.value)), HOUR,
                    demands=[(values, best // 2, 1e4)])  # fmt: skip
    assert fewest is not None
    assert len(fewest.pairs) <= len(chosen)
    assert int(market.value[fewest.pairs].sum()) >= best // 2 - 0.5
    assert choose(columns, values, HOUR, demands=[(values, best + 1, 1e4)]) is None or not len(
        values
    )


@pytest.mark.parametrize("seed", range(20))
def test_the_core_of_a_market_is_the_best_bins_of_each_need(seed: int) -> None:
    market = open_market(random_problem(seed, people=60, needs=6, months=2))
    core = set(core_pairs(market).tolist())
    for need in range(len(market.seats)):
        mine = np.flatnonzero(market.need == need)
        best = max(market.value[mine].max(initial=0), 0)
        bins = np.minimum((best - market.value[mine]) // 64, 255)
        order = np.sort(bins)
        last = order[15] if len(order) > 15 else 255
        kept = {int(p) for p, b in zip(mine, bins, strict=True) if b <= last}
        assert core & set(mine.tolist()) == {p for p in kept if market.value[p] > 0}


@pytest.mark.parametrize("seed", range(20))
def test_the_best_choice_of_pairs_is_the_best_plan_too(seed: int) -> None:
    problem = random_problem(seed, people=8, needs=8, months=4)
    market = open_market(problem)
    r = np.random.default_rng(seed)
    every = Singles(market, r.permutation(len(market.edge)))
    assert every.pairs[:, 0].tolist() == list(range(len(market.edge))) == list(range(len(every)))
    assert every.sum_over(market.value).tolist() == market.value.tolist()
    chosen = choose(every, market.value, HOUR)
    assert chosen is not None
    assert int(market.value[chosen].sum()) == best_by_milp(problem)
    some = Singles(market, np.flatnonzero(market.value % 2))
    assert some.sum_over(market.value).tolist() == market.value[market.value % 2 == 1].tolist()
    assert some.pairs_of(np.ones(len(some), bool)).tolist() == some.pairs[:, 0].tolist()
    matrix, right, rows = some.matrix()
    dense = matrix.toarray()
    m_, (people, months) = len(market.seats), market.room.shape
    assert rows.tolist() == list(range(m_))
    assert right.tolist() == [*market.seats, *market.room.ravel(), *market.slots.ravel()]
    days, engagements = market.takes(some.pairs[:, 0])
    for column, pair in enumerate(some.pairs[:, 0]):
        expected = np.zeros(len(right))
        expected[market.need[pair]] = 1
        at = m_ + market.person[pair] * months
        expected[at : at + months] = days[column]
        expected[at + people * months :][:months] = engagements[column]
        assert dense[:, column].tolist() == expected.tolist()
