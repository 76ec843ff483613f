"""A term of the policy is waived by solving the round that never had it."""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import pytest

from talentpool import matching as m
from talentpool.matching.aims import solve_for
from talentpool.matching.building import repriced

from .people import make_market

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


def test_pins_forbids_and_aims_hold_without_the_term() -> None:
    people, needs, sizes = _market(3)
    policy = replace(POLICY, order="stages")
    problem = m.build(people, needs, policy)
    first = m.solve(problem)
    pins, forbids = [tuple(first.pairs[0].tolist())], [tuple(first.pairs[1].tolist())]
    plan = solve_for(policy, problem, sizes, pins=pins, forbids=forbids).plan
    for other in m.waived(
        policy, problem, plan, people, needs, sizes, pins=pins, forbids=forbids
    ).values():
        pairs = [tuple(pair) for pair in other.pairs.tolist()]
        assert set(pins) <= set(pairs)
        assert not set(forbids) & set(pairs)
        assert len(pairs) == len(plan.pairs)


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
    assert m.waived(POLICY, problem, plan, people, needs, sizes)
    module = sys.modules["talentpool.matching.waived"]
    monkeypatch.setattr(module, "QUICK", len(problem.candidate))
    assert m.waived(POLICY, problem, plan, people, needs, sizes)
    monkeypatch.setattr(module, "QUICK", len(problem.candidate) - 1)
    assert not m.waived(POLICY, problem, plan, people, needs, sizes)
