"""What cannot be right is refused with the field and the index; broken plans are caught."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from talentpool import matching as m

from .instances import random_problem
from .people import make_market


def _arrays(**changes: Any) -> dict[str, Any]:
    """Two needs, three people, three pairs, two months."""
    return {
        "ptr": np.array([0, 2, 3], np.int64),
        "candidate": np.array([0, 2, 1], np.int32),
        "fit": np.array([5000, 6000, 7000], np.int16),
        "seats": np.array([1, 1], np.int16),
        "half_days": np.array([2, 4], np.int16),
        "months": np.array([[True, False], [True, True]]),
        "capacity": np.full((3, 2), 8, np.int16),
        "most_at_once": np.array([1, 1, 2], np.int8),
        "candidate_ids": ["a", "b", "c"],
        "need_ids": ["x", "y"],
        **changes,
    }


BAD: list[tuple[dict[str, Any], str, object]] = [
    ({"ptr": np.array([0, 3], np.int64)}, "ptr", None),
    ({"ptr": np.array([1, 2, 3], np.int64)}, "ptr", 0),
    ({"ptr": np.array([0, 4, 3], np.int64)}, "ptr", 2),
    ({"ptr": np.array([0, 2, 2], np.int64)}, "ptr", 2),
    ({"ptr": [0, 2, 3]}, "ptr", None),
    ({"candidate": np.array([0, 3, 1], np.int32)}, "candidate", 1),
    ({"candidate": np.array([0, -1, 1], np.int32)}, "candidate", 1),
    ({"candidate": np.array([2, 0, 1], np.int32)}, "candidate", 1),
    ({"candidate": np.array([2, 2, 1], np.int32)}, "candidate", 1),
    ({"fit": np.array([5000, 6000, np.nan])}, "fit", None),
    ({"fit": np.array([5000, 10_001, 1], np.int16)}, "fit", 1),
    ({"fit": np.array([5000, -1, 1], np.int16)}, "fit", 1),
    ({"fit": np.array([5000, 1], np.int16)}, "fit", None),
    ({"seats": np.array([1, 0], np.int16)}, "seats", 1),
    ({"half_days": np.array([0, 4], np.int16)}, "half_days", 0),
    ({"months": np.array([[True, False], [False, False]])}, "months", 1),
    ({"months": np.array([[1, 0], [1, 1]])}, "months", None),
    ({"capacity": np.full((3, 3), 8, np.int16)}, "capacity", None),
    ({"capacity": np.array([[8, 8], [8, -1], [8, 8]], np.int16)}, "capacity", (1, 1)),
    ({"most_at_once": np.array([1, -1, 2], np.int8)}, "most_at_once", 1),
    ({"candidate_ids": ["a", "b", "a"]}, "candidate_ids", 2),
    ({"need_ids": ["x", ""]}, "need_ids", 1),
    ({"premium": np.array([1, 2], np.int64)}, "premium", None),
    ({"premium": np.array([2**30, 2**30], np.int32)}, "premium", 0),
    ({"parts": np.array([[1], [2], [3]], np.int16), "part_names": ("p",)}, "parts", 0),
    ({"engagements": np.full((3, 2), -1, np.int8)}, "engagements", (0, 0)),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "field", "index"), BAD)
def test_arrays_that_cannot_be_right_are_named(
    changes: dict[str, Any], field: str, index: object
) -> None:
    with pytest.raises(m.InvalidProblem) as refusal:
        m.Problem(**_arrays(**changes))
    assert refusal.value.field == field
    if index is not None:
        assert refusal.value.index == index or field == "premium"
        assert field in str(refusal.value)


def test_the_sound_problem_is_taken_and_zero_capacity_is_no_fault() -> None:
    assert m.solve(m.Problem(**_arrays())).status == "optimal"
    nobody = m.Problem(**_arrays(capacity=np.zeros((3, 2), np.int16)))
    nothing = m.solve(nobody)
    assert (nothing.status, nothing.value, nothing.bound) == ("nothing", 0, 0)
    assert not nothing.need_price.any()


@pytest.mark.parametrize(
    ("pins", "forbids"),
    [
        ([(0, 1)], []),
        ([(0, 0), (0, 2)], []),
        ([(0, 0)], [(0, 0)]),
        ([(9, 0)], []),
        ([(0, 9)], []),
    ],
)
def test_pins_that_cannot_be_kept_are_refused(
    pins: list[tuple[int, int]], forbids: list[tuple[int, int]]
) -> None:
    with pytest.raises(m.InfeasiblePins):
        m.solve(m.Problem(**_arrays()), pins=pins, forbids=forbids)


def test_pins_beyond_the_capacity_of_a_person_are_refused() -> None:
    arrays = _arrays(candidate=np.array([0, 2, 0], np.int32), capacity=np.full((3, 2), 4, np.int16))
    with pytest.raises(m.InfeasiblePins, match="capacity"):
        m.solve(m.Problem(**arrays), pins=[(0, 0), (1, 0)])


@pytest.mark.parametrize(
    "document",
    [
        {"weights": {"skills": 10_000}},
        {"weights": dict.fromkeys(m.PARTS, 1)},
        {"weights": []},
        {"fill_premium": -1},
        {"fill_premium": 1.5},
        {"fill_premium": True},
        {"size_class_premium": [1, 2]},
        {"size_class_premium": 5},
        {"carry_over": {"t": -1}},
        {"half_life": 0},
        {"no_such_key": 1},
        [],
    ],
    ids=str,
)
def test_a_policy_that_does_not_add_up_is_refused(document: Any) -> None:
    with pytest.raises(m.MatchingError):
        m.Policy.from_dict(document)


def test_a_policy_comes_back_as_it_was() -> None:
    policy = m.Policy(fill_premium=7, carry_over={"t": 5}, size_class_premium=(3, 2, 1))
    assert m.Policy.from_dict(policy.to_dict()) == policy


def test_records_that_no_array_could_hold_are_refused() -> None:
    people, needs = make_market(1, 2, 2)
    bad_needs = [
        {"months": ()}, {"months": (5, 4)}, {"half_days": 0}, {"seats": 0}, {"mode": "by post"},
        {"size_class": 3}, {"on_site_share": 101}, {"skills": (m.SkillRequirement("s", 5),)},
    ]  # fmt: skip
    for changes in bad_needs:
        with pytest.raises(m.InvalidProblem, match="N000"):
            m.build(people, [replace(needs[0], **changes)])
    month = m.Month(63, 31, frozenset())
    for changes in ({"most_at_once": -1}, {"availability": {1: month}}):
        with pytest.raises(m.InvalidProblem, match="C000"):
            m.build([replace(people[0], **changes)], needs)
    with pytest.raises(m.InvalidProblem, match="duplicate"):
        m.build([people[0], people[0]], needs)


def test_what_is_missing_is_named() -> None:
    problem = m.Problem(**_arrays())
    with pytest.raises(m.MissingInput, match="posted"):
        m.baselines(problem)
    with pytest.raises(m.MissingInput, match="skill_count"):
        m.baselines(m.Problem(**_arrays(posted=np.array([1, 2], np.int64))))
    with pytest.raises(m.MissingInput):
        m.empty_seats(problem, m.solve(problem))


@pytest.mark.parametrize("seed", range(5))
def test_baselines_keep_every_rule_and_never_beat_the_plan(seed: int) -> None:
    problem = random_problem(seed, people=15, needs=15, months=5)
    best = m.solve(problem)
    for name, plan in m.baselines(problem).items():
        m.verify(problem, plan)
        assert name in m.BASELINES
        assert plan.value <= best.value


def test_a_broken_plan_is_caught() -> None:
    problem = m.Problem(**_arrays())
    plan = m.solve(problem)
    full = m.Problem(**_arrays(capacity=np.full((3, 2), 1, np.int16)))
    tight = m.Problem(**_arrays(most_at_once=np.zeros(3, np.int8)))
    broken = [
        (problem, replace(plan, pairs=plan.pairs[::-1])),
        (problem, replace(plan, pairs=np.array([[0, 1]]))),
        (problem, replace(plan, pairs=np.array([[0, 0], [0, 2]]))),
        (problem, replace(plan, value=plan.value + 1)),
        (problem, replace(plan, bound=plan.value - 1)),
        (problem, replace(plan, proof="none")),
        (full, plan),
        (tight, plan),
    ]
    for where, claim in broken:
        with pytest.raises(m.BrokenPlan):
            m.verify(where, claim)
