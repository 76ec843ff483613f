"""A document that is stopped anywhere keeps its plan, names what it leaves out, and claims nothing that was not computed."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from talentpool import matching as m
from talentpool.matching.solving import clock as clocks

from .people import make_market

PARTS = {"regrets": "rankings"} | {name: name for name in ("baselines", "shortages", "waived")}
ALWAYS = ("placements", "excluded", "prices", "candidates", "value", "bound", "input_hash")


class Stop:
    """Cancels at its call number `at`, from 1; 0 for never."""

    def __init__(self, at: int) -> None:
        self.at, self.told = at, list[dict[str, Any]]()

    def __call__(self, said: dict[str, Any]) -> bool:
        self.told.append(said)
        return len(self.told) == self.at


def _whole(pins: list[tuple[str, str]]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    watch = Stop(0)
    people, needs = make_market(1, 14, 8)
    return m.document(people, needs, pins=pins, is_stable=True, progress=watch), watch.told


@pytest.mark.parametrize("is_pinned", [False, True])
def test_wherever_it_is_cancelled_the_plan_is_kept_and_the_rest_is_named(is_pinned: bool) -> None:
    people, needs = make_market(1, 14, 8)
    first, _ = _whole([])
    pins = [(pair["need"], pair["candidate"]) for pair in first["placements"][: 2 * is_pinned]]
    whole, told = _whole(pins)
    assert (whole["stopped"], whole["left_out"]) == (None, [])
    for at in range(1, len(told) + 1):
        watch = Stop(at)
        answer = m.document(people, needs, pins=pins, is_stable=True, progress=watch)
        assert len(watch.told) == at
        assert answer["stopped"] == "cancelled"
        _check(answer, whole, people, needs, pins)
        assert {(p["need"], p["candidate"]) for p in answer["placements"]} >= set(pins)
        if answer["status"] == "optimal":
            assert all(answer[key] == whole[key] for key in ALWAYS)


def test_reports_count_the_pinned_pairs_and_stay_between_value_and_bound() -> None:
    first, _ = _whole([])
    pins = [(pair["need"], pair["candidate"]) for pair in first["placements"]]
    whole, told = _whole(pins)
    assert whole["value"] > 0
    assert all(said["bound"] >= whole["value"] >= said["value"] for said in told)
    assert told[-1]["value"] == whole["value"]


def _check(
    answer: dict[str, Any],
    whole: dict[str, Any],
    people: list[m.Candidate],
    needs: list[m.Need],
    pins: list[tuple[str, str]],
) -> None:
    """What is not left out is as in the whole document; what is left out is empty or says so."""
    problem = m.build(people, needs)
    m.verify(problem, m.plan_of(problem, answer), pins=pins)
    assert answer["bound"] >= whole["value"]
    left_out = set(answer["left_out"])
    assert left_out <= m.PARTS_TOLD.keys()
    if answer["status"] == "optimal":
        for name, key in PARTS.items():
            assert name in left_out or "gains" in left_out or answer[key] == whole[key]
    for name in ("baselines", "waived"):
        assert name not in left_out or not answer[name]
    empty = {entry["need"]: entry for entry in answer["empty_seats"]}
    assert all(entry["is_complete"] for entry in empty.values()) or "empty_seats" in left_out
    filled = [pair["need"] for pair in answer["placements"]]
    for need in needs:
        seats = empty[need.id]["seats"] if need.id in empty else 0
        assert seats == need.seats - filled.count(need.id)
    for rows in answer["rankings"].values():
        for row in rows:
            if "regrets" in left_out and not row["placed"]:
                assert row["reason"]["code"] in {
                    "taken",
                    "outranked",
                    "unproved",
                    "loses",
                    "equal",
                    "no_better",
                }
            if answer["status"] != "optimal":
                assert row["reason"]["code"] not in {"no_better", "equal"}


def test_long_loops_ask_again_whether_somebody_has_cancelled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(clocks, "ASK", 0.0)
    told: list[dict[str, Any]] = []

    def progress(said: dict[str, Any]) -> bool:
        told.append(said)
        return len(told) == 3

    clock = clocks.Clock(progress=progress)
    clock.tick()
    assert told == []
    assert not clock.report({"stage": "priced"})
    clock.tick()
    assert told == [{"stage": "priced"}] * 2
    with pytest.raises(clocks.Stop):
        clock.tick()
    assert clock.is_cancelled


def test_a_time_that_is_too_short_for_the_explanation_leaves_the_plan_proved() -> None:
    people, needs = make_market(1, 14, 8)
    whole, _ = _whole([])

    def at_the_end(said: dict[str, Any]) -> bool:
        return said["stage"] == "empty_seats"

    answer = m.document(people, needs, progress=at_the_end, is_stable=True)
    assert answer["status"] == "optimal"
    assert answer["left_out"] == ["empty_seats", "shortages", "waived"]
    assert answer["rankings"] == whole["rankings"]
    assert answer["baselines"] == whole["baselines"]


def test_a_call_that_cannot_be_interrupted_is_left_alone_once_somebody_cancels(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(clocks, "ASK", 0.001)
    watch, goes_on = Stop(3), threading.Event()
    clock = clocks.Clock(progress=watch)
    assert clock.run(threading.get_ident) == threading.get_ident()
    clock.report({"stage": "priced"})
    assert clock.run(lambda: threading.current_thread().name) == "solver"
    with pytest.raises(ZeroDivisionError):
        clock.run(lambda: 1 // 0)
    with pytest.raises(clocks.Stop):
        clock.run(goes_on.wait)
    goes_on.set()
    assert clock.is_cancelled
    assert {said["stage"] for said in watch.told} == {"priced"}


def test_who_watches_gets_the_same_plan_as_who_does_not() -> None:
    people, needs = make_market(1, 14, 8)
    watched, _ = _whole([])
    assert m.document(people, needs, is_stable=True) == watched


def test_whoever_cancels_in_the_middle_of_a_part_gets_what_is_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(clocks, "ASK", 0.0)  # every step of every loop asks
    people, needs = make_market(1, 14, 8)
    whole, told = _whole([])
    for stage in {said["stage"] for said in told} & m.PARTS_TOLD.keys():
        for number in (2, 3, 5):
            seen: list[str] = []

            def cancel(said: dict[str, Any], seen: list[str] = seen, at: int = number) -> bool:
                seen.append(said["stage"])
                return seen.count(stage) == at  # noqa: B023 - called within this turn

            answer = m.document(people, needs, is_stable=True, progress=cancel)
            _check(answer, whole, people, needs, [])
            is_cancelled = seen.count(stage) == number
            assert (answer["stopped"] == "cancelled") == is_cancelled
            assert bool(answer["left_out"]) == is_cancelled
