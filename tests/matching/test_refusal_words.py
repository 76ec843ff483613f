"""A refusal says where, and what is wrong there, in words that can be acted on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from talentpool import matching as m

from .people import make_market
from .test_refusals import _arrays

SENTENCES: list[tuple[dict[str, Any], str]] = [
    ({"ptr": [0, 2, 3]}, "ptr: must be a NumPy array"),
    ({"ptr": np.array([0, 2, 3], np.int32)}, "ptr: has dtype int32, not int64"),
    ({"ptr": np.array([0, 3], np.int64)}, "ptr: has shape (2,), not (3,)"),
    ({"ptr": np.array([1, 2, 3], np.int64)}, "ptr[0]: must start at 0"),
    ({"ptr": np.array([0, -1, 3], np.int64)}, "ptr[1]: is below 0"),
    ({"ptr": np.array([0, 4, 3], np.int64)}, "ptr[2]: must not decrease"),
    ({"ptr": np.array([0, 2, 2], np.int64)}, "ptr[2]: ends at 2, not at 3"),
    ({"candidate": np.array([0, 3, 1], np.int32)}, "candidate[1]: is above 2"),
    ({"candidate": np.array([2, 0, 1], np.int32)}, "candidate[1]: is out of order"),
    ({"candidate": np.array([2, 2, 1], np.int32)}, "candidate[1]: is a duplicate pair"),
    ({"candidate": np.array(0, np.int32)}, "candidate: has shape (), not (0,)"),
    ({"fit": np.array([0, 10_001, 0], np.int16)}, "fit[1]: is above 10000"),
    ({"fit": np.array([0, 0, -1], np.int16)}, "fit[2]: is below 0"),
    ({"fit": np.array([5000, 1], np.int16)}, "fit: has shape (2,), not (3,)"),
    ({"seats": np.array([1, 0], np.int16)}, "seats[1]: is below 1"),
    ({"seats": np.ones(2, np.int64)}, "seats: has dtype int64, not int16"),
    ({"seats": np.ones(3, np.int16)}, "seats: has shape (3,), not (2,)"),
    ({"half_days": np.array([0, 4], np.int16)}, "half_days[0]: is below 1"),
    ({"half_days": np.ones(2)}, "half_days: has dtype float64, not int16"),
    ({"half_days": np.ones(1, np.int16)}, "half_days: has shape (1,), not (2,)"),
    ({"months": np.ones((2, 2))}, "months: has dtype float64, not bool"),
    ({"months": np.ones(2, bool)}, "months: has shape (2,), not (2, 0)"),
    ({"months": np.array([[True, False], [False, False]])}, "months[1]: the need has no month"),
    ({"capacity": np.ones((3, 2))}, "capacity: has dtype float64, not int16"),
    ({"capacity": np.ones((2, 3), np.int16)}, "capacity: has shape (2, 3), not (3, 2)"),
    ({"capacity": np.array([[0, 0], [0, 0], [-1, 0]], np.int16)}, "capacity[(2, 0)]: is below 0"),
    ({"most_at_once": np.ones(3, np.int16)}, "most_at_once: has dtype int16, not int8"),
    ({"most_at_once": np.ones(2, np.int8)}, "most_at_once: has shape (2,), not (3,)"),
    ({"most_at_once": np.array([1, 1, -1], np.int8)}, "most_at_once[2]: is below 0"),
    ({"premium": np.ones(3, np.int32)}, "premium: has shape (3,), not (2,)"),
    ({"premium": np.ones(2, np.int64)}, "premium: has dtype int64, not int32"),
    ({"bonus": np.ones(2, np.int32)}, "bonus: has shape (2,), not (3,)"),
    ({"bonus": np.ones(3, np.int64)}, "bonus: has dtype int64, not int32"),
    ({"engagements": np.zeros((3, 1), np.int8)}, "engagements: has shape (3, 1), not (3, 2)"),
    ({"engagements": np.zeros((3, 2), np.int64)}, "engagements: has dtype int64, not int8"),
    ({"engagements": np.full((3, 2), -1, np.int8)}, "engagements[(0, 0)]: is below 0"),
    ({"posted": np.ones(3, np.int64)}, "posted: has shape (3,), not (2,)"),
    ({"posted": np.ones(2)}, "posted: has dtype float64, not int64"),
    ({"skill_count": np.ones(2, np.int16)}, "skill_count: has shape (2,), not (3,)"),
    ({"skill_count": np.ones(3)}, "skill_count: has dtype float64, not int16"),
    ({"skill_count": np.array([0, 0, -1], np.int16)}, "skill_count[2]: is below 0"),
    ({"parts": np.ones((3, 1), np.int16)}, "parts: has shape (3, 1), not (3, 0)"),
    ({"parts": np.ones((3, 1)), "part_names": ("p",)}, "parts: has dtype float64, not int16"),
    (
        {"parts": np.array([[5000], [-1], [0]], np.int16), "part_names": ("p",)},
        "parts[(1, 0)]: is below 0",
    ),
    (
        {"parts": np.array([[5000], [6000], [0]], np.int16), "part_names": ("p",)},
        "parts[2]: do not add up to the fit",
    ),
    ({"candidate_ids": ["a", "b", "a"]}, "candidate_ids[2]: 'a' is a duplicate"),
    ({"candidate_ids": ["a", 7, "c"]}, "candidate_ids[1]: must be a non-empty string"),
    ({"need_ids": ["x", ""]}, "need_ids[1]: must be a non-empty string"),
    *(
        ({name: given}, f"{name}: must be a list of strings")
        for name in ("candidate_ids", "need_ids", "part_names")
        for given in (None, {"x", "y"}, "xy", 5, (letter for letter in "xy"))
    ),
    ({"part_names": ("p", "p")}, "part_names[1]: 'p' is a duplicate"),
    ({"part_names": ("p", 7)}, "part_names[1]: must be a non-empty string"),
    (
        {"candidate_ids": ["a", "b", "\ud800"]},
        "candidate_ids[2]: '\\ud800' cannot be encoded as UTF-8",
    ),
    *(
        ({"lottery_seed": seed}, "lottery_seed: must be an integer")
        for seed in (None, "x", 1.5, True)
    ),
    ({"seats": np.ma.array(np.ones(2, np.int16), mask=[0, 1])}, "seats: must be a NumPy array"),
    ({"need_ids": ["x", "x"]}, "need_ids[1]: 'x' is a duplicate"),
    (
        {"premium": np.array([0, 10**9 - 6999], np.int32)},
        "premium[2]: a pair is worth more than 1000000000",
    ),
    (
        {"bonus": np.array([0, -(10**9) - 26_001, 0], np.int32)},
        "premium[1]: a pair is worth more than 1000000000",
    ),
]


@pytest.mark.parametrize(("changes", "sentence"), SENTENCES)
def test_arrays_are_refused_in_words(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(m.InvalidProblem) as refusal:
        m.Problem(**_arrays(**changes))
    assert str(refusal.value) == sentence


@pytest.mark.parametrize(
    "changes",
    [
        {"fit": np.array([0, 10_000, 1], np.int16)},
        {"candidate": np.array([0, 1, 0], np.int32), "ptr": np.array([0, 2, 3], np.int64)},
        {"candidate": np.array([0, 1, 2], np.int32), "ptr": np.array([0, 0, 3], np.int64)},
        {"most_at_once": np.zeros(3, np.int8), "capacity": np.zeros((3, 2), np.int16)},
        {"engagements": np.zeros((3, 2), np.int8), "skill_count": np.zeros(3, np.int16)},
        {"posted": np.array([-5, 2**62], np.int64), "bonus": np.full(3, -1, np.int32)},
        {"parts": np.array([[5000], [6000], [7000]], np.int16), "part_names": ("p",)},
        {"premium": np.array([0, 10**9 - 7000], np.int32)},
        {"bonus": np.array([0, -(10**9) - 26_000, 0], np.int32)},
    ],
)
def test_the_outermost_arrays_are_taken(changes: dict[str, Any]) -> None:
    assert len(m.Problem(**_arrays(**changes)).value) == 3


def test_a_problem_without_a_pair_or_without_parts_of_a_pair_is_taken() -> None:
    none = {
        name: np.zeros(0, dtype) for name, dtype in (("candidate", np.int32), ("fit", np.int16))
    }
    problem = m.Problem(**_arrays(ptr=np.zeros(3, np.int64), **none))
    assert problem.value.tolist() == []
    parts = np.zeros((0, 1), np.int16)
    named = _arrays(ptr=np.zeros(3, np.int64), parts=parts, part_names=("p",), **none)
    assert m.Problem(**named).parts is parts


@pytest.mark.parametrize(
    ("need", "sentence"),
    [
        (2, "need: 2 is not one of the row numbers 0 to 1"),
        (-1, "need: -1 is not one of the row numbers 0 to 1"),
        (0.5, "need: must be an id or a row number, not 0.5"),
        (None, "need: must be an id or a row number, not None"),
        (True, "need: must be an id or a row number, not True"),
        ("z", "need: there is no 'z'"),
        ("a", "need: 'a' is the id of a candidate"),
    ],
)
def test_a_need_that_is_none_has_no_ranking(need: Any, sentence: str) -> None:
    problem = m.Problem(**_arrays())
    plan = m.solve(problem)
    assert len(m.ranking(problem, plan, np.int64(1))) == 1  # type: ignore[arg-type]
    with pytest.raises(m.InvalidProblem) as refusal:
        m.ranking(problem, plan, need)
    assert str(refusal.value) == sentence


@pytest.mark.parametrize(
    ("classes", "sentence"),
    [
        (np.array([0, 7]), "size_class[1]: is above 2"),
        (np.array([-1, 0]), "size_class[0]: is below 0"),
        (np.array([0]), "size_class: has shape (1,), not (2,)"),
        (np.zeros(2), "size_class: must be an array of integers"),
        ([0, 1], "size_class: must be an array of integers"),
    ],
)
def test_classes_of_a_floor_are_refused_in_words(classes: Any, sentence: str) -> None:
    problem = m.Problem(**_arrays())
    assert m.solve_with_floor(problem, np.array([0, 2]), 50).is_reached
    with pytest.raises(m.InvalidProblem) as refusal:
        m.solve_with_floor(problem, classes, 50)
    assert str(refusal.value) == sentence


NEEDS: list[tuple[dict[str, Any], str]] = [
    ({"half_days": 63}, "half_days must be an integer from 1 to 62"),
    ({"half_days": 2.5}, "half_days must be an integer from 1 to 62"),
    ({"half_days": 2**70}, "half_days must be an integer from 1 to 62"),
    ({"half_days": [1, 2]}, "half_days must be an integer from 1 to 62"),
    ({"seats": 1001}, "seats must be an integer from 1 to 1000"),
    ({"size_class": -1}, "size_class must be an integer from 0 to 2"),
    ({"on_site_share": 101}, "on_site_share must be an integer from 0 to 100"),
    ({"weekdays": 128}, "weekdays must be an integer from 1 to 127"),
    ({"pay": 10**9 + 1}, "pay must be an integer from 0 to 1000000000"),
    ({"priority": 10}, "priority must be an integer from 0 to 9"),
    ({"posted": 2**62 + 1}, "posted must be an integer from -4611686018427387904 to 4611686018427387904"),
    ({"months": ()}, "months must be ascending and not empty"),
    ({"months": (5, 5)}, "months must be ascending and not empty"),
    ({"months": (120_001,)}, "months must be an integer from 0 to 120000"),
    ({"months": (-1, 5)}, "months must be an integer from 0 to 120000"),
    ({"weekdays": 0}, "weekdays must be an integer from 1 to 127"),
    ({"mode": "on-site"}, "mode must be one of online, hybrid, onsite, not 'on-site'"),
    ({"preferred_kinds": ("retired",)},
     "preferred_kinds must be one of official, specialist, freelance, serving, prefectural, not 'retired'"),
    ({"requires_training": 1}, "requires_training: expected bool, found int"),
    ({"place": 3}, "place: expected str, found int"),
    ({"months": "56"}, "months: expected sequence, found str"),
    ({"months": (1, "a")}, "months: expected integer, found str"),
    ({"forms": (None,)}, "forms: expected str, found NoneType"),
    ({"preferred_kinds": 5}, "preferred_kinds: expected set, found int"),
    ({"skills": (m.SkillRequirement(3, 1),)}, "skills: expected str, found int"),  # type: ignore[arg-type]
    ({"skills": (m.SkillRequirement("s", 1),) * 1001}, "more than 1000 skills"),
    ({"skills": (m.SkillRequirement("s", 5),)}, "level of a skill must be an integer from 1 to 4"),
    ({"skills": (m.SkillRequirement("s", 0),)}, "level of a skill must be an integer from 1 to 4"),
    ({"skills": (m.SkillRequirement("s", 4, 1001),)}, "weight of a skill must be an integer from 1 to 1000"),
    ({"skills": (m.SkillRequirement("s", 4, 0),)}, "weight of a skill must be an integer from 1 to 1000"),
    ({"month_pay": -1}, "month_pay must be an integer from 0 to 62000000000"),
    ({"skills": (m.SkillRequirement("s", 4, must=True, since=10_000),)}, "since of a skill must be an integer from 0 to 9999"),
    ({"skills": (m.SkillRequirement("s", 4, since=2020),)}, "since of a skill is for musts alone"),
]  # fmt: skip
MODES = ("online", "onsite")
PEOPLE: list[tuple[dict[str, Any], str]] = [
    ({"most_at_once": 101}, "most_at_once must be an integer from 0 to 100"),
    ({"most_at_once": None}, "most_at_once must be an integer from 0 to 100"),
    ({"kind": "retired"}, "kind must be one of official, specialist, freelance, serving, prefectural, not 'retired'"),
    ({"availability": {1: m.Month(63, 31, MODES)}}, "half_days of a month must be an integer from 0 to 62"),
    ({"availability": {1: m.Month(1, 0, MODES)}}, "weekdays of a month must be an integer from 1 to 127"),
    ({"availability": {1: m.Month(1, 1, MODES, 101)}}, "engagements of a month must be an integer from 0 to 100"),
    ({"availability": {1: m.Month(1, 1, ())}}, "modes of a month must not be empty"),
    ({"availability": {1: m.Month(1, 1, {"on-site"})}}, "modes must be one of online, onsite, not 'on-site'"),
    ({"skills": {"s": m.SkillClaim(0, 2020)}}, "level of a skill must be an integer from 1 to 4"),
    ({"skills": {"s": m.SkillClaim(1, 10_000)}}, "last_used of a skill must be an integer from -1 to 9999"),
    ({"skills": {"s": m.SkillClaim(1, 2020, "hearsay")}},
     "evidence must be one of self, documented, confirmed, not 'hearsay'"),
    ({"overnight": "no"}, "overnight: expected bool, found str"),
    ({"travel": {"p0": 40_000}}, "travel must be an integer from 0 to 32767"),
    ({"travel_limit": 30_001}, "travel_limit must be an integer from 0 to 30000"),
    ({"pay_minimum": -1}, "pay_minimum must be an integer from 0 to 1000000000"),
    ({"pay_wish": 10**9 + 1}, "pay_wish must be an integer from 0 to 1000000000"),
    ({"member_from": -1}, "member_from must be an integer from 0 to 120000"),
    ({"member_until": 120_001}, "member_until must be an integer from 0 to 120000"),
    ({"training_until": 120_001}, "training_until must be an integer from -1 to 120000"),
    ({"service_years": 1001}, "service_years must be an integer from 0 to 1000"),
    ({"rating_count": 10**6 + 1}, "rating_count must be an integer from 0 to 1000000"),
    ({"rating_count": 1, "rating_sum": 6}, "rating_sum must be at most 5 for each rating"),
    ({"load": 10**9 + 1}, "load must be an integer from 0 to 1000000000"),
    ({"conflicts": {"N": "Block"}}, "conflicts must be one of block, hold, warn, not 'Block'"),
    ({"in_force": "N"}, "in_force: expected set, found str"),
    ({"wishes": {"N000": 1001}}, "share of wishes must be an integer from 0 to 1000"),
    ({"preferred": {"N000": -1}}, "share of preferred must be an integer from 0 to 1000"),
    ({"wishes": {3: 0}}, "wishes: expected str, found int"),
    ({"regions": frozenset({1})}, "regions: expected str, found int"),
    ({"travel": None}, "travel: expected Mapping, found NoneType"),
    ({"availability": {1: 5}}, "availability: expected Month, found int"),
    ({"skills": {"s": m.SkillClaim(1, None, [])}}, "skills: expected str, found list"),  # type: ignore[arg-type]
]  # fmt: skip


@pytest.mark.parametrize(("changes", "sentence"), NEEDS)
def test_needs_are_refused_in_words(changes: dict[str, Any], sentence: str) -> None:
    people, needs = make_market(1, 2, 3)
    needs[1] = replace(needs[1], **changes)
    with pytest.raises(m.InvalidProblem) as refusal:
        m.build(people, needs)
    assert str(refusal.value) == f"needs[N001]: {sentence}"


@pytest.mark.parametrize(("changes", "sentence"), PEOPLE)
def test_people_are_refused_in_words(changes: dict[str, Any], sentence: str) -> None:
    people, needs = make_market(1, 4, 2)
    needs = [replace(need, place="p0") for need in needs]
    people[2] = replace(people[2], **changes)
    with pytest.raises(m.InvalidProblem) as refusal:
        m.build(people, needs)
    assert str(refusal.value) == f"candidates[C002]: {sentence}"


@pytest.mark.parametrize(
    "changes",
    [
        {"size_class": 2, "on_site_share": 100, "weekdays": 127, "posted": 2**62, "pay": 10**9},
        {"size_class": 0, "on_site_share": 0, "weekdays": 1, "posted": -(2**62), "pay": 0},
        {"months": (0, 120_000), "priority": 9, "seats": 1000, "half_days": 62},
        {"months": (1,), "priority": 0, "seats": 1, "half_days": 1},
        {"skills": (m.SkillRequirement("s", 4, 1000), m.SkillRequirement("s", 1, 1))},
        {"skills": (m.SkillRequirement("s", 1),) * 1000},
    ],
)
def test_the_outermost_needs_are_taken(changes: dict[str, Any]) -> None:
    people, needs = make_market(1, 2, 1)
    assert m.build(people, [replace(needs[0], **changes)]).m == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"most_at_once": 0, "travel_limit": 0, "member_from": 120_000, "service_years": 0},
        {"most_at_once": 100, "training_until": 120_000, "service_years": 1000, "load": 10**9},
        {"rating_count": 10**6, "rating_sum": 5 * 10**6, "pay_minimum": 10**9, "load": 0},
        {
            "availability": {1: m.Month(0, 1, ["online"]), 2: m.Month(62, 127, MODES, 100)},
            "kind": None,
        },
        {"skills": {"s": m.SkillClaim(1, -1), "t": m.SkillClaim(4, 9999)}},
        {"travel": {"p0": 0, "p1": 32_767}},
    ],
)
def test_the_outermost_people_are_taken(changes: dict[str, Any]) -> None:
    people, needs = make_market(1, 1, 2)
    needs = [replace(need, place=f"p{j}") for j, need in enumerate(needs)]
    assert m.build([replace(people[0], **changes)], needs).n == 1


def test_a_load_that_costs_too_much_is_refused_in_words() -> None:
    people, needs = make_market(1, 3, 2)
    people = [replace(person, load=1000 * (i + 1)) for i, person in enumerate(people)]
    m.build(people, needs, m.Policy(load_penalty=10**6, load_cap=1000))
    with pytest.raises(m.InvalidProblem) as refusal:
        m.build(people, needs, m.Policy(load_penalty=10**6, load_cap=10**4))
    assert str(refusal.value) == "load[C002]: costs more than 1000000000"


def test_names_of_records_are_refused_in_words() -> None:
    people, needs = make_market(1, 2, 2)
    for pool, wanted, sentence in (
        ([people[0], people[0]], needs, "candidates[1]: 'C000' is a duplicate"),
        (people, [needs[1], needs[1]], "needs[1]: 'N001' is a duplicate"),
        ([replace(people[0], id="")], needs, "candidates[0]: must be a non-empty string"),
    ):
        with pytest.raises(m.InvalidProblem) as refusal:
            m.build(pool, wanted)
        assert str(refusal.value) == sentence
