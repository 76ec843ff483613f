"""A ranking is the list that a plain reading of the plan gives, with the reason of each line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

from talentpool import matching as m

from ..instances import one_pin, random_problem
from ..test_refusals import _arrays
from .test_regrets import one_to_one

SEEDS = st.integers(0, 2**32 - 1)
Pairs = Sequence[tuple[int, int]]


class _Reading:
    """A plan as somebody would read it who has only paper."""

    def __init__(self, problem: m.Problem, plan: m.Plan, pins: Pairs, forbids: Pairs) -> None:
        self.problem, self.plan, self.pins, self.forbids = problem, plan, pins, forbids
        self.pairs = [(int(j), int(i)) for j, i in plan.pairs]

    def fit(self, j: int, i: int) -> int:
        return int(self.problem.fit[self.problem.edge(j, i)])

    def others(self, need: int, candidate: int) -> list[int]:
        return [j for j, i in self.pairs if i == candidate and j != need]

    def placed(self, need: int, candidate: int, rank: int, order: list[int]) -> dict[str, Any]:
        told = {"rank": rank, "of": len(order)}
        if (need, candidate) in self.pins:
            return {"code": "pinned", **told}
        told["code"] = "placed"
        if rank == 1 and len(order) > 1:
            return {**told, "lead": self.fit(need, order[0]) - self.fit(need, order[1])}
        before = [i for i in order[: rank - 1] if (need, i) not in self.pairs]
        elsewhere = [i for i in before if self.others(need, i)]
        return {**told, "elsewhere": len(elsewhere), "idle": len(before) - len(elsewhere)}

    def left_out(self, need: int, candidate: int, loss: tuple[int, bool]) -> dict[str, Any]:
        problem, own = self.problem, self.fit(need, candidate)
        others = self.others(need, candidate)
        inside = [self.fit(j, i) for j, i in self.pairs if j == need]
        if (need, candidate) in self.forbids:
            return {"code": "forbidden"}
        if others and not self._has_room(need, candidate):
            more = max(self.fit(j, candidate) - own for j in others)
            told = {"code": "taken", "needs": [problem.need_ids[j] for j in others], "more": more}
            fixed = [problem.need_ids[j] for j in others if (j, candidate) in self.pins]
            return {**told, "pinned": fixed} if fixed else told
        if len({i for j, i in self.pins if j == need}) == problem.seats[need]:
            return {"code": "pinned_out"}
        if len(inside) == problem.seats[need] and min(inside) > own:
            return {"code": "outranked", "by": min(inside) - own}
        return self._cost(*loss)

    def _cost(self, bp: int, is_exact: bool) -> dict[str, Any]:
        if bp > 0:
            return {"code": "loses", "at_least": bp, "is_exact": is_exact}
        if is_exact:
            return {"code": "equal"}
        return {"code": "no_better" if self.plan.is_proved else "unproved"}

    def _has_room(self, need: int, candidate: int) -> bool:
        problem = self.problem
        for month in np.flatnonzero(problem.months[need]):
            mine = [j for j in self.others(need, candidate) if problem.months[j, month]]
            days = sum(int(problem.half_days[j]) for j in [*mine, need])
            engaged = len(mine) + 1 + int(problem.standing[candidate, month])
            if days > problem.capacity[candidate, month]:
                return False
            if engaged > problem.most_at_once[candidate]:
                return False
        return True


def _check(problem: m.Problem, plan: m.Plan, pins: Pairs = (), forbids: Pairs = ()) -> set[str]:
    reading = _Reading(problem, plan, pins, forbids)
    regrets = m.Regrets(problem, plan, pins, forbids)
    codes = set()
    for need in range(problem.m):
        start, end = problem.ptr[need], problem.ptr[need + 1]
        loss = regrets.of(need)
        edges = sorted(range(start, end), key=lambda e: (-int(problem.fit[e]), e))
        order = problem.candidate[edges].tolist()
        rows = m.ranking(problem, plan, need, regrets=regrets)
        assert [row.candidate for row in rows] == order
        for rank, (row, edge) in enumerate(zip(rows, edges, strict=True), 1):
            told = int(loss.bp[edge - start]), bool(loss.is_exact[edge - start])
            assert (row.rank, row.fit, row.parts) == (rank, problem.fit[edge], {})
            assert (row.regret, row.is_exact) == told
            assert row.placed == ((need, row.candidate) in reading.pairs)
            assert row.reason == (
                reading.placed(need, row.candidate, rank, order)
                if row.placed
                else reading.left_out(need, row.candidate, told)
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
    assert codes == {"placed", "taken", "outranked", "loses", "equal", "no_better", "unproved"}


@given(SEEDS)
def test_a_ranking_tells_what_was_pinned_and_forbidden(seed: int) -> None:
    problem = random_problem(seed, people=8, needs=6, months=3)
    free = [(int(j), int(i)) for j, i in m.solve(problem).pairs]
    pins, forbids = one_pin(problem, free), free[:1]
    codes = _check(problem, m.solve(problem, pins=pins, forbids=forbids), pins, forbids)
    assert ("pinned" in codes) == bool(pins)
    assert ("forbidden" in codes) == bool(forbids)


def test_a_need_whose_seats_are_all_pinned_says_so_to_everybody_else() -> None:
    codes: set[str] = set()
    for seed in range(10):
        problem = one_to_one(seed)
        pins = one_pin(problem, [])
        codes |= _check(problem, m.solve(problem, pins=pins), pins)
    assert "pinned_out" in codes


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
