"""What a round was given can be read back a year later and gives the same plan."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import numpy as np
import pytest

from talentpool import matching as m

from .people import make_market


@pytest.mark.parametrize("seed", range(8))
def test_inputs_survive_their_document(seed: int) -> None:
    candidates, needs = make_market(seed, 12, 9)
    policy = m.Policy(order="stages" if seed % 2 else "premium", fairness_floor=10 * seed)
    pins = [(needs[0].id, candidates[0].id)]
    stored = m.to_json(m.input_document(candidates, needs, policy, pins=pins, forbids=pins))
    read = m.inputs_of(json.loads(stored))
    assert sorted(candidates, key=lambda c: c.id) == list(read.candidates)
    assert sorted(needs, key=lambda n: n.id) == list(read.needs)
    assert (read.policy, read.pins, read.forbids) == (policy, tuple(pins), tuple(pins))
    again = m.input_document(read.candidates, read.needs, read.policy, pins=pins, forbids=pins)
    assert m.to_json(again) == stored


@pytest.mark.parametrize("seed", range(8))
def test_a_plan_survives_its_document(seed: int) -> None:
    candidates, needs = make_market(seed, 12, 9)
    policy = m.Policy(order="stages" if seed % 2 else "premium", fairness_floor=10 * seed)
    answer = json.loads(m.to_json(m.document(candidates, needs, policy)))
    inputs = m.inputs_of(json.loads(m.to_json(m.input_document(candidates, needs, policy))))
    problem = m.problem_of(inputs, answer)
    plan = m.plan_of(problem, answer)
    m.verify(problem, plan)
    assert m.solve(problem).pairs.tolist() == plan.pairs.tolist()


def test_months_are_counted_from_the_year_0() -> None:
    assert [m.month_number(*month) for month in ((0, 1), (1, 1), (2027, 4))] == [0, 12, 24_327]
    named = ["2027-12", "2028-01", "0999-09"]
    assert [m.month_text(m.month_number(*month)) for month in ((2027, 12), (2028, 1))] == named[:2]
    assert m.month_text(m.month_number(999, 9)) == named[2]


PERSON = {
    "id": "A", "kind": "official", "most_at_once": 2, "roles": ["pm", "sd"], "forms": ["f", "g"],
    "availability": {"24327": {
        "half_days": 3, "weekdays": 31, "modes": ["online", "onsite"], "engagements": 1,
        "capacity": 4,
    }},
    "skills": {"s": {"level": 2, "last_used": None, "evidence": "self"}},
    "travel": {"p": 30, "q": 40}, "travel_limit": None, "overnight": True, "pay_minimum": 5,
    "pay_wish": 6, "member_from": 7, "member_until": 8, "consents": False, "training_until": 9,
    "service_years": 10, "themes": ["a", "b"], "regions": ["x", "y"], "conflicts": {"N": "warn"},
    "forbidden": ["N", "O"], "rating_sum": 11, "rating_count": 12, "load": 13,
    "in_force": ["N", "O"], "wishes": {"N": 0, "O": 1000}, "preferred": {"N": 500},
}  # fmt: skip
NEED = {
    "id": "N", "municipality": "t", "region": "x", "size_class": 2, "place": "p", "theme": "a",
    "seats": 3, "half_days": 4, "months": [24_327, 24_329], "mode": "hybrid", "on_site_share": 5,
    "weekdays": 6, "roles": ["pm", "sd"], "forms": ["f", "g"], "pay": 7,
    "skills": [{"skill": "s", "level": 2, "weight": 4, "must": True, "group": "A"}], "priority": 1,
    "requires_training": True, "posted": 8, "preferred_kinds": ["official", "specialist"],
}  # fmt: skip


def test_every_field_of_a_record_is_written_and_read() -> None:
    policy = m.Policy()
    stored = {
        "candidates": [PERSON, {**PERSON, "id": "B"}], "needs": [NEED, {**NEED, "id": "O"}],
        "policy": policy.to_dict(), "pins": [["N", "A"], ["O", "B"]], "forbids": [["N", "B"]],
    }  # fmt: skip
    read = m.inputs_of(stored)
    (person, _other), (need, _more) = read.candidates, read.needs
    assert person.availability[24_327] == m.Month(3, 31, frozenset({"online", "onsite"}), 1, 4)
    assert person.skills == {"s": m.SkillClaim(2, None, "self")}
    assert need.skills == (m.SkillRequirement("s", 2, 4, must=True, group="A"),)
    assert (read.pins, read.forbids) == ((("N", "A"), ("O", "B")), (("N", "B"),))
    again = m.input_document(
        read.candidates[::-1], read.needs[::-1], read.policy,
        pins=[("O", "B"), ("N", "A"), ("N", "A")], forbids=read.forbids,
    )  # fmt: skip
    assert again == stored
    text = m.to_json(again)
    assert (
        m.input_hash(read.candidates, read.needs, policy, pins=read.pins, forbids=read.forbids)
        == hashlib.sha256(text.encode()).hexdigest()
    )


def test_a_field_that_came_later_is_written_where_it_is_given_alone() -> None:
    """What was stored before there was such a field keeps its bytes and its hash."""
    [skill], month = NEED["skills"], PERSON["availability"]["24327"]  # type: ignore[index, misc]
    person = {
        **PERSON, "income_left": {"2027": 5},
        "availability": {"24327": {**month, "on_site": 3}},  # type: ignore[dict-item]
    }  # fmt: skip
    need = {**NEED, "skills": [{**skill, "since": 2024}], "month_pay": 9}  # type: ignore[dict-item]
    for people, needs in (([PERSON], [NEED]), ([person], [need])):
        stored = {
            "candidates": people, "needs": needs, "policy": m.Policy().to_dict(),
            "pins": [], "forbids": [],
        }  # fmt: skip
        read = m.inputs_of(stored)
        assert m.input_document(read.candidates, read.needs, read.policy) == stored
    assert read.candidates[0].income_left == {2027: 5}
    assert read.candidates[0].availability[24_327].on_site == 3
    assert (read.needs[0].skills[0].since, read.needs[0].month_pay) == (2024, 9)


def test_what_nobody_said_is_not_written_so_that_older_rounds_keep_their_hash() -> None:
    people, needs = make_market(1, 3, 2)
    stored = m.input_document(people, needs, m.Policy())
    assert not any({"wishes", "preferred"} & row.keys() for row in stored["candidates"])
    assert m.inputs_of(stored).candidates == tuple(people)


def test_the_plan_in_force_is_among_the_inputs_where_there_is_one() -> None:
    candidates, needs = make_market(1, 3, 2)
    first, second = [(need.id, candidates[0].id) for need in needs]
    policy = m.Policy()
    without = m.input_document(candidates, needs, policy)
    assert "previous" not in without
    assert m.inputs_of(without).previous == ()
    stored = m.input_document(candidates, needs, policy, previous=[second, first, first])
    assert stored == {**without, "previous": [list(first), list(second)]}
    assert m.inputs_of(stored).previous == (first, second)
    text = m.to_json(stored)
    assert (
        m.input_hash(candidates, needs, policy, previous=[first, second])
        == hashlib.sha256(text.encode()).hexdigest()
    )


def test_records_that_are_read_once_give_the_same_document() -> None:
    people, needs = make_market(3, 12, 9)
    usual = m.document(people, needs, is_stable=True)
    assert m.document((c for c in people), (n for n in needs), is_stable=True) == usual
    assert len(usual["placements"]) > 0
    problem = m.build(iter(people), iter(needs))
    assert problem.candidate.tolist() == m.build(people, needs).candidate.tolist()
    assert m.excluded(iter(people), iter(needs)) == m.excluded(people, needs)
    plan = m.solve(problem)
    of_iterators = m.empty_seats(problem, plan, iter(people), iter(needs))
    assert of_iterators == m.empty_seats(problem, plan, people, needs)


def test_whole_numbers_of_numpy_are_written_as_others() -> None:
    people, needs = make_market(3, 12, 9)
    usual = m.document(people, needs, is_stable=True)
    people[0] = replace(people[0], load=np.int64(people[0].load))
    needs[0] = replace(
        needs[0], pay=np.int32(needs[0].pay), months=tuple(np.array(needs[0].months))
    )
    assert m.to_json(m.document(people, needs, is_stable=True)) == m.to_json(usual)


def test_one_document_has_one_text() -> None:
    assert m.to_json({"b": [1, None], "a": "市"}) == '{"a":"市","b":[1,null]}'
