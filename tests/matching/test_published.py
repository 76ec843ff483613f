"""Small instances that others have published with their optimum: the library is called with arrays alone."""

from __future__ import annotations

import numpy as np
import pytest

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
]  # fmt: skip


@pytest.mark.parametrize(("source", "costs", "sizes", "most", "optimum"), PUBLISHED)
def test_the_published_optimum_is_found(
    source: str, costs: list[list[int]], sizes: list[int], most: int, optimum: int
) -> None:
    table = np.array(costs)
    workers, tasks = table.shape
    problem = m.Problem(
        ptr=np.arange(0, tasks * workers + 1, workers, dtype=np.int64),
        candidate=np.tile(np.arange(workers, dtype=np.int32), tasks),
        fit=(TOP - table.T.ravel()).astype(np.int16),
        seats=np.ones(tasks, np.int16),
        half_days=np.array(sizes, np.int16),
        months=np.ones((tasks, 1), bool),
        capacity=np.full((workers, 1), most, np.int16),
        most_at_once=np.full(workers, tasks, np.int8),
        candidate_ids=[f"worker {i}" for i in range(workers)],
        need_ids=[f"task {j}" for j in range(tasks)],
        premium=np.zeros(tasks, np.int32),
    )
    plan = m.solve(problem)
    m.verify(problem, plan)
    assert plan.status == "optimal", source
    assert len(plan.pairs) == tasks
    assert TOP * tasks - plan.value == optimum, source
