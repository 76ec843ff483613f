"""A ranking is the list that a plain reading of the plan gives, with the reason of each line."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

from talentpool import matching as m

from .instances import random_problem
from .test_refusals import _arrays
from .test_regrets import one_to_one

SEEDS = st.integers(0, 2**32 - 1)


def _reason(
    problem: m.Problem, plan: m.Plan, need: int, candidate: int, loss: tuple[int, bool]
) -> dict[str, Any]:
    def fit(j: int, i: int) -> int:
        return int(problem.fit[problem.edge(j, i)])

    pairs = [(int(j), int(i)) for j, i in plan.pairs]
    others = [j for j, i in pairs if i == candidate]
    inside = [fit(need, i) for j, i in pairs if j == need]
    own = fit(need, candidate)
    if others:
        more = max(fit(j, candidate) - own for j in others)
        return {"code": "taken", "needs": [problem.need_ids[j] for j in others], "more": more}
    if len(inside) == problem.seats[need] and min(inside) > own:
        return {"code": "outranked", "by": min(inside) - own}
    bp, is_exact = loss
    if bp > 0:
        return {"code": "loses", "at_least": bp, "is_exact": is_exact}
    return {"code": "equal" if is_exact else "no_better"}


def _check(problem: m.Problem, plan: m.Plan) -> set[str]:
    placed = {(int(j), int(i)) for j, i in plan.pairs}
    regrets = m.Regrets(problem, plan)
    codes = set()
    for need in range(problem.m):
        start, end = problem.ptr[need], problem.ptr[need + 1]
        loss = regrets.of(need)
        order = sorted(range(start, end), key=lambda e: (-int(problem.fit[e]), e))
        rows = m.ranking(problem, plan, need)
        assert [row.candidate for row in rows] == problem.candidate[order].tolist()
        for rank, (row, edge) in enumerate(zip(rows, order, strict=True), 1):
            told = int(loss.bp[edge - start]), bool(loss.is_exact[edge - start])
            assert (row.rank, row.fit, row.parts) == (rank, problem.fit[edge], {})
            assert (row.regret, row.is_exact) == told
            assert row.placed == ((need, row.candidate) in placed)
            assert row.reason == (
                {"code": "placed", "rank": rank, "of": len(rows)}
                if row.placed
                else _reason(problem, plan, need, row.candidate, told)
            )
            codes.add(row.reason["code"])
    return codes


@given(SEEDS)
def test_every_line_of_a_ranking_is_that_of_a_plain_reading(seed: int) -> None:
    problem = random_problem(seed, people=8, needs=6, months=3)
    _check(problem, m.solve(problem))
    _check(problem, m.baselines(problem)["first_come"])


def test_every_reason_occurs() -> None:
    codes: set[str] = set()
    for seed in range(40):
        problem = one_to_one(seed)
        codes |= _check(problem, m.solve(problem))
        codes |= _check(problem, m.baselines(problem)["greedy"])
    alike = m.Problem(
        **_arrays(fit=np.array([9, 9, 9], np.int16), half_days=np.full(2, 8, np.int16))
    )
    codes |= _check(alike, m.solve(alike))
    assert codes == {"placed", "taken", "outranked", "loses", "equal", "no_better"}


def test_parts_are_told_by_name() -> None:
    problem = random_problem(2, people=8, needs=6, months=2)
    parts = np.stack([problem.fit // 3, problem.fit - problem.fit // 3], axis=1)
    named = replace(problem, parts=parts, part_names=("one", "other"))
    plan = m.solve(named)
    for need in range(named.m):
        for row in m.ranking(named, plan, need):
            assert row.parts == {"one": row.fit // 3, "other": row.fit - row.fit // 3}


@pytest.mark.parametrize("seed", range(10))
def test_a_line_costs_what_the_plan_was_pinned_and_forbidden_to(seed: int) -> None:
    problem = one_to_one(seed)
    plan = m.solve(problem)
    pins = [(int(j), int(i)) for j, i in plan.pairs[:1]]
    regrets = m.Regrets(problem, plan, pins, [])
    for need in range(problem.m):
        rows = m.ranking(problem, plan, need, regrets=regrets)
        place = {int(i): k for k, i in enumerate(problem.candidate[problem.row == need])}
        loss = regrets.of(need)
        assert [row.regret for row in rows] == [int(loss.bp[place[r.candidate]]) for r in rows]
