"""A problem solved over a core of its pairs has the plan value, the bound and the proof of the whole."""

from __future__ import annotations

import pytest

from talentpool import matching as m
from talentpool.matching import core

from .instances import best_by_milp, random_problem


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
