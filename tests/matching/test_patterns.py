"""One person's best pattern is the same by bounded search and by trying every set of pairs."""

from __future__ import annotations

import numpy as np
import pytest

from talentpool import matching as m
from talentpool.matching.people import MANY, UNBOUNDED, people_of

from .instances import best_pattern


def _one_person(seed: int) -> m.Problem:
    """Twelve needs over six months and somebody who could serve each of them."""
    r = np.random.default_rng(seed)
    needs = 12
    table = np.zeros((needs, 6), bool)
    for j in range(needs):
        first = int(r.integers(0, 6))
        table[j, first : int(r.integers(first, 6)) + 1] = True
    return m.Problem(
        ptr=np.arange(needs + 1, dtype=np.int64),
        candidate=np.zeros(needs, np.int32),
        fit=r.integers(1, 10_001, needs).astype(np.int16),
        seats=np.ones(needs, np.int16),
        half_days=r.integers(1, 5, needs).astype(np.int16),
        months=table,
        capacity=r.integers(4, 13, (1, 6)).astype(np.int16),
        most_at_once=np.array([r.integers(1, 4)], np.int8),
        candidate_ids=["c"],
        need_ids=[f"n{j:02d}" for j in range(needs)],
    )


@pytest.mark.parametrize("seed", range(12))
def test_many_pairs_are_searched_as_exactly_as_few(seed: int) -> None:
    problem = _one_person(seed)
    slots = problem.most_at_once.astype(np.int64)[:, None] - problem.standing
    [person] = people_of(problem, np.arange(12), problem.capacity.astype(np.int64), slots)
    worth = [int(v) for v in problem.value[list(person.edges)]]
    assert len(worth) > MANY
    assert person.tolls(worth) is not None
    best = best_pattern(problem, 0, problem.value)
    found = person.best(worth)
    assert found is not None
    assert found[0] == best
    assert int(problem.value[list(found[1])].sum()) == best
    # every pattern there is, each once; of those that hold a pair, the best is found by `must` too
    patterns = list(person.search(worth, lambda: -UNBOUNDED))
    assert len({pattern for _, pattern in patterns}) == len(patterns)
    near = {pattern for total, pattern in patterns if total >= best - 9_000}
    assert {pattern for _, pattern in person.search(worth, lambda: best - 9_000)} == near
    for k, edge in enumerate(person.edges):
        with_pair = person.best(worth, must=k)
        assert with_pair is not None
        assert with_pair[0] == max(total for total, pattern in patterns if edge in pattern)
