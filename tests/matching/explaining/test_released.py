"""What a pin or a forbidden pair changed is the difference to the plan that is solved without it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

from talentpool import matching as m
from talentpool.matching.example import NEEDS, PEOPLE

from ..instances import one_pin, random_problem

SEEDS = st.integers(0, 2**32 - 1)
SIZES = np.array([need.size_class for need in sorted(NEEDS, key=lambda need: need.id)])


def _apply(plan: m.Plan, moves: tuple[m.Move, ...]) -> list[list[int]]:
    pairs = {(int(j), int(i)) for j, i in plan.pairs}
    for move in moves:
        pairs -= {(j, move.candidate) for j in move.leaves}
        pairs |= {(j, move.candidate) for j in move.enters}
    return sorted([j, i] for j, i in pairs)


@given(SEEDS)
def test_the_moves_lead_from_the_best_plan_without_a_direction_to_the_plan(seed: int) -> None:
    problem = random_problem(seed, people=8, needs=6, months=3)
    free = [(int(j), int(i)) for j, i in m.solve(problem).pairs]
    pins, forbids = one_pin(problem, free), free[:1]
    plan = m.solve(problem, pins=pins, forbids=forbids)
    sizes = np.zeros(problem.m, np.int64)
    of_pins, of_forbids = m.released(m.Policy(), problem, plan, sizes, pins=pins, forbids=forbids)
    assert [row.pair for row in of_pins] == pins
    assert [row.pair for row in of_forbids] == forbids
    for row in [*of_pins, *of_forbids]:
        fewer = {"pins": pins, "forbids": forbids}
        fewer |= {"pins": []} if row in of_pins else {"forbids": []}
        assert row.plan.value == m.solve(problem, **fewer).value >= plan.value
        assert _apply(row.plan, row.moves) == plan.pairs.tolist()
        filled = np.bincount(plan.pairs[:, 0], minlength=problem.m)
        before = np.bincount(row.plan.pairs[:, 0], minlength=problem.m)
        assert row.seats == {j: int(n) for j, n in enumerate((filled - before).tolist()) if n}


def test_what_does_not_bind_moves_nobody() -> None:
    problem = m.build(PEOPLE, NEEDS)
    best = m.solve(problem)
    pins = [(int(j), int(i)) for j, i in best.pairs[:1]]
    plan = m.solve(problem, pins=pins)
    (pinned,), forbidden = m.released(m.Policy(), problem, plan, SIZES, pins=pins)
    assert (pinned.moves, pinned.seats, forbidden) == ((), {}, [])


def test_nothing_is_claimed_about_a_plan_without_proof_or_after_its_time() -> None:
    problem = m.build(PEOPLE, NEEDS)
    pins = [("tender", "baba")]
    first_come = m.baselines(problem, pins=pins)["first_come"]
    assert m.released(m.Policy(), problem, first_come, SIZES, pins=pins) == ([], [])
    plan = m.solve(problem, pins=pins)
    assert m.released(m.Policy(), problem, plan, SIZES, pins=pins, time_limit=0) == ([], [])
    stages: list[Any] = []

    def cancel(told: dict[str, Any]) -> bool:
        stages.append(told["stage"])
        return True

    assert m.released(m.Policy(), problem, plan, SIZES, pins=pins, progress=cancel) == ([], [])
    assert stages == ["released"]


@pytest.mark.parametrize("policy", [m.Policy(), m.Policy(order="stages", fairness_floor=50)])
def test_the_document_tells_who_was_displaced_and_which_need_lost_a_seat(policy: m.Policy) -> None:
    pins, forbids = [("tender", "baba")], [("migration", "chiba")]
    answer = m.document(PEOPLE, NEEDS, policy, pins=pins, forbids=forbids, is_stable=True)
    (pinned,), (forbidden,) = answer["pins"], answer["forbids"]
    assert (pinned["need"], pinned["candidate"]) == ("tender", "baba")
    assert pinned["moves"] == [
        {"candidate": "aoki", "leaves": ["tender"], "enters": []},
        {"candidate": "baba", "leaves": [], "enters": ["tender"]},
    ]
    assert pinned["seats"] == {}
    assert forbidden["seats"] == {"migration": -1}
    assert forbidden["filled"] - answer["baselines"]["plan"]["filled"] == 1
    assert m.document(PEOPLE, NEEDS, policy)["pins"] == []
