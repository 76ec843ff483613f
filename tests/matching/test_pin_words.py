"""Pins that cannot be kept and plans that break a rule are refused in words that name the place."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from talentpool import matching as m

from .test_refusals import _arrays

PINS: list[tuple[list[tuple[int, int]], list[tuple[int, int]], str]] = [
    ([(0, 1)], [], "x / b breaks a hard rule"),
    ([(0, 0)], [(0, 0)], "x / a is both pinned and forbidden"),
    ([(2, 0)], [], "pin (2, 0) is outside the problem"),
    ([(0, 3)], [], "pin (0, 3) is outside the problem"),
    ([(-1, 0)], [], "pin (-1, 0) is outside the problem"),
    ([(0, -1)], [], "pin (0, -1) is outside the problem"),
    ([(0, 0), (0, 2)], [], "x / c: more pins than seats"),
]


@pytest.mark.parametrize(("pins", "forbids", "sentence"), PINS)
def test_pins_are_refused_in_words(
    pins: list[tuple[int, int]], forbids: list[tuple[int, int]], sentence: str
) -> None:
    with pytest.raises(m.InfeasiblePins) as refusal:
        m.solve(m.Problem(**_arrays()), pins=pins, forbids=forbids)
    assert str(refusal.value) == sentence


@pytest.mark.parametrize(
    "changes",
    [
        {"capacity": np.full((3, 2), 5, np.int16), "most_at_once": np.full(3, 2, np.int8)},
        {"most_at_once": np.ones(3, np.int8)},
        {"most_at_once": np.full(3, 2, np.int8), "engagements": np.ones((3, 2), np.int8)},
    ],
)
def test_pins_beyond_what_a_person_can_do_are_refused_in_words(changes: dict[str, Any]) -> None:
    problem = m.Problem(**_arrays(**{"candidate": np.array([0, 2, 0], np.int32), **changes}))
    with pytest.raises(m.InfeasiblePins) as refusal:
        m.solve(problem, pins=[(0, 0), (1, 0)])
    assert str(refusal.value) == "y / a: the pins exceed the person's capacity"


def test_pins_that_just_fit_are_kept_and_one_that_is_named_twice_counts_once() -> None:
    problem = m.Problem(
        **_arrays(
            candidate=np.array([0, 2, 0], np.int32), capacity=np.full((3, 2), 6, np.int16),
            most_at_once=np.full(3, 2, np.int8),
        )
    )  # fmt: skip
    plan = m.solve(problem, pins=[(0, 0), (1, 0), (0, 0)])
    assert plan.pairs.tolist() == [[0, 0], [1, 0]]


def test_what_an_explanation_lacks_is_said_in_words() -> None:
    problem = m.Problem(**_arrays())
    plan = m.solve(problem)
    with pytest.raises(m.MissingInput, match=r"^the first-come baseline needs `posted`$"):
        m.baselines(problem)
    with pytest.raises(m.MissingInput, match=r"^the count baseline needs `skill_count`$"):
        m.baselines(m.Problem(**_arrays(posted=np.array([1, 2], np.int64))))
    missing = r"^empty seats are explained from the records of candidates and needs$"
    for records in ({}, {"candidates": []}, {"needs": []}):
        with pytest.raises(m.MissingInput, match=missing):
            m.empty_seats(problem, plan, **records)  # type: ignore[arg-type]


def test_a_broken_plan_is_caught_in_words() -> None:
    problem = m.Problem(**_arrays())
    plan = m.solve(problem)
    assert plan.pairs.tolist() == [[0, 2], [1, 1]]
    broken = [
        ({"pairs": plan.pairs[::-1]}, "pairs: not sorted, or one twice"),
        ({"pairs": plan.pairs[[0, 0]]}, "pairs: not sorted, or one twice"),
        ({"pairs": np.array([[0, 1]])}, "pair (0, 1) is not feasible"),
        ({"pairs": np.array([[2, 1]])}, "pair (2, 1) is not feasible"),
        ({"pairs": np.array([[-1, 1]])}, "pair (-1, 1) is not feasible"),
        ({"pairs": np.array([[0, 0], [0, 2]])}, "need 0: more people than seats"),
        ({"value": 1}, f"value: 1 is claimed, {plan.value} is true"),
        ({"bound": plan.value - 1}, "bound: below the value"),
        ({"proof": "none"}, "status: optimal without a proof"),
    ]
    cases = [(problem, replace(plan, **change), sentence) for change, sentence in broken]
    cases += [
        (m.Problem(**_arrays(capacity=np.full((3, 2), 3, np.int16))), plan,
         "capacity: a month is over-filled"),
        (m.Problem(**_arrays(most_at_once=np.zeros(3, np.int8))), plan,
         "most_at_once: too many engagements in a month"),
        (m.Problem(**_arrays(engagements=np.eye(3, 2, dtype=np.int8))), plan,
         "most_at_once: too many engagements in a month"),
    ]  # fmt: skip
    for where, claim, sentence in cases:
        with pytest.raises(m.BrokenPlan) as refusal:
            m.verify(where, claim)
        assert str(refusal.value) == sentence
    m.verify(problem, replace(plan, status="feasible", proof="none"))


def test_a_plan_that_is_broken_in_its_second_need_is_caught_too() -> None:
    """One person in two needs that run together, two people on the one seat of the second."""
    both = {"candidate": np.array([0, 0, 1], np.int32), "ptr": np.array([0, 1, 3], np.int64)}
    twice = np.full(3, 2, np.int8)
    rooms = {"capacity": np.full((3, 2), 5, np.int16), "most_at_once": twice}
    claim = m.solve(m.Problem(**_arrays(**both)))
    for changes, pairs, sentence in (
        (rooms, [[0, 0], [1, 0]], "capacity: a month is over-filled"),
        ({}, [[0, 0], [1, 0]], "most_at_once: too many engagements in a month"),
        ({"seats": np.array([3, 1], np.int16)}, [[1, 0], [1, 1]],
         "need 1: more people than seats"),
    ):  # fmt: skip
        problem = m.Problem(**_arrays(**both, **changes))
        with pytest.raises(m.BrokenPlan) as refusal:
            m.verify(problem, replace(claim, pairs=np.array(pairs)))
        assert str(refusal.value) == sentence
    fits = m.Problem(**_arrays(**both, most_at_once=twice, capacity=np.full((3, 2), 6, np.int16)))
    m.verify(fits, m.solve(fits, pins=[(0, 0), (1, 0)]))
