"""Seeded problems in which everybody serves one need, and the dense assignment to compare with."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linear_sum_assignment

from talentpool import matching as m


def unit_problem(seed: int, *, seats: int = 1, most: int | None = None) -> m.Problem:
    """Scarce or plentiful, dense or sparse, with ties and worthless pairs. Fits are below `most`, in bp."""
    r = np.random.default_rng(seed)
    n, k = (int(r.integers(1, 41)) for _ in range(2))
    feasible = r.random((k, n)) < r.uniform(0.02, 1.0)
    row, column = np.nonzero(feasible)
    highest = int(r.choice([3, 10_001])) if most is None else most
    return m.Problem(
        ptr=np.concatenate([[0], np.cumsum(feasible.sum(axis=1))]).astype(np.int64),
        candidate=column.astype(np.int32),
        fit=r.integers(0, highest, len(row)).astype(np.int16),
        seats=r.integers(1, seats + 1, k).astype(np.int16),
        half_days=np.ones(k, np.int16),
        months=np.ones((k, 1), bool),
        capacity=np.ones((n, 1), np.int16),
        most_at_once=np.ones(n, np.int8),
        candidate_ids=[f"c{i}" for i in range(n)],
        need_ids=[f"n{j}" for j in range(k)],
        premium=np.full(k, 0 if most else int(r.choice([0, 20_000])), np.int32),
        bonus=None if most else r.integers(-4_000, 100, len(row)).astype(np.int32),
        lottery_seed=seed,
    )


def best_by_assignment(problem: m.Problem) -> int:
    return int(_taken(problem, problem.value)[0].sum())


def best_by_weights(problem: m.Problem, weights: np.ndarray) -> np.ndarray:
    """Pair numbers of the assignment with the greatest sum of the weights (E,); of pairs that weigh something."""
    return _taken(problem, weights)[1]


def _taken(problem: m.Problem, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weights and pair numbers. The dense matrix, a row for each seat; a seat may stay empty for nothing."""
    rows = np.repeat(np.arange(problem.m), problem.seats)
    matrix = np.zeros((problem.m, problem.n))
    number = np.full(matrix.shape, -1)
    matrix[problem.row, problem.candidate] = np.maximum(weights, 0)
    number[problem.row, problem.candidate] = np.arange(len(weights))
    seat, person = linear_sum_assignment(matrix[rows], maximize=True)
    found = matrix[rows[seat], person], number[rows[seat], person]
    weighs = found[0] > 0
    return found[0][weighs], np.sort(found[1][weighs])
