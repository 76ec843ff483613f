"""Instances that others have published with their optimum: the library is called with arrays alone."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse.csgraph.tests.test_matching import linear_sum_assignment_test_cases

from talentpool import matching as m

TOP = 10_000  # costs are turned into fits below it

# (source, cost of each worker and task, size of each task, most a worker may do, least total cost as published)
PUBLISHED = [
    (
        "scipy.optimize.linear_sum_assignment, documentation, example of workers and jobs",
        [[4, 1, 3], [2, 0, 5], [3, 2, 2]], [1, 1, 1], 1,
        5,
    ),
    (
        "OR-tools, guide 'Solving an Assignment Problem'",
        [[90, 80, 75, 70], [35, 85, 55, 65], [125, 95, 90, 95], [45, 110, 95, 115], [50, 100, 90, 100]],
        [1, 1, 1, 1], 1,
        265,
    ),
    (
        "OR-tools, guide 'Assignment with Task Sizes'",
        [
            [90, 76, 75, 70, 50, 74, 12, 68], [35, 85, 55, 65, 48, 101, 70, 83],
            [125, 95, 90, 105, 59, 120, 36, 73], [45, 110, 95, 115, 104, 83, 37, 71],
            [60, 105, 80, 75, 59, 62, 93, 88], [45, 65, 110, 95, 47, 31, 81, 34],
            [38, 51, 107, 41, 69, 99, 115, 48], [47, 85, 57, 71, 92, 77, 109, 36],
            [39, 63, 97, 49, 118, 56, 92, 61], [47, 101, 71, 60, 88, 109, 52, 90],
        ],
        [10, 7, 3, 12, 15, 4, 11, 5], 15,
        326,
    ),
    (
        "Christofides, as given in GLPK's examples (assign.mod)",
        [
            [13, 21, 20, 12, 8, 26, 22, 11], [12, 36, 25, 41, 40, 11, 4, 8],
            [35, 32, 13, 36, 26, 21, 13, 37], [34, 54, 7, 8, 12, 22, 11, 40],
            [21, 6, 45, 18, 24, 34, 12, 48], [42, 19, 39, 15, 14, 16, 28, 46],
            [16, 34, 38, 3, 34, 40, 22, 24], [26, 20, 5, 17, 45, 31, 37, 43],
        ],
        [1] * 8, 1,
        76,
    ),
]  # fmt: skip

# Each is there twice, the second time with the costs negated, to be maximised.
SCIPY = [case for sign, case in linear_sum_assignment_test_cases if sign == 1]

# (source, profit and weight of each item, capacity of each knapsack, greatest total profit as published)
KNAPSACKS = [
    (
        "OR-tools, guide 'The Multiple Knapsack Problem'",
        [10, 30, 25, 50, 35, 30, 15, 40, 30, 35, 45, 10, 20, 30, 25],
        [48, 30, 42, 36, 36, 48, 42, 42, 36, 24, 30, 30, 42, 36, 36],
        [100] * 5,
        395,
    ),
    (
        "Martello and Toth, Knapsack Problems, test of MTM",
        [92, 57, 49, 68, 60, 43, 67, 84, 87, 72],
        [23, 31, 29, 44, 53, 38, 63, 85, 89, 82],
        [70, 127],
        333,
    ),
]  # fmt: skip


def _problem(fits: np.ndarray, sizes: list[int], room: list[int]) -> m.Problem:
    """fits (tasks, workers) in bp, below 0 where the pair is forbidden; each worker may take what has room."""
    tasks, workers = fits.shape
    task, worker = np.nonzero(fits >= 0)
    return m.Problem(
        ptr=np.searchsorted(task, np.arange(tasks + 1)).astype(np.int64),
        candidate=worker.astype(np.int32),
        fit=fits[task, worker].astype(np.int16),
        seats=np.ones(tasks, np.int16),
        half_days=np.array(sizes, np.int16),
        months=np.ones((tasks, 1), bool),
        capacity=np.array(room, np.int16)[:, None],
        most_at_once=np.full(workers, tasks, np.int8),
        candidate_ids=[f"worker {i}" for i in range(workers)],
        need_ids=[f"task {j}" for j in range(tasks)],
        premium=np.zeros(tasks, np.int32),
    )


def _optimum(problem: m.Problem) -> m.Plan:
    plan = m.solve(problem)
    m.verify(problem, plan)
    assert plan.status == "optimal"
    return plan


@pytest.mark.parametrize(("source", "costs", "sizes", "most", "optimum"), PUBLISHED)
def test_the_published_optimum_is_found(
    source: str, costs: list[list[int]], sizes: list[int], most: int, optimum: int
) -> None:
    fits = TOP - np.array(costs).T
    plan = _optimum(_problem(fits, sizes, [most] * len(costs)))
    assert len(plan.pairs) == len(sizes)
    assert TOP * len(sizes) - plan.value == optimum, source


@pytest.mark.parametrize(("costs", "expected"), SCIPY)
def test_the_assignments_that_scipy_tests_itself_with_are_found(
    costs: list[list[float]], expected: list[float]
) -> None:
    """Rows are workers; the cost of each in the cheapest assignment is published. Infinite: forbidden."""
    table = np.array(costs, float).T
    fits = np.where(np.isfinite(table), TOP - table, -1).astype(int)
    problem = _problem(fits, [1] * len(fits), [1] * len(costs))
    plan = _optimum(problem)
    cost = {i: TOP - int(problem.fit[problem.edge(j, i)]) for j, i in plan.pairs.tolist()}
    assert [cost[i] for i in sorted(cost)] == expected


@pytest.mark.parametrize(("source", "profits", "weights", "capacities", "optimum"), KNAPSACKS)
def test_the_published_packing_is_found(
    source: str, profits: list[int], weights: list[int], capacities: list[int], optimum: int
) -> None:
    """Items are tasks worth the same to everybody, knapsacks are workers."""
    fits = np.repeat(np.array(profits)[:, None], len(capacities), axis=1)
    assert _optimum(_problem(fits, weights, capacities)).value == optimum, source
