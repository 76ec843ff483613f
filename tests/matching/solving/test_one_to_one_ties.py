"""One engagement a person, many equal plans: the fewest changes, then the lottery, against an assignment by weights."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st

from talentpool import matching as m
from talentpool.matching.plan import SCALE
from talentpool.matching.solving.clock import Clock
from talentpool.matching.solving.one_to_one_ties import _undecided
from talentpool.matching.solving.search import Search
from talentpool.matching.solving.solve import _assign
from talentpool.matching.solving.ties import TICKETS, lottery_numbers

from ..unit_instances import best_by_weights, unit_problem

SEEDS = st.integers(0, 2**32 - 1)


@given(SEEDS, st.integers(2, 4))
def test_of_equal_plans_the_least_changed_then_the_luckiest_is_taken(seed: int, most: int) -> None:
    """Value, changes and luck as one weight, each worth more than all that come after it."""
    problem = unit_problem(seed, seats=2, most=most)
    r = np.random.default_rng(seed + 1)
    in_force = (r.random(len(problem.value)) < r.choice([0.0, 0.3])).astype(np.int64)
    previous = [(int(problem.row[e]), int(problem.candidate[e])) for e in np.flatnonzero(in_force)]
    plan = m.solve(problem, previous=previous)
    luck = lottery_numbers(problem, np.arange(len(problem.value)))
    seats = int(problem.seats.sum()) + 1
    weights = (problem.value * seats + in_force) * seats * TICKETS - luck
    assert int(weights.max(initial=0)) * seats < 2**53
    expected = best_by_weights(problem, weights)
    assert plan.is_decided
    assert problem.edges(plan.pairs).tolist() == expected.tolist()


@given(SEEDS)
def test_what_is_settled_is_in_every_best_plan_and_only_what_some_take_is_left(seed: int) -> None:
    """Forbid each settled pair: the value falls. Pin each that is left: it does not. Forbid it: neither."""
    problem = unit_problem(seed, seats=2, most=3)
    search = Search(problem, [], [], Clock())
    _assign(search)
    taken = np.flatnonzero(np.isin(search.market.edge, search.plan))
    settled, rest = _undecided(search.market, taken, search.prices // SCALE)
    for edge in settled.tolist()[:5]:
        assert _value(problem, forbids=[edge]) < search.value
    for edge in rest.edge.tolist()[:5]:
        assert _value(problem, pins=[edge]) == search.value
        assert _value(problem, forbids=[edge]) == search.value


def _value(problem: m.Problem, *, pins: list[int] = [], forbids: list[int] = []) -> int:  # noqa: B006
    def pairs(edges: list[int]) -> list[tuple[int, int]]:
        return [(int(problem.row[e]), int(problem.candidate[e])) for e in edges]

    return m.solve(problem, pins=pairs(pins), forbids=pairs(forbids)).value


@pytest.mark.parametrize("size", [1, 2, 9])
def test_everything_equal_is_decided_by_the_lottery_alone(size: int) -> None:
    problem = m.Problem(
        ptr=np.arange(size + 1) * size, candidate=np.tile(np.arange(size, dtype=np.int32), size),
        fit=np.full(size * size, 7, np.int16), seats=np.ones(size, np.int16),
        half_days=np.ones(size, np.int16), months=np.ones((size, 1), bool),
        capacity=np.ones((size, 1), np.int16), most_at_once=np.ones(size, np.int8),
        candidate_ids=[f"c{i}" for i in range(size)], need_ids=[f"n{j}" for j in range(size)],
        lottery_seed=3,
    )  # fmt: skip
    luck = lottery_numbers(problem, np.arange(size * size))
    expected = best_by_weights(problem, 10 * TICKETS - luck)
    plan = m.solve(problem)
    assert plan.is_decided
    assert problem.edges(plan.pairs).tolist() == expected.tolist()
