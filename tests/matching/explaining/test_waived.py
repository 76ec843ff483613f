"""A term of the policy is waived by solving the round that never had it."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from talentpool import matching as m
from talentpool.matching.scoring.build import repriced
from talentpool.matching.solving.aims import solve_for

from ..people import BOTH, make_market

POLICY = m.Policy(
    priority_bonus=700, size_class_premium=(900, 300, 0), carry_over={"28100": 1500},
    load_penalty=9, in_force_bonus=800,
)  # fmt: skip
NOTHING = {
    "fill": {"fill_premium": 0}, "priority": {"priority_bonus": 0},
    "size": {"size_class_premium": (0, 0, 0)}, "carry_over": {"carry_over": {}},
    "load": {"load_penalty": 0}, "in_force": {"in_force_bonus": 0},
}  # fmt: skip


def _market(seed: int) -> tuple[list[m.Candidate], list[m.Need], np.ndarray]:
    people, needs = make_market(seed, 14, 8)
    r = np.random.default_rng(seed)
    needs = [
        replace(
            need, priority=int(r.integers(0, 4)), municipality=str(r.choice(["28100", "28201"]))
        )
        for need in needs
    ]
    people = [
        replace(
            person, load=int(r.integers(0, 90)), in_force=frozenset({str(r.choice(needs).id)})
        )
        for person in people
    ]  # fmt: skip
    sizes = np.array([need.size_class for need in sorted(needs, key=lambda need: need.id)])
    return people, needs, sizes


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("term", list(m.WAIVERS))
def test_a_problem_is_repriced_as_if_it_were_built_by_the_other_policy(
    seed: int, term: str
) -> None:
    people, needs, _sizes = _market(seed)
    other = replace(POLICY, **NOTHING[term])
    found = repriced(m.build(people, needs, POLICY), people, needs, other)
    built = m.build(people, needs, other)
    assert found.value.tolist() == built.value.tolist()
    assert found.premium.tolist() == built.premium.tolist()


@pytest.mark.parametrize("seed", range(12))
def test_the_plan_without_a_term_is_the_best_of_the_policy_without_it(seed: int) -> None:
    people, needs, sizes = _market(seed)
    problem = m.build(people, needs, POLICY)
    plan = m.solve(problem)
    found = m.waived(POLICY, problem, plan, people, needs, sizes)
    changed = set()
    for name, nothing in NOTHING.items():
        other = m.build(people, needs, replace(POLICY, **nothing))
        if other.value.tolist() != problem.value.tolist():
            changed.add(name)
            best = m.solve(other, previous=plan.pairs.tolist())
            assert found[name].pairs.tolist() == best.pairs.tolist()
            assert found[name].value == best.value
    assert found.keys() == changed


def test_some_terms_change_the_plan() -> None:
    """Of the markets above: or nothing would be shown."""
    differing = set()
    for seed in range(12):
        people, needs, sizes = _market(seed)
        problem = m.build(people, needs, POLICY)
        plan = m.solve(problem)
        found = m.waived(POLICY, problem, plan, people, needs, sizes)
        differing |= {n for n, p in found.items() if p.pairs.tolist() != plan.pairs.tolist()}
    assert differing >= {"priority", "size", "load", "in_force"}


def test_pins_and_forbids_hold_without_the_term() -> None:
    people, needs, sizes = _market(3)
    problem = m.build(people, needs, POLICY)
    free = m.waived(POLICY, problem, m.solve(problem), people, needs, sizes)
    plans = [_pairs(plan) for plan in free.values()]
    forbids = sorted(set.intersection(*plans))[:1]
    every = zip(problem.row.tolist(), problem.candidate.tolist(), strict=True)
    pins = sorted(set(every).difference(*plans))[:1]
    assert pins
    assert forbids
    plan = m.solve(problem, pins=pins, forbids=forbids)
    held = m.waived(POLICY, problem, plan, people, needs, sizes, pins=pins, forbids=forbids)
    assert held.keys() == free.keys() == set(m.WAIVERS)
    for other in held.values():
        assert set(pins) <= _pairs(other)
        assert not set(forbids) & _pairs(other)


def test_stages_hold_without_the_term() -> None:
    """One person for a need of all their time, which suits them, or for two that each take half of it."""
    month = m.month_number(2027, 4)
    person = m.Candidate(
        "C", "official", {month: m.Month(8, 31, frozenset({"online"}))}, most_at_once=2,
        forms=frozenset({"f"}), skills={"s": m.SkillClaim(4, 2027, "confirmed")},
        member_until=month + 12,
    )  # fmt: skip
    needs = [
        m.Need(
            id=name, municipality="t", region="x", size_class=0, place="p", theme="a", seats=1,
            half_days=half_days, months=(month,), mode="online", forms=frozenset({"f"}),
            skills=(m.SkillRequirement("s", 2, must=True),), preferred_kinds=frozenset({kind}),
            priority=half_days // 8,
        )
        for name, half_days, kind in (
            ("A", 8, "official"), ("B", 4, "specialist"), ("C", 4, "specialist")
        )
    ]  # fmt: skip
    weights = {**dict.fromkeys(m.PARTS, 0), "skills": 1000, "preference": 9000}
    policy = m.Policy(weights=weights, fill_premium=0, priority_bonus=5)
    filled = {}
    for order in ("premium", "stages"):
        ordered = replace(policy, order=order)
        problem = m.build([person], needs, ordered)
        sizes = np.zeros(3, np.int64)
        plan = solve_for(ordered, problem, sizes).plan
        found = m.waived(ordered, problem, plan, [person], needs, sizes)
        filled[order] = {name: len(other.pairs) for name, other in found.items()}
    assert filled == {"premium": {"priority": 1}, "stages": {"priority": 2}}


@pytest.mark.parametrize("seed", [1, 10])
def test_a_floor_holds_without_the_term(seed: int) -> None:
    people, needs, sizes = _market(seed)
    least = {}
    for floor in (0, 60):
        policy = replace(POLICY, fill_premium=0, fairness_floor=floor)
        problem = m.build(people, needs, policy)
        plan = solve_for(policy, problem, sizes).plan
        found = m.waived(policy, problem, plan, people, needs, sizes)
        assert found.keys() == set(m.WAIVERS) - {"fill"}
        least[floor] = min(
            share
            for other in found.values()
            for share in m.filled_share(problem, other, sizes).values()
        )
    assert least[0] < 60 <= least[60]


def test_the_plan_without_a_term_is_as_near_to_the_plan_as_it_can_be() -> None:
    """Of two people who are alike the lottery draws one; a plan with the other stays with the other."""
    people, needs, sizes = _market(3)
    need = replace(needs[0], seats=1, priority=2)
    people = [replace(people[0], id=name, in_force=frozenset()) for name in ("C1", "C2")]
    people = [
        replace(
            person, availability={t: m.Month(40, 31, BOTH) for t in need.months}, pay_minimum=0,
            roles=need.roles, forms=need.forms, travel_limit=None,
            skills={skill.skill: m.SkillClaim(4, 2026, "confirmed") for skill in need.skills},
        )
        for person in people
    ]  # fmt: skip
    problem = m.build(people, [need], POLICY)
    drawn = m.solve(problem)
    (kept,) = {(0, 0), (0, 1)} - _pairs(drawn)
    plan = m.solve(problem, previous=[kept])
    assert plan.value == drawn.value
    assert _pairs(plan) == {kept}
    found = m.waived(POLICY, problem, plan, people, [need], sizes[:1])
    assert "priority" in found
    assert all(_pairs(other) == {kept} for other in found.values())


def _pairs(plan: m.Plan) -> set[tuple[int, int]]:
    return {(j, i) for j, i in plan.pairs.tolist()}


def test_who_cancels_during_a_term_is_heard_and_gets_no_part_of_them() -> None:
    people, needs, sizes = _market(1)
    problem = m.build(people, needs, POLICY)
    plan = m.solve(problem)
    told: list[dict[str, Any]] = []

    def count(found: dict[str, Any]) -> bool:
        told.append(found)
        return len(told) == most

    most = 0
    assert len(m.waived(POLICY, problem, plan, people, needs, sizes, progress=count)) == 6
    asked, told = len(told), []
    assert asked > 6
    assert told == []
    for most in range(1, asked + 1):
        told = []
        assert m.waived(POLICY, problem, plan, people, needs, sizes, progress=count) == {}
        assert len(told) == most
        assert told[-1] == {"stage": "waived", "value": plan.value, "bound": plan.bound}


def test_all_terms_share_one_time() -> None:
    people, needs, sizes = _market(1)
    one = m.Policy(fill_premium=0, load_penalty=0, in_force_bonus=0)

    def dawdle(_found: dict[str, Any]) -> bool:
        time.sleep(0.1)
        return False

    for policy, terms in ((one, 1), (POLICY, 0)):
        problem = m.build(people, needs, policy)
        found = m.waived(
            policy, problem, m.solve(problem), people, needs, sizes, time_limit=0.8,
            progress=dawdle,
        )  # fmt: skip
        assert len(found) == terms


def test_a_document_that_is_cancelled_during_its_terms_has_none_of_them() -> None:
    people, needs, _sizes = _market(1)
    stages = []

    def stop(found: dict[str, Any]) -> bool:
        stages.append(found["stage"])
        return stages.count("waived") == 3

    answer = m.document(people, needs, POLICY, progress=stop)
    assert (answer["status"], answer["stopped"]) == ("optimal", "cancelled")
    assert answer["left_out"] == ["waived"]
    assert answer["waived"] == {}
    assert stages.count("waived") == 3
    whole = m.document(people, needs, POLICY, progress=lambda _found: False)
    assert whole["waived"].keys() == set(m.WAIVERS)


def test_a_document_counts_the_pairs_that_a_term_brought() -> None:
    people, needs, sizes = _market(1)
    problem = m.build(people, needs, POLICY)
    plan = m.solve(problem)
    found = m.waived(POLICY, problem, plan, people, needs, sizes)
    changed = {name: len(_pairs(plan) - _pairs(other)) for name, other in found.items()}
    assert any(changed.values())
    answer = m.document(people, needs, POLICY)
    assert {name: row["changed"] for name, row in answer["waived"].items()} == changed


def test_nothing_is_waived_of_a_plan_without_proof_or_of_a_large_round(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    people, needs, sizes = _market(1)
    problem = m.build(people, needs, POLICY)
    plan = m.solve(problem)
    late = m.solve(problem, time_limit=0.0)
    assert late.status == "feasible"
    assert not m.waived(POLICY, problem, late, people, needs, sizes)
    assert not m.waived(POLICY, problem, plan, people, needs, sizes, time_limit=0.0)
    undecided = replace(plan, is_decided=False)
    assert not m.waived(POLICY, problem, undecided, people, needs, sizes)
    assert m.waived(POLICY, problem, plan, people, needs, sizes)
    module = sys.modules["talentpool.matching.explaining.waived"]
    monkeypatch.setattr(module, "QUICK", len(problem.candidate))
    assert m.waived(POLICY, problem, plan, people, needs, sizes)
    monkeypatch.setattr(module, "QUICK", len(problem.candidate) - 1)
    assert not m.waived(POLICY, problem, plan, people, needs, sizes)
