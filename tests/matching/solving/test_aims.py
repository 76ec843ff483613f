"""What stages and floors ask for is no more than is needed, and what they cost is told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from talentpool import matching as m

from ..instances import can_be_filled, random_problem
from ..test_refusals import _arrays


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
        assert shares[size] >= 50 or aimed.is_out_of_reach
        under = np.where(aimed.premium > 0, least - 100, 0)
        short = m.solve(m.with_premium(problem, under))
        assert m.filled_share(problem, short, sizes)[size] < min(50, shares[size])


def test_a_class_that_no_premium_fills_gets_none_and_is_said() -> None:
    problem = m.Problem(**_arrays(capacity=np.zeros((3, 2), np.int16)))
    aimed = m.solve_with_floor(problem, np.array([0, 1]), 1)
    assert not aimed.is_reached
    assert aimed.is_out_of_reach
    assert aimed.premium.tolist() == [0, 0]
    assert aimed.problem.premiums.tolist() == [20_000, 20_000]


def test_a_class_out_of_reach_does_not_keep_the_next_from_its_floor() -> None:
    """Nobody can do the first need; of three who want the same two people, the one below its floor is paid for."""
    problem = m.Problem(
        ptr=np.array([0, 0, 1, 3, 5], np.int64), candidate=np.array([0, 0, 1, 0, 1], np.int32),
        fit=np.array([4000, 5000, 5000, 5050, 5000], np.int16), seats=np.ones(4, np.int16),
        half_days=np.ones(4, np.int16), months=np.ones((4, 1), bool),
        capacity=np.ones((2, 1), np.int16), most_at_once=np.ones(2, np.int8),
        candidate_ids=["a", "b"], need_ids=["n0", "n1", "n2", "n3"],
    )  # fmt: skip
    sizes = np.array([0, 1, 2, 2])
    assert m.filled_share(problem, m.solve(problem), sizes) == {0: 0, 1: 0, 2: 100}
    aimed = m.solve_with_floor(problem, sizes, 50)
    assert aimed.premium.tolist() == [0, 1100, 0, 0]
    assert m.filled_share(problem, aimed.plan, sizes) == {0: 0, 1: 100, 2: 50}
    assert not aimed.is_reached
    assert aimed.is_out_of_reach


def test_a_class_that_gets_nearer_keeps_the_least_premium_that_brings_it_there() -> None:
    """Two seats that one person could take, who takes another: half is the most, and 1,100 bp bring it."""
    problem = m.Problem(
        ptr=np.array([0, 1, 2, 4], np.int64), candidate=np.array([0, 0, 0, 1], np.int32),
        fit=np.array([4000, 3000, 5050, 5000], np.int16), seats=np.array([1, 1, 2], np.int16),
        half_days=np.ones(3, np.int16), months=np.ones((3, 1), bool),
        capacity=np.ones((2, 1), np.int16), most_at_once=np.ones(2, np.int8),
        candidate_ids=["a", "b"], need_ids=["n0", "n1", "n2"],
    )  # fmt: skip
    sizes = np.array([0, 0, 1])
    aimed = m.solve_with_floor(problem, sizes, 100)
    assert aimed.premium.tolist() == [1100, 1100, 0]
    assert m.filled_share(problem, aimed.plan, sizes) == {0: 50, 1: 50}
    assert (aimed.is_reached, aimed.is_out_of_reach) == (False, True)
    alike = m.solve_with_floor(problem, np.zeros(3, np.int64), 100)
    assert alike.premium.tolist() == [0, 0, 0]


def test_only_a_floor_that_no_plan_reaches_is_out_of_reach() -> None:
    found = set()
    for seed in range(20):
        problem = random_problem(seed, people=5, needs=6, months=2)
        sizes = _sizes(problem)
        for floor in (40, 70, 100):
            aimed = m.solve_with_floor(problem, sizes, floor)
            found.add((aimed.is_reached, aimed.is_out_of_reach))
            if aimed.is_out_of_reach:
                assert not can_be_filled(problem, sizes, floor)
    assert found >= {(True, False), (False, True)}
    assert (True, True) not in found


def test_a_floor_is_out_of_reach_where_two_classes_need_the_same_person() -> None:
    problem = m.Problem(
        **_arrays(candidate=np.array([0, 2, 2], np.int32), most_at_once=np.ones(3, np.int8))
    )
    one = m.solve_with_floor(problem, np.array([0, 1]), 100, forbids=[(0, 0)])
    both = m.solve_with_floor(problem, np.array([0, 1]), 100)
    assert (one.is_reached, one.is_out_of_reach) == (False, True)
    assert (both.is_reached, both.is_out_of_reach) == (True, False)


def test_a_floor_that_was_not_tried_to_the_end_is_neither_reached_nor_out_of_reach() -> None:
    problem = m.Problem(**_arrays(capacity=np.zeros((3, 2), np.int16)))
    sizes = np.array([0, 1])
    for options in ({"time_limit": 0.0}, {"progress": lambda _told: True}):
        aimed = m.solve_with_floor(problem, sizes, 1, **options)
        assert (aimed.is_reached, aimed.is_out_of_reach) == (False, False)


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
