"""Pins that cannot be kept and plans that break a rule are refused in words that name the place."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from talentpool import matching as m

from .test_refusals import _arrays

SWAPPED = "looks swapped, a pair is (need, candidate)"
PINS: list[tuple[list[tuple[int, int]], list[tuple[int, int]], str]] = [
    ([(0, 1)], [], "x / b breaks a hard rule"),
    ([(0, 0)], [(0, 0)], "x / a is both pinned and forbidden"),
    ([(3, 0)], [], "pins[0]: need: 3 is not one of the row numbers 0 to 1"),
    ([(0, 3)], [], "pins[0]: candidate: 3 is not one of the row numbers 0 to 2"),
    ([(-1, 0)], [], "pins[0]: need: -1 is not one of the row numbers 0 to 1"),
    ([(0, -1)], [], "pins[0]: candidate: -1 is not one of the row numbers 0 to 2"),
    ([(2, 0)], [], f"pins[0]: {SWAPPED}"),
    ([("a", "x")], [], f"pins[0]: {SWAPPED}"),
    ([("a", 0)], [], f"pins[0]: {SWAPPED}"),
    ([("a", "b")], [], "pins[0]: need: 'a' is the id of a candidate"),
    ([("x", "y")], [], "pins[0]: candidate: 'y' is the id of a need"),
    ([("x", "Z")], [], "pins[0]: candidate: there is no 'Z'"),
    ([("x", "b")], [], "x / b breaks a hard rule"),
    ([(0, True)], [], "pins[0]: candidate: must be an id or a row number, not True"),
    ([(0, 0), (0, 2)], [], "x / c: more pins than seats"),
    ([(0, 0), (0.5, 0.9)], [], "pins[1]: need: must be an id or a row number, not 0.5"),
    ([(0, 0, 0)], [], "pins[0]: must be a pair (need, candidate)"),
    ([(float("nan"), 0)], [], "pins[0]: need: must be an id or a row number, not nan"),
    (["xa"], [], "pins[0]: must be a pair (need, candidate)"),
    ([{0, 1}], [], "pins[0]: must be a pair (need, candidate)"),
    ([None], [], "pins[0]: must be a pair (need, candidate)"),
]
OPTIONS: list[tuple[dict[str, Any], str]] = [
    ({"forbids": [(9, 9)]}, "forbids[0]: need: 9 is not one of the row numbers 0 to 1"),
    (
        {"forbids": [(0, 0), (0, -1)]},
        "forbids[1]: candidate: -1 is not one of the row numbers 0 to 2",
    ),
    ({"forbids": [(0, 0.5)]}, "forbids[0]: candidate: must be an id or a row number, not 0.5"),
    ({"forbids": 5}, "forbids: must be a list of pairs (need, candidate)"),
    ({"forbids": np.zeros((2, 3), np.int64)}, "forbids[0]: must be a pair (need, candidate)"),
    ({"forbids": [("a", "x")]}, f"forbids[0]: {SWAPPED}"),
    ({"previous": [(0, 0), ("z", 0)]}, "previous[1]: need: there is no 'z'"),
    ({"previous": ["x"]}, "previous[0]: must be a pair (need, candidate)"),
    ({"time_limit": "soon"}, "time_limit: must be a number of seconds"),
    ({"time_limit": float("nan")}, "time_limit: must be a number of seconds"),
]


@pytest.mark.parametrize(("pins", "forbids", "sentence"), PINS)
def test_pins_are_refused_in_words(
    pins: list[tuple[int, int]], forbids: list[tuple[int, int]], sentence: str
) -> None:
    with pytest.raises(m.InfeasiblePins) as refusal:
        m.solve(m.Problem(**_arrays()), pins=pins, forbids=forbids)
    assert str(refusal.value) == sentence


@pytest.mark.parametrize(("options", "sentence"), OPTIONS)
def test_what_else_is_asked_of_a_plan_is_refused_in_words(
    options: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(m.InvalidProblem) as refusal:
        m.solve(m.Problem(**_arrays()), **options)
    assert str(refusal.value) == sentence


def test_pairs_may_be_an_array_and_a_limit_any_number() -> None:
    problem = m.Problem(**_arrays())
    plan = m.solve(problem)
    array = np.array([[0, 0]])
    pinned = m.solve(problem, pins=array, previous=plan.pairs, time_limit=np.float32(60))
    assert pinned.pairs.tolist() == [[0, 0], [1, 1]]
    assert m.solve(problem, forbids=plan.pairs[:1]).pairs.tolist() == [[0, 0], [1, 1]]
    assert (
        m.solve(problem, previous=np.zeros((0, 2), np.int64)).pairs.tolist() == plan.pairs.tolist()
    )


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
    missing = r"^empty seats are explained from the records: pass candidates and needs$"
    for records in ({}, {"candidates": []}, {"needs": []}):
        with pytest.raises(m.MissingInput, match=missing):
            m.empty_seats(problem, plan, **records)  # type: ignore[arg-type]


def test_a_broken_plan_is_caught_in_words() -> None:
    problem = m.Problem(**_arrays())
    plan = m.solve(problem)
    assert plan.pairs.tolist() == [[0, 2], [1, 1]]
    broken = [
        ({"pairs": plan.pairs[::-1]}, "pairs: must be sorted and distinct"),
        ({"pairs": plan.pairs[[0, 0]]}, "pairs: must be sorted and distinct"),
        ({"pairs": np.array([[0, 1]])}, "pair (0, 1) is not feasible"),
        ({"pairs": np.array([[2, 1]])}, "pair (2, 1) is not feasible"),
        ({"pairs": np.array([[-1, 1]])}, "pair (-1, 1) is not feasible"),
        ({"pairs": np.array([[0, 0], [0, 2]])}, "need 0: more people than seats"),
        ({"value": 1}, f"value: claims 1, but the pairs are worth {plan.value}"),
        ({"bound": plan.value - 1}, "bound: below the value"),
        ({"proof": "none"}, "status: optimal without a proof"),
        ({"pairs": plan.pairs.tolist()}, "pairs: must be an array of integers"),
        ({"pairs": plan.pairs.astype(float)}, "pairs: must be an array of integers"),
        ({"pairs": plan.pairs.ravel()}, "pairs: has shape (4,), not (K, 2)"),
        ({"status": "best"}, "status: 'best' is unknown"),
        ({"proof": "word"}, "proof: 'word' is unknown"),
        ({"status": "feasible"}, "status: feasible with a proof"),
        ({"status": "nothing"}, "status: nothing by proof bound, with pairs"),
        ({"proof": "trivial"}, "status: optimal by proof trivial, with pairs"),
        (
            {"bound": plan.value + 1},
            f"bound: {plan.value + 1} is above the value {plan.value} of a proved plan",
        ),
        ({"need_price": [0, 0]}, "need_price: must be an array of numbers"),
        ({"need_price": np.zeros(3)}, "need_price: has shape (3,), not (2,)"),
        ({"need_price": np.array([0, -1.0])}, "need_price[1]: must be from 0 to 8796093022208"),
        ({"need_price": np.array([np.nan, 0])}, "need_price[0]: must be from 0 to 8796093022208"),
        ({"candidate_price": np.zeros(2)}, "candidate_price: has shape (2,), not (3,)"),
        (
            {"candidate_price": np.array([0, 0, np.inf])},
            "candidate_price[2]: must be from 0 to 8796093022208",
        ),
        (
            {"need_price": plan.need_price + 2},
            f"bound: claims {plan.value}, but the prices give {plan.value + 4}",
        ),
        (
            {"need_price": np.zeros(2), "candidate_price": np.full(3, 60_000.0)},
            "bound: claims 53000, but the prices give 77997",
        ),
        (
            {"need_price": plan.need_price + np.array([-0.5, 0.5])},
            "candidate_price[2]: below what the person could add",
        ),
    ]
    cases = [(problem, replace(plan, **change), sentence) for change, sentence in broken]
    cases += [
        (m.Problem(**_arrays(capacity=np.full((3, 2), 3, np.int16))), plan,
         "capacity: too many half-days in a month"),
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


def test_a_plan_without_its_pins_or_with_what_was_forbidden_is_caught_in_words() -> None:
    problem = m.Problem(**_arrays())
    plan = m.solve(problem)
    for options, sentence in (
        ({"pins": [(0, 0)]}, "pins: (0, 0) is missing"),
        ({"forbids": [(0, 2), (1, 1)]}, "forbids: (0, 2) is in the plan"),
    ):
        with pytest.raises(m.BrokenPlan) as refusal:
            m.verify(problem, plan, **options)
        assert str(refusal.value) == sentence
    m.verify(problem, plan, pins=plan.pairs, forbids=[(0, 0)])
    pinned = m.solve(problem, pins=[(0, 0)])
    with pytest.raises(m.BrokenPlan, match="but the prices give"):
        m.verify(problem, pinned)


def test_a_plan_that_is_broken_in_its_second_need_is_caught_too() -> None:
    """One person in two needs that run together, two people on the one seat of the second."""
    both = {"candidate": np.array([0, 0, 1], np.int32), "ptr": np.array([0, 1, 3], np.int64)}
    twice = np.full(3, 2, np.int8)
    rooms = {"capacity": np.full((3, 2), 5, np.int16), "most_at_once": twice}
    claim = m.solve(m.Problem(**_arrays(**both)))
    for changes, pairs, sentence in (
        (rooms, [[0, 0], [1, 0]], "capacity: too many half-days in a month"),
        ({}, [[0, 0], [1, 0]], "most_at_once: too many engagements in a month"),
        ({"seats": np.array([3, 1], np.int16)}, [[1, 0], [1, 1]],
         "need 1: more people than seats"),
    ):  # fmt: skip
        problem = m.Problem(**_arrays(**both, **changes))
        with pytest.raises(m.BrokenPlan) as refusal:
            m.verify(problem, replace(claim, pairs=np.array(pairs)))
        assert str(refusal.value) == sentence
    fits = m.Problem(**_arrays(**both, most_at_once=twice, capacity=np.full((3, 2), 6, np.int16)))
    pins = [(0, 0), (1, 0)]
    m.verify(fits, m.solve(fits, pins=pins), pins=pins)
