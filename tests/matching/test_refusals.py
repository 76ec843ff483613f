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
    ({"ptr": np.array([0, 2**53, 3], np.int64)}, "ptr", 2),
    ({"ptr": np.array([0, 2, 2**53 + 1], np.int64)}, "ptr", 2),
    ({"ptr": np.array([0, -1, 3], np.int64)}, "ptr", 1),
    ({"ptr": np.array([0.0, 2.0, np.nan])}, "ptr", None),
    ({"candidate": np.array([0, 2, 1], np.int64)}, "candidate", None),
    ({"candidate": np.array([[0, 2, 1]], np.int32)}, "candidate", None),
    ({"candidate": np.array(0, np.int32)}, "candidate", None),
    ({"ptr": np.array([0, 0, 3], np.int64)}, "candidate", 2),
    ({"ptr": np.array([0, 1, 3], np.int64)}, "candidate", 2),
    ({"capacity": np.full((3, 2), np.nan)}, "capacity", None),
    ({"bonus": np.array([0, -(2**31), 0], np.int32)}, "premium", 1),
    ({"posted": np.array([1.0, np.inf])}, "posted", None),
    ({"skill_count": np.array([1, -1, 0], np.int16)}, "skill_count", 1),
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


def _many_needs(worth: int, seats: int, *, needs: int = 300, people: int = 3) -> m.Problem:
    """Everybody could serve one of the needs, each worth the same."""
    pairs = needs * people
    return m.Problem(
        ptr=np.arange(needs + 1, dtype=np.int64) * people,
        candidate=np.tile(np.arange(people, dtype=np.int32), needs),
        fit=np.zeros(pairs, np.int16),
        seats=np.full(needs, seats, np.int16),
        half_days=np.ones(needs, np.int16),
        months=np.ones((needs, 1), bool),
        capacity=np.full((people, 1), 300, np.int16),
        most_at_once=np.ones(people, np.int8),
        candidate_ids=[f"c{i}" for i in range(people)],
        need_ids=[f"n{j}" for j in range(needs)],
        premium=np.full(needs, worth, np.int32),
    )


@pytest.mark.parametrize("worth", [20_000, 10**9])
@pytest.mark.parametrize("seats", [1, 3, 4, 32_767])
def test_seats_beyond_the_pairs_change_no_plan_however_many(worth: int, seats: int) -> None:
    plan = m.solve(_many_needs(worth, seats))
    assert (plan.status, plan.value, plan.bound) == ("optimal", 3 * worth, 3 * worth)
    assert not plan.need_price.any()


def test_seats_worth_more_together_than_sums_can_hold_are_refused() -> None:
    most = 32_767
    assert _many_needs(10**9, most, needs=68, people=most).m == 68
    taken = _many_needs(9 * 10**8, most, needs=69, people=most)
    premium = np.full(69, 10**9 - 1, np.int32)
    premium[7] += 1
    with pytest.raises(m.InvalidProblem) as refusal:
        replace(taken, premium=premium)
    assert str(refusal.value) == f"premium[7]: the seats together are worth {2**51} or more"


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


NAN = float("nan")
ANY = ("online", "onsite")
BAD_NEEDS: list[dict[str, Any]] = [
    {"months": ()}, {"months": (5, 4)}, {"months": (5, 5)}, {"months": (-1,)}, {"months": (5.5,)},
    {"months": (12 * 10_000 + 1,)}, {"half_days": 0}, {"half_days": 63}, {"half_days": NAN},
    {"half_days": 2.5}, {"half_days": "2"}, {"seats": 0}, {"seats": 1001}, {"mode": "by post"},
    {"mode": "on-site"}, {"mode": "both"}, {"weekdays": 0}, {"preferred_kinds": ("official", "retired")},
    {"requires_training": "yes"}, {"requires_training": None}, {"skills": (m.SkillRequirement("s", 1, must="yes"),)},  # type: ignore[arg-type]
    {"size_class": 3}, {"size_class": -1}, {"on_site_share": 101}, {"weekdays": 128}, {"pay": -1},
    {"pay": 10**9 + 1}, {"pay": 2**70}, {"pay": NAN}, {"priority": -1}, {"priority": 10},
    {"posted": 2**63}, {"posted": None},
    {"skills": (m.SkillRequirement("s", 5),)}, {"skills": (m.SkillRequirement("s", 0),)},
    {"mode": ["online"]}, {"months": "56"}, {"months": (1, "a")}, {"months": None}, {"months": 5},
    {"skills": None}, {"skills": (None,)}, {"skills": (m.SkillRequirement(None, 1),)},  # type: ignore[arg-type]
    {"skills": (m.SkillRequirement(7, 1),)}, {"skills": (m.SkillRequirement("s", 1, group=[1]),)},  # type: ignore[arg-type]
    {"region": None}, {"theme": None}, {"municipality": ["t"]}, {"roles": None},
    {"roles": "pm"}, {"roles": frozenset({3})}, {"forms": [["f0"]]}, {"preferred_kinds": None},
    {"skills": (m.SkillRequirement("s", 1),) * 1001}, {"skills": (m.SkillRequirement("s", 1, 0),)}, {"skills": (m.SkillRequirement("s", 1, 1001),)},
]  # fmt: skip
BAD_PEOPLE: list[dict[str, Any]] = [
    {"most_at_once": -1}, {"most_at_once": 101}, {"most_at_once": 1.5}, {"most_at_once": None},
    {"availability": {1: m.Month(63, 31, ANY)}}, {"availability": {1: m.Month(-1, 31, ANY)}},
    {"availability": {1: m.Month(1, 128, ANY)}}, {"availability": {1: m.Month(1, 31, ANY, 101)}},
    {"availability": {1: m.Month(1, 31, ANY, -1)}}, {"availability": {1: m.Month(NAN, 31, ANY)}},
    {"availability": {1: m.Month(1, 0, ANY)}}, {"availability": {1: m.Month(1, 31, ())}},
    {"availability": {1: m.Month(1, 31, ["on-site"])}}, {"availability": {1: m.Month(1, 31, ["hybrid"])}},
    {"availability": {1: m.Month(1, 31, "online")}}, {"availability": {1: m.Month(1, 31, [3, "online", None])}}, {"availability": {1: m.Month(1, 31, [["online"]])}},
    {"kind": "retired"}, {"kind": ""}, {"kind": ["official"]}, {"overnight": "no"}, {"overnight": None}, {"consents": 1},
    {"skills": {"s": m.SkillClaim(0, 2020)}}, {"skills": {"s": m.SkillClaim(5, 2020)}},
    {"skills": {"s": m.SkillClaim(1, 10_000)}}, {"skills": {"s": m.SkillClaim(1, -2)}},
    {"skills": {"s": m.SkillClaim(1, 2020, "hearsay")}},
    {"travel": {"p0": -1}}, {"travel": {"p0": 40_000}}, {"travel": {"p0": 1.5}},
    {"travel_limit": -1}, {"travel_limit": 30_001}, {"pay_minimum": -1}, {"pay_wish": 2**53 + 1},
    {"pay_minimum": NAN}, {"member_from": -1}, {"member_until": 2**70}, {"training_until": 2**31},
    {"service_years": -1}, {"rating_sum": 6, "rating_count": 1}, {"rating_sum": -1},
    {"rating_count": 2**40}, {"load": -1}, {"load": float("inf")}, {"load": [1]},
    {"conflicts": {"N000": "Block"}}, {"conflicts": None}, {"conflicts": {"N000": []}}, {"conflicts": {3: "warn"}},
    {"wishes": None}, {"wishes": {"N000": 1.5}}, {"preferred": {"N000": 2000}}, {"preferred": {None: 1}},
    {"roles": None}, {"roles": "pm"}, {"forms": (None,)}, {"themes": None}, {"regions": 5},
    {"forbidden": None}, {"forbidden": {5}}, {"in_force": None}, {"in_force": "N000"}, {"travel": None}, {"travel": []},
    {"availability": None}, {"availability": {"1": m.Month(1, 31, ANY)}}, {"availability": {1: None}},
    {"availability": {1: m.Month(1, 31, None)}},
    {"skills": None}, {"skills": {"s": None}}, {"skills": {None: m.SkillClaim(1, None)}},
    {"skills": {"s": m.SkillClaim(1, None, [])}},  # type: ignore[arg-type]
]  # fmt: skip


@pytest.mark.parametrize("changes", BAD_NEEDS, ids=lambda changes: next(iter(changes)))
def test_a_need_that_no_array_could_hold_is_refused_by_name(changes: dict[str, Any]) -> None:
    people, needs = make_market(1, 2, 3)
    needs[1] = replace(needs[1], place="p0", **changes)
    _refused_everywhere(people, needs, "needs", "N001")


@pytest.mark.parametrize("changes", BAD_PEOPLE, ids=lambda changes: next(iter(changes)))
def test_a_person_that_no_array_could_hold_is_refused_by_name(changes: dict[str, Any]) -> None:
    people, needs = make_market(1, 4, 2)
    needs = [replace(need, place="p0") for need in needs]
    people[2] = replace(people[2], **changes)
    _refused_everywhere(people, needs, "candidates", "C002")


def _refused_everywhere(
    people: list[m.Candidate], needs: list[m.Need], field: str, ident: str
) -> None:
    problem = m.build(*make_market(1, len(people), len(needs)))
    plan = replace(m.solve(problem), pairs=np.zeros((0, 2), np.int64))
    for ask in (
        lambda: m.build(people, needs),
        lambda: m.excluded(people, needs),
        lambda: m.empty_seats(problem, plan, people, needs),
    ):
        with pytest.raises(m.InvalidProblem, match=ident) as refusal:
            ask()
        assert (refusal.value.field, refusal.value.index) == (field, ident)


def test_names_that_are_missing_or_twice_are_refused() -> None:
    people, needs = make_market(1, 2, 2)
    for pool, wanted in (
        ([people[0], people[0]], needs),
        (people, [needs[0], needs[0]]),
        ([replace(people[0], id="")], needs),
        (people, [replace(needs[0], id=None)]),  # type: ignore[arg-type]
        ([replace(people[0], id="\ud800")], needs),
        (people, [needs[0], None]),
        (["C000"], needs),
        (None, needs),
    ):
        with pytest.raises(m.InvalidProblem, match=r"duplicate|must be |UTF-8"):
            m.build(pool, wanted)


def test_a_penalty_beyond_every_value_is_refused() -> None:
    people, needs = make_market(1, 3, 2)
    people[1] = replace(people[1], load=10**7)
    policy = m.Policy(load_penalty=10**6, load_cap=10**7)
    with pytest.raises(m.InvalidProblem, match=r"load\[C001\]"):
        m.build(people, needs, policy)


def test_whole_numbers_of_any_make_are_taken() -> None:
    people, needs = make_market(1, 3, 2)
    usual = m.build(people, needs)
    people[1] = replace(people[1], load=np.uint64(people[1].load), rating_sum=np.int8(0))
    people[0] = replace(people[0], load=np.int64(people[0].load))
    of_numpy = m.build(people, [replace(need, pay=np.int32(need.pay)) for need in needs])
    assert np.array_equal(usual.candidate, of_numpy.candidate)
    assert np.array_equal(usual.bonus, of_numpy.bonus)


def test_a_need_of_very_many_heavy_skills_is_weighed_exactly() -> None:
    people, needs = make_market(1, 30, 1)
    heavy = tuple(m.SkillRequirement(f"s{i % 8}", 1 + i % 4, 1000) for i in range(1000))
    light = tuple(replace(skill, weight=1) for skill in heavy)
    one, other = (m.build(people, [replace(needs[0], skills=s)]) for s in (heavy, light))
    assert len(one.fit)
    assert np.array_equal(one.parts, other.parts)


def test_the_outermost_values_are_taken() -> None:
    people, needs = make_market(1, 2, 2)
    month = m.Month(62, 127, frozenset({"online"}), 100)
    person = replace(
        people[0],
        availability={need.months[0]: month for need in needs},
        most_at_once=100,
        skills={"s0": m.SkillClaim(4, 9999, "confirmed"), "s1": m.SkillClaim(1, None)},
        travel={"p0": 30_000},
        travel_limit=30_000,
        pay_wish=10**9,
        member_until=12 * 10_000,
        load=10**9,
    )
    need = replace(needs[0], pay=10**9, posted=2**53 + 1, half_days=62, priority=9, seats=1000)
    problem = m.build([person], [need])
    assert problem.posted is not None
    assert problem.posted.tolist() == [2**53 + 1]
    assert m.solve(problem).status == "nothing"


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
