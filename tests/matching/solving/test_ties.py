"""Between plans of one value: the fewest changes, then the published lottery; by trying every plan."""

from __future__ import annotations

import hashlib
from itertools import product

import numpy as np
import pytest
from hypothesis import given, strategies as st

from talentpool import matching as m
from talentpool.matching.solving.ties import lottery_number

from ..instances import _every_way, problems

Pairs = tuple[tuple[int, int], ...]


def _every_best(problem: m.Problem) -> list[Pairs]:
    """Every plan of the greatest value."""
    best, found = 0, []
    for ways in product(*(_every_way(problem, i) for i in range(problem.n))):
        filled = np.bincount([j for needs, _ in ways for j in needs], minlength=problem.m)
        value = sum(gain for _, gain in ways)
        if (filled <= problem.seats).all() and value >= best:
            pairs = tuple(sorted((j, i) for i, (needs, _) in enumerate(ways) for j in needs))
            found = [*found, pairs] if value == best else [pairs]
            best = value
    return found


def _luck(problem: m.Problem, pairs: Pairs) -> int:
    return sum(
        lottery_number(problem.lottery_seed, problem.need_ids[j], problem.candidate_ids[i])
        for j, i in pairs
    )


@given(problems(people=4, needs=3, months=2), st.integers(0, 2**32 - 1))
def test_the_plan_is_the_luckiest_of_those_with_the_fewest_changes(
    problem: m.Problem, seed: int
) -> None:
    r = np.random.default_rng(seed)
    every = [(int(j), int(i)) for j, i in zip(problem.row, problem.candidate, strict=True)]
    previous = [pair for pair in every if r.random() < 0.5]
    best = _every_best(problem)
    for given_before in ([], previous):
        plan = m.solve(problem, previous=given_before)
        kept = max(len(set(pairs) & set(given_before)) for pairs in best)
        fewest = [pairs for pairs in best if len(set(pairs) & set(given_before)) == kept]
        found = tuple((int(j), int(i)) for j, i in plan.pairs)
        assert plan.is_decided
        assert found in fewest
        assert _luck(problem, found) == min(_luck(problem, pairs) for pairs in fewest)


@pytest.mark.parametrize(("seed", "need", "candidate"), [(0, "N", "C"), (2**63 - 1, "市", "é")])
def test_anybody_can_draw_the_lottery_again(seed: int, need: str, candidate: str) -> None:
    """The first eight bytes of SHA-256 of seed, need and candidate, by 2^20, counted from one."""
    told = hashlib.sha256(f"{seed}\0{need}\0{candidate}".encode()).hexdigest()[:16]
    assert lottery_number(seed, need, candidate) == 1 + int(told, 16) % 1_048_576
