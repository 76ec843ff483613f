"""A clock stops what it times when its time is up, or once somebody has cancelled."""

from __future__ import annotations

from typing import Any

import pytest

from talentpool.matching.solving.clock import LONG, Clock, Stop


def test_without_a_limit_time_is_never_up() -> None:
    clock = Clock()
    clock.tick()
    assert not clock.is_over
    assert (clock.limit, clock.remaining, clock.is_late) == (None, LONG, False)


@pytest.mark.parametrize("limit", [0, 0.0, -1, float("-inf")])
def test_without_any_time_it_is_up_at_once(limit: float) -> None:
    clock = Clock(limit)
    assert clock.is_over
    assert (clock.limit, clock.remaining, clock.is_late) == (0.0, 0.0, True)
    with pytest.raises(Stop):
        clock.tick()


def test_within_its_limit_time_is_not_up() -> None:
    clock = Clock(10**6)
    clock.tick()
    assert 0 < clock.remaining <= 10**6
    assert not clock.is_late
    assert not clock.report({})


def test_who_has_cancelled_is_not_asked_again() -> None:
    told: list[dict[str, Any]] = []

    def progress(said: dict[str, Any]) -> bool:
        told.append(said)
        return len(told) == 2

    clock = Clock(progress=progress)
    assert [clock.report({"stage": stage}) for stage in range(4)] == [False, True, True, True]
    assert told == [{"stage": 0}, {"stage": 1}]
    assert clock.is_cancelled
    with pytest.raises(Stop):
        clock.tick()


def test_a_report_without_any_time_is_told_and_then_it_is_over() -> None:
    told: list[dict[str, Any]] = []
    clock = Clock(0, lambda said: bool(told.append(said)))
    assert clock.report({"stage": "priced"})
    assert told == [{"stage": "priced"}]
    assert not clock.is_cancelled
