"""A problem solved over a core of its pairs has the plan value, the bound and the proof of the whole."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from talentpool import matching as m
from talentpool.matching.plan import SCALE
from talentpool.matching.problem import GREATEST_VALUE
from talentpool.matching.solving import core
from talentpool.matching.solving.clock import Clock
from talentpool.matching.solving.search import Search

from ..instances import best_by_milp, random_problem


@pytest.mark.parametrize("of_each_need", [0, 1, 3])
def test_what_the_core_leaves_out_is_let_in_where_it_matters(
    of_each_need: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(core, "MANY", 0)
    monkeypatch.setattr(core, "OF_EACH_NEED", of_each_need)
    for seed in range(40):
        problem = random_problem(seed, people=20, needs=20, months=6)
        plan = m.solve(problem)
        m.verify(problem, plan)
        assert plan.value == plan.bound == best_by_milp(problem)


def test_a_run_over_a_core_that_is_stopped_has_a_bound_for_the_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(core, "MANY", 0)
    monkeypatch.setattr(core, "OF_EACH_NEED", 1)
    for seed in range(20):
        problem = random_problem(seed, people=20, needs=20, months=6)
        stages = iter([False, True])
        plan = m.solve(problem, progress=lambda _progress, s=stages: next(s, True))
        m.verify(problem, plan)
        assert plan.value <= best_by_milp(problem) <= plan.bound


@pytest.mark.parametrize("seed", range(10))
def test_the_core_is_the_best_pairs_of_each_need_and_the_lower_of_equal_ones(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = random_problem(seed, people=20, needs=9, months=2)
    pairs = len(problem.value)
    monkeypatch.setattr(core, "OF_EACH_NEED", 4)
    monkeypatch.setattr(core, "MANY", pairs)
    assert core.core_of(problem) is None
    monkeypatch.setattr(core, "MANY", pairs - 1)
    found = core.core_of(problem)
    expected = np.zeros(pairs, bool)
    for need in range(problem.m):
        mine = np.flatnonzero(problem.row == need).tolist()
        expected[sorted(mine, key=lambda e: (-problem.value[e], e))[:4]] = True
    assert found is not None
    assert found.inside.tolist() == expected.tolist()
    _assert_rest(problem, found)


def _rest(problem: m.Problem, inside: np.ndarray) -> np.ndarray:
    """(m,) what the best pair of each need outside is worth, in bp."""
    rest = np.full(problem.m, -GREATEST_VALUE - 1)
    np.maximum.at(rest, problem.row[~inside], problem.value[~inside])
    return rest


def _assert_rest(problem: m.Problem, found: core.Core) -> None:
    assert (found.rest >= _rest(problem, found.inside)).all()


@pytest.mark.parametrize("groups", [1, 2, 8, 50])
def test_a_small_core_has_the_best_of_each_group_of_pairs(
    groups: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(core, "GROUPS", groups)
    for seed in range(20):
        problem = random_problem(seed, people=20, needs=9, months=2)
        found = core.small_core_of(problem)
        _assert_rest(problem, found)
        for need in range(problem.m):
            mine = problem.value[problem.ptr[need] : problem.ptr[need + 1]]
            count = len(mine)
            cuts = [count * g // groups for g in range(groups + 1)]
            best = [max(mine[a : max(a + 1, b)]) for a, b in pairwise(cuts) if count]
            expected = [value >= min(best) for value in mine.tolist()]
            assert found.inside[problem.ptr[need] : problem.ptr[need + 1]].tolist() == expected


@pytest.mark.parametrize("block", [1, 7, 10_000])
def test_what_is_missing_is_what_is_worth_its_price_outside_the_core(
    block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(core, "BLOCK", block)
    for seed in range(10):
        problem = random_problem(seed, people=9, needs=9, months=2)
        r = np.random.default_rng(seed)
        inside = r.random(len(problem.value)) < 0.5
        some = core.Core(inside, _rest(problem, inside) + r.integers(0, 2, problem.m))
        prices = r.integers(0, 30_000 * 4, problem.m)
        for least in (0, -8_000):
            left = problem.value * 4 - prices[problem.row]
            expected = [e for e in range(len(left)) if left[e] >= least and not inside[e]]
            assert core.missing(problem, some, prices, least, 4).tolist() == expected
    at_price = problem.value * 4 - prices[problem.row]
    edge = int(np.flatnonzero(~inside)[0])
    prices[problem.row[edge]] += at_price[edge]
    assert edge in core.missing(problem, some, prices, 0, 4)


@pytest.mark.parametrize("seed", range(10))
def test_widening_lets_in_all_that_loses_at_most_the_gap(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(core, "MANY", 0)
    monkeypatch.setattr(core, "OF_EACH_NEED", 1)
    problem = random_problem(seed, people=20, needs=20, months=3)
    search = Search(problem, [], [], Clock())
    search.price(np.full(problem.m, float(np.median(problem.value))), 0, 0)
    for gap in (0, 500 * SCALE, 5_000 * SCALE):
        inside = search.scope.core.inside.copy()
        reach = problem.value * SCALE - search.prices[problem.row] >= -gap
        assert search.widen(gap) == bool((reach & ~inside).any())
        assert search.scope.core.inside.tolist() == (inside | reach).tolist()
        assert search.bound >= best_by_milp(problem) * SCALE
    whole = Search(random_problem(seed, people=3, needs=3, months=1), [], [], Clock())
    whole.scope.core = None
    assert not whole.widen(10**9)
