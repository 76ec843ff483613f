"""What stages and floors ask for is no more than is needed, and what they cost is told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from talentpool import matching as m

from .instances import random_problem
from .test_refusals import _arrays

MOST = 1_000_000  # bp: no premium of a floor is greater


def _problem(seed: int) -> m.Problem:
    """Seats are at a loss, more or less, so that the plain plan leaves some empty that could be filled."""
    problem = random_problem(seed, people=7, needs=8, months=3)
    assert problem.bonus is not None
    return replace(
        problem, bonus=problem.bonus - 4_500 * (seed % 3), premium=np.zeros(problem.m, np.int32)
    )  # fmt: skip


def _sizes(problem: m.Problem) -> np.ndarray:
    return np.arange(problem.m) % 3


@pytest.mark.parametrize("seed", range(12))
def test_stages_add_the_least_of_the_doubled_premiums_that_fills_the_seats(seed: int) -> None:
    problem = _problem(seed)
    aimed = m.solve_in_stages(problem)
    assert aimed.is_reached
    added = aimed.premium.tolist()
    assert added in [[20_000 * (2**k - 1)] * problem.m for k in range(6)]
    assert aimed.problem.premium is not None
    assert aimed.problem.premium.tolist() == added
    assert aimed.plan.value == m.solve(aimed.problem).value
    assert aimed.plain.pairs.tolist() == m.solve(problem).pairs.tolist()
    if max(added, default=0):
        less = m.solve(m.with_premium(problem, (aimed.premium - 20_000) // 2))
        assert len(less.pairs) < len(aimed.plan.pairs)


def test_some_stages_need_a_premium_and_some_do_not() -> None:
    needed = [m.solve_in_stages(_problem(seed)).premium.any() for seed in range(12)]
    assert 0 < sum(needed) < 12


@pytest.mark.parametrize("seed", range(12))
def test_a_floor_lifts_a_class_by_the_least_whole_points_that_reach_it(seed: int) -> None:
    problem = _problem(seed)
    sizes = _sizes(problem)
    aimed = m.solve_with_floor(problem, sizes, 50)
    lifted = sorted({int(s) for s in sizes[aimed.premium > 0]})
    assert all(premium % 100 == 0 for premium in aimed.premium.tolist())
    assert aimed.problem.premium is not None
    assert aimed.problem.premium.tolist() == aimed.premium.tolist()
    if len(lifted) == 1:
        (size,) = lifted
        least = aimed.premium.max()
        shares = m.filled_share(problem, aimed.plan, sizes)
        before = m.filled_share(problem, aimed.plain, sizes)
        assert before[size] == min(before.values()) < 50
        assert shares[size] >= 50 or least == MOST
        under = np.where(aimed.premium > 0, least - 100, 0)
        short = m.solve(m.with_premium(problem, under))
        assert m.filled_share(problem, short, sizes)[size] < 50


def test_a_floor_out_of_reach_is_tried_with_the_greatest_premium_and_said() -> None:
    problem = m.Problem(**_arrays(capacity=np.zeros((3, 2), np.int16)))
    aimed = m.solve_with_floor(problem, np.array([0, 1]), 1)
    assert not aimed.is_reached
    assert aimed.premium.tolist() == [MOST, 0]
    assert aimed.problem.premium is not None
    assert aimed.problem.premium.tolist() == [MOST + 20_000, 20_000]


def test_a_floor_that_holds_changes_nothing() -> None:
    problem = m.Problem(**_arrays())
    aimed = m.solve_with_floor(problem, np.array([0, 1]), 100)
    assert aimed.is_reached
    assert aimed.premium.tolist() == [0, 0]
    assert aimed.plan.pairs.tolist() == aimed.plain.pairs.tolist()


def _by_policy(order: str, floor: int) -> m.Aimed:
    problem = _problem(5)
    return m.solve_for(m.Policy(order=order, fairness_floor=floor), problem, _sizes(problem))


def test_a_policy_without_aims_gives_the_plain_plan() -> None:
    aimed, plain = _by_policy("premium", 0), m.solve(_problem(5))
    assert aimed.is_reached
    assert aimed.premium.tolist() == [0] * len(aimed.premium)
    assert len(aimed.premium) == aimed.problem.m
    assert aimed.plan.pairs.tolist() == aimed.plain.pairs.tolist() == plain.pairs.tolist()


def test_a_floor_comes_on_top_of_the_stages_and_both_are_told() -> None:
    problem, stages = _problem(5), m.solve_in_stages(_problem(5))
    floor = m.solve_with_floor(stages.problem, _sizes(problem), 100)
    both = _by_policy("stages", 100)
    assert stages.premium.any()
    assert floor.premium.any()
    assert both.premium.tolist() == (stages.premium + floor.premium).tolist()
    assert both.plan.pairs.tolist() == floor.plan.pairs.tolist()
    assert both.plain.pairs.tolist() == m.solve(problem).pairs.tolist()
    assert both.is_reached == floor.is_reached


@pytest.mark.parametrize("order", ["premium", "stages"])
@pytest.mark.parametrize("floor", [0, 100])
def test_aims_keep_pins_and_forbids(order: str, floor: int) -> None:
    problem = _problem(5)
    free = m.solve_for(m.Policy(order="stages"), problem, _sizes(problem)).plan
    pin, forbid = (tuple(pair) for pair in free.pairs[:2].tolist())
    aimed = m.solve_for(
        m.Policy(order=order, fairness_floor=floor), problem, _sizes(problem),
        pins=[pin], forbids=[forbid],
    )  # fmt: skip
    for plan in (aimed.plan, aimed.plain):
        assert list(pin) in plan.pairs.tolist()
        assert list(forbid) not in plan.pairs.tolist()


def test_a_run_that_is_stopped_claims_no_aim() -> None:
    problem = _problem(5)
    assert not m.solve_in_stages(problem, progress=lambda _progress: True).is_reached


def test_what_pins_and_forbids_leave_no_way_to_fill_is_no_missed_aim() -> None:
    """Nobody is left for the second need: the first alone is all that stages can fill."""
    problem = m.Problem(**_arrays())
    aimed = m.solve_in_stages(problem, forbids=[(1, 1)])
    assert aimed.plan.pairs.tolist() == [[0, 2]]
    assert aimed.is_reached
    assert aimed.premium.tolist() == [0, 0]
