"""Problems in which everybody serves one need, and two solvers of others to compare with."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st
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


@st.composite
def unit_problems(draw: st.DrawFn, *, most: int) -> m.Problem:
    """Up to so many people and needs; they shrink towards few, and what varies is drawn one by one.

    Seats are scarce or plentiful; values are all the same, a few, or many, and may be below nothing; some needs
    have no pairs.
    """
    n, k = draw(st.integers(1, most)), draw(st.integers(1, most))
    seats = draw(st.sampled_from([1, 3]))
    fits = draw(st.sampled_from([0, 2, 10_000]))
    premium = draw(st.sampled_from([0, 20_000]))
    lowest = draw(st.sampled_from([0, -3, -25_000]))
    density = draw(st.sampled_from([0.1, 0.5, 1.0]))
    r = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    is_wanted = r.random(k) < draw(st.sampled_from([0.6, 1.0]))
    feasible = (r.random((k, n)) < density) & is_wanted[:, None]
    row, column = np.nonzero(feasible)
    return m.Problem(
        ptr=np.concatenate([[0], np.cumsum(feasible.sum(axis=1))]).astype(np.int64),
        candidate=column.astype(np.int32),
        fit=r.integers(0, fits + 1, len(row)).astype(np.int16),
        seats=r.integers(1, seats + 1, k).astype(np.int16),
        half_days=np.ones(k, np.int16),
        months=np.ones((k, 1), bool),
        capacity=np.ones((n, 1), np.int16),
        most_at_once=np.ones(n, np.int8),
        candidate_ids=[f"c{i:02d}" for i in range(n)],
        need_ids=[f"n{j:02d}" for j in range(k)],
        premium=np.full(k, premium, np.int32),
        bonus=r.integers(lowest, 1, len(row)).astype(np.int32),
    )


def best_by_flow(problem: m.Problem) -> int:
    """The optimum by OR-tools' min-cost flow: needs, people, a sink; a seat may go straight to the sink."""
    from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

    needs, people = np.arange(problem.m), problem.m + np.arange(problem.n)
    sink = problem.m + problem.n
    tail = np.concatenate([problem.row, people, needs])
    head = np.concatenate([problem.m + problem.candidate, np.full(len(people) + len(needs), sink)])
    most = np.concatenate([np.ones(len(problem.row) + len(people), np.int64), problem.seats])
    cost = np.concatenate([-problem.value, np.zeros(len(people) + len(needs), np.int64)])
    solver = SimpleMinCostFlow()
    solver.add_arcs_with_capacity_and_unit_cost(tail, head, most, cost)
    solver.set_nodes_supplies(needs, problem.seats.astype(np.int64))
    solver.set_node_supply(sink, -int(problem.seats.sum()))
    assert solver.solve() == solver.OPTIMAL
    return -solver.optimal_cost()


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
