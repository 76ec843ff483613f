"""What a plan says of itself: prices that share its worth among seats and people, its bound, its seconds."""

from __future__ import annotations

import math
import time
from dataclasses import replace

import numpy as np
import pytest

from talentpool import matching as m
from talentpool.matching.pairs import pinned_edges
from talentpool.matching.plan import PlanStatus
from talentpool.matching.solving.market import open_market

from ..instances import random_problem
from ..test_refusals import _arrays


def _shared(problem: m.Problem, plan: m.Plan, pins: list[tuple[int, int]]) -> float:
    """The worth of the pins, and of the seats and people that are left at the plan's prices."""
    left = problem.seats.astype(float)
    np.subtract.at(left, [j for j, _ in pins], 1)
    pinned = sum(int(problem.value[problem.edge(*pin)]) for pin in pins)
    return pinned + float(left @ plan.need_price) + float(plan.candidate_price.sum())


@pytest.mark.parametrize("seed", range(30))
def test_seats_and_people_share_the_bound_among_them(seed: int) -> None:
    problem = random_problem(seed, people=12, needs=12, months=4)
    free = m.solve(problem)
    pins = [(int(j), int(i)) for j, i in free.pairs[:2]]
    for plan, kept in ((free, []), (m.solve(problem, pins=pins), pins)):
        shared = _shared(problem, plan, kept)
        assert shared >= plan.value
        if plan.proof == "bound":
            assert math.floor(shared) == plan.bound == plan.value
        assert (plan.need_price >= 0).all()
        assert (plan.candidate_price >= 0).all()
        assert plan.need_price.shape == (problem.m,)
        assert plan.candidate_price.shape == (problem.n,)
        market = open_market(problem, pinned_edges(problem, kept, []))
        idle = np.setdiff1d(np.arange(problem.n), market.candidate)
        assert not plan.candidate_price[idle].any()
        assert plan.is_decided


@pytest.mark.parametrize("seed", range(10))
def test_a_plan_that_was_stopped_shares_a_bound_that_is_higher(seed: int) -> None:
    problem = random_problem(seed, people=12, needs=12, months=4)
    plan = m.solve(problem, time_limit=0.0)
    m.verify(problem, plan)
    best = m.solve(problem)
    if plan.status == "feasible":
        assert math.floor(_shared(problem, plan, [])) == plan.bound
        assert (plan.proof, plan.is_decided) == ("none", False)
        assert plan.gap_bp == plan.bound - plan.value
        assert isinstance(plan.bound, int)
    assert plan.value <= best.value <= plan.bound


def test_a_plan_that_was_stopped_takes_what_fits_by_falling_value() -> None:
    problem = m.Problem(**_arrays())
    plan = m.solve(problem, progress=lambda _told: True)
    assert plan.status == "cancelled"
    assert plan.pairs.tolist() == [[0, 2], [1, 1]]
    worthless = replace(problem, premium=np.zeros(2, np.int32), fit=problem.fit * 0)
    assert m.solve(worthless, progress=lambda _told: True).pairs.tolist() == []


def test_seconds_are_those_that_went_by() -> None:
    problem = random_problem(3, people=20, needs=20, months=4)
    began = time.monotonic()
    plan = m.solve(problem)
    assert 0 < plan.seconds <= time.monotonic() - began


def test_pins_count_in_value_and_bound_and_stand_among_the_pairs() -> None:
    problem = m.Problem(**_arrays())
    plan = m.solve(problem, pins=[(0, 0)])
    assert plan.pairs.tolist() == [[0, 0], [1, 1]]
    assert (plan.value, plan.bound, plan.status) == (52_000, 52_000, "optimal")
    alone = m.solve(problem, pins=[(0, 0), (1, 1)])
    assert (alone.value, alone.bound, alone.status) == (52_000, 52_000, "optimal")
    assert alone.proof in {"bound", "trivial"}


def test_a_forbid_of_everything_leaves_nothing() -> None:
    problem = m.Problem(**_arrays())
    plan = m.solve(problem, forbids=[(0, 0), (0, 2), (1, 1)])
    assert (plan.pairs.tolist(), plan.status, plan.proof) == ([], "nothing", "trivial")
    assert plan.pairs.shape == (0, 2)


@pytest.mark.parametrize(
    ("status", "is_proved"),
    [("optimal", True), ("nothing", True), ("feasible", False), ("cancelled", False)],
)
def test_a_plan_is_proved_where_nothing_better_exists(status: str, is_proved: bool) -> None:
    plan = m.solve(m.Problem(**_arrays()))
    assert replace(plan, status=PlanStatus(status)).is_proved == is_proved
