"""What a round was given can be read back a year later and gives the same plan."""

from __future__ import annotations

import json

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
