"""Scores, regrets, pins and the whole answer are compared on equal values, or the comparison says otherwise."""

from __future__ import annotations

import pytest

from benchmarks.explaining import (
    ANSWER,
    HIGHS,
    PINNED,
    ROW,
    measure_pin,
    measure_regrets,
    measure_whole,
)
from benchmarks.instances import SIZES
from benchmarks.peers import Answer
from benchmarks.records import draw_records
from benchmarks.running import Comparison, Patience, Timing, compare
from benchmarks.scoring import BUILD, LOOP, PRODUCT, SCORE, measure_scoring
from benchmarks.targets import Measured, at_most, compared
from talentpool import matching as m

BRIEF = Patience(rounds=1, seconds=0.0, limit=10.0)


def test_records_come_from_their_seed_and_have_feasible_pairs() -> None:
    assert draw_records(SIZES["A"], 1) == draw_records(SIZES["A"], 1)
    assert draw_records(SIZES["A"], 1) != draw_records(SIZES["A"], 2)
    problem = m.build(*draw_records(SIZES["A"], 1))
    assert (problem.n, problem.m) == (200, 60)
    assert len(problem.candidate) > 200


def test_columns_records_and_the_loop_score_the_same() -> None:
    timings = measure_scoring("A", BRIEF, has_loop=True).timings
    assert set(timings) == {SCORE, BUILD, PRODUCT, LOOP}
    assert timings[SCORE].value == timings[BUILD].value == timings[LOOP].value > 0


def test_a_pinned_plan_is_worth_the_same_to_everybody() -> None:
    timings = measure_pin("A", BRIEF).timings
    assert timings[PINNED].value == timings[HIGHS].value > 0


def test_regrets_are_counted_against_solving_again() -> None:
    comparison = measure_regrets("A", BRIEF)
    assert comparison.timings[ROW].value > 10
    assert "of 10 regrets equal solving again" in comparison.note


def test_the_whole_answer_is_timed() -> None:
    assert measure_whole(BRIEF).timings[ANSWER].is_proved


def test_different_values_are_no_comparison() -> None:
    runs = {
        "a": lambda: Answer(1, is_proved=True),
        "b": lambda: Answer(2, is_proved=True),
    }
    with pytest.raises(AssertionError, match="values differ"):
        compare("x", runs, BRIEF, "")


def test_a_comparison_that_is_not_right_meets_no_target() -> None:
    fast, slow = Timing(1, 1, 1, 0, is_proved=True), Timing(5, 5, 1, 0, is_proved=True)
    timings = {"fast": fast, "slow": slow}
    for is_right, text, is_met in ((True, "5 ×", True), (False, "5 ×; but 1 of 2", False)):
        measured = Measured(comparisons={"x": Comparison("x", timings, "1 of 2", is_right)})
        figure = compared(5, "x", "fast", "slow").figure(measured)
        assert figure is not None
        assert (figure.text, figure.is_met) == (text, is_met)
        most = at_most(1.0, "x", "fast").figure(measured)
        assert most is not None
        assert most.is_met
    assert compared(5, "y", "fast", "slow").figure(Measured()) is None
    assert at_most(1.0, "y", "fast").figure(Measured()) is None
