"""All solves of an aim share one time, and none begins once somebody has cancelled."""

from __future__ import annotations

import time
from typing import Any

import pytest

from talentpool import matching as m

from ..people import make_market
from .test_aims import _problem, _sizes

BOTH = m.Policy(order="stages", fairness_floor=100, fill_premium=0)


class Watch:
    """A progress callback that does one thing, once: at its call number `at`, from 1."""

    def __init__(self, at: int, *, seconds: float | None = None) -> None:
        self.at, self.seconds = at, seconds
        self.told: list[str] = []

    def __call__(self, told: dict[str, Any]) -> bool:
        self.told.append(told["stage"])
        if len(self.told) != self.at:
            return False
        if self.seconds is None:
            return True
        time.sleep(self.seconds)
        return False


def _aimed(watch: Watch, **options: Any) -> m.Aimed:
    problem = _problem(5)
    return m.solve_for(BOTH, problem, _sizes(problem), progress=watch, **options)


def _check_what_is_kept(aimed: m.Aimed) -> None:
    m.verify(aimed.problem, aimed.plan)
    problem = _problem(5)
    assert (aimed.problem.premiums - problem.premiums).tolist() == aimed.premium.tolist()
    assert aimed.plan.bound >= m.solve(aimed.problem).value


def _calls() -> int:
    watch = Watch(0)
    whole = _aimed(watch)
    assert whole.plan.status == "optimal"
    assert whole.premium.any()
    return len(watch.told)


def test_no_solve_of_an_aim_begins_after_somebody_cancelled() -> None:
    calls = _calls()
    assert calls > 10
    for at in range(1, calls + 1):
        watch = Watch(at)
        aimed = _aimed(watch)
        assert len(watch.told) == at
        assert (aimed.plan.status, aimed.plan.proof) == ("cancelled", "none")
        assert not aimed.is_reached
        _check_what_is_kept(aimed)


@pytest.mark.parametrize("part", [1, 4, 9])
def test_no_solve_of_an_aim_begins_after_its_time_and_nothing_is_claimed_proved(part: int) -> None:
    at = max(1, _calls() * part // 10)
    watch = Watch(at, seconds=1.1)
    aimed = _aimed(watch, time_limit=1.0)
    assert len(watch.told) <= at
    assert (aimed.plan.status, aimed.plan.proof) == ("feasible", "none")
    assert not aimed.is_reached
    _check_what_is_kept(aimed)


def test_without_any_time_there_is_one_plan_without_premiums() -> None:
    problem = _problem(5)
    first = m.solve(problem, time_limit=0.0)
    stages = m.solve_in_stages(problem, time_limit=0.0)
    floor = m.solve_with_floor(problem, _sizes(problem), 100, time_limit=0.0)
    for aimed in (stages, floor):
        assert aimed.plan.pairs.tolist() == aimed.plain.pairs.tolist() == first.pairs.tolist()
        assert aimed.plan.status == "feasible"
        assert not aimed.premium.any()
        assert not aimed.is_reached


def test_more_time_than_is_needed_changes_nothing() -> None:
    problem = _problem(5)
    free, timed = (
        m.solve_for(BOTH, problem, _sizes(problem), time_limit=limit) for limit in (None, 600.0)
    )
    assert timed.plan.pairs.tolist() == free.plan.pairs.tolist()
    assert timed.plan.status == free.plan.status == "optimal"
    assert timed.premium.tolist() == free.premium.tolist()


def test_nothing_is_solved_to_explain_a_plan_that_was_cancelled() -> None:
    people, needs = make_market(1, 14, 8)
    watch = Watch(0)
    whole = m.document(people, needs, BOTH, progress=watch)
    assert whole["waived"]
    assert any(entry["gained"] is not None for entry in whole["shortages"])
    of_plan = sum(stage not in m.PARTS_TOLD for stage in watch.told)
    assert of_plan > 5
    for at in range(1, of_plan + 1):
        watch = Watch(at)
        answer = m.document(people, needs, BOTH, progress=watch)
        assert answer["status"] == "cancelled"
        assert len(watch.told) == at
        assert answer["waived"] == {}
        assert all(entry["gained"] is None for entry in answer["shortages"])
