"""Where many pairs are worth the same, patterns are countless and none is better: the plan is found all the same."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from talentpool import matching as m

from ..instances import best_by_milp

PATIENCE = 120.0  # seconds: without the pairs' own programme these would take hours


def _full(
    people: int, needs: int, most: int, capacity: int, *, fits: list[int], half_days: list[int]
) -> m.Problem:
    """Everybody could serve every need; fits and half-days are drawn from the lists."""
    r = np.random.default_rng(people)
    return m.Problem(
        ptr=np.arange(0, needs * people + 1, people, dtype=np.int64),
        candidate=np.tile(np.arange(people, dtype=np.int32), needs),
        fit=r.choice(fits, needs * people).astype(np.int16),
        seats=np.ones(needs, np.int16),
        half_days=r.choice(half_days, needs).astype(np.int16),
        months=np.ones((needs, 1), bool),
        capacity=np.full((people, 1), capacity, np.int16),
        most_at_once=np.full(people, most, np.int8),
        candidate_ids=[f"c{i:03d}" for i in range(people)],
        need_ids=[f"n{j:03d}" for j in range(needs)],
    )


MARKETS = [
    _full(10, 10, 3, 3, fits=[5000], half_days=[1]),
    _full(20, 20, 3, 3, fits=[5000], half_days=[1]),
    _full(20, 20, 3, 3, fits=[5000, 5100], half_days=[1]),
    _full(40, 40, 2, 3, fits=[5000], half_days=[1]),
    _full(40, 40, 3, 3, fits=[5000, 5100], half_days=[1]),
    _full(12, 40, 5, 9, fits=[5000, 5100, 5200], half_days=[1, 2, 3]),
]


@pytest.mark.parametrize("problem", MARKETS, ids=lambda p: f"{p.n}x{p.m}x{p.most_at_once[0]}")
def test_equal_values_end_in_a_proved_and_decided_plan(problem: m.Problem) -> None:
    plan = m.solve(problem, time_limit=PATIENCE)
    m.verify(problem, plan)
    assert (plan.status, plan.is_decided) == ("optimal", True)
    assert plan.value == best_by_milp(problem)


@pytest.mark.parametrize("problem", MARKETS, ids=lambda p: f"{p.n}x{p.m}x{p.most_at_once[0]}")
def test_a_plan_in_force_that_is_as_good_as_any_stays(problem: m.Problem) -> None:
    """By another seed of the lottery it would be another plan."""
    plan = m.solve(problem, time_limit=PATIENCE)
    kept = [(int(need), int(candidate)) for need, candidate in plan.pairs]
    drawn_anew = replace(problem, lottery_seed=7)
    again = m.solve(drawn_anew, previous=kept, time_limit=PATIENCE)
    assert again.is_decided
    assert again.pairs.tolist() == plan.pairs.tolist()


ONE_EACH, TWO_EACH = (_full(4, 4, most, most, fits=[5000], half_days=[1]) for most in (1, 2))


@pytest.mark.parametrize(
    ("problem", "broken"),
    [
        (ONE_EACH, [(0, 0), (0, 1), (1, 2), (2, 3)]),  # two people on one seat
        (TWO_EACH, [(0, 0), (0, 1), (1, 2), (2, 3)]),
        (ONE_EACH, [(0, 0), (1, 0), (2, 1), (3, 2)]),  # one person more than they may
        (TWO_EACH, [(0, 0), (1, 0), (2, 0), (3, 2)]),
    ],
)
def test_a_plan_in_force_that_no_longer_fits_does_not_stay(
    problem: m.Problem, broken: list[tuple[int, int]]
) -> None:
    """It is worth as much as the best."""
    plan = m.solve(problem, previous=broken)
    m.verify(problem, plan)
    assert len(plan.pairs) == 4
    assert len({(int(need), int(candidate)) for need, candidate in plan.pairs} & set(broken)) == 3
