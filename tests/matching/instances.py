"""Seeded random problems, and two solvers of others to compare with."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from itertools import combinations

import numpy as np
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from talentpool import matching as m


def random_problem(seed: int, *, people: int, needs: int, months: int) -> m.Problem:
    """Up to that many people, needs and months; values, seats, capacities and gaps of every kind."""
    r = np.random.default_rng(seed)
    n, k, t = (int(r.integers(1, most + 1)) for most in (people, needs, months))
    feasible = r.random((k, n)) < r.uniform(0.1, 0.9)
    row, column = np.nonzero(feasible)
    table = np.zeros((k, t), bool)
    for j in range(k):
        first = int(r.integers(0, t))
        table[j, first : int(r.integers(first, t)) + 1] = True
    return m.Problem(
        ptr=np.concatenate([[0], np.cumsum(feasible.sum(axis=1))]).astype(np.int64),
        candidate=column.astype(np.int32),
        fit=r.integers(0, int(r.choice([5, 10_001])), len(row)).astype(np.int16),
        seats=r.integers(1, 3, k).astype(np.int16),
        half_days=r.integers(1, 7, k).astype(np.int16),
        months=table,
        capacity=r.integers(0, 13, (n, t)).astype(np.int16),
        most_at_once=r.integers(0, 4, n).astype(np.int8),
        candidate_ids=[f"c{i:03d}" for i in range(n)],
        need_ids=[f"n{j:03d}" for j in range(k)],
        premium=r.choice([0, 100, 20_000], k).astype(np.int32),
        bonus=r.integers(-50, 50, len(row)).astype(np.int32),
        engagements=(r.random((n, t)) < 0.2).astype(np.int8),
        posted=r.permutation(k).astype(np.int64),
        skill_count=r.integers(0, 9, len(row)).astype(np.int16),
        lottery_seed=seed,
    )


def best_by_milp(problem: m.Problem) -> int:
    """The optimum by HiGHS on the textbook formulation."""
    pairs = len(problem.candidate)
    if not pairs:
        return 0
    rows, right = _rows(problem)
    answer = milp(
        -problem.value.astype(float),
        constraints=LinearConstraint(np.array(rows, float), -np.inf, np.array(right, float)),
        integrality=np.ones(pairs, np.int64),
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": 0.0},
    )
    return int(problem.value[answer.x > 0.5].sum())


def _rows(problem: m.Problem) -> tuple[list[np.ndarray], list[int]]:
    rows = [(problem.row == j).astype(int) for j in range(problem.m)]
    right = [int(seats) for seats in problem.seats]
    for i in range(problem.n):
        for t in range(problem.months.shape[1]):
            used = (problem.candidate == i) & problem.months[problem.row, t]
            if used.any():
                rows.append(used * problem.half_days[problem.row])
                right.append(int(problem.capacity[i, t]))
                rows.append(used.astype(int))
                right.append(max(int(problem.most_at_once[i]) - int(problem.standing[i, t]), 0))
    return rows, right


def can_be_filled(problem: m.Problem, size_class: np.ndarray, floor: int) -> bool:
    """Whether any plan has `floor` percent of the seats of each class filled, by HiGHS."""
    pairs = len(problem.candidate)
    classes = [c for c in range(3) if (size_class == c).any()]
    least = [floor * int(problem.seats[size_class == c].sum()) / 100 for c in classes]
    if not pairs:
        return max(least) <= 0
    rows, right = _rows(problem)
    filled = np.array([size_class[problem.row] == c for c in classes], float)
    answer = milp(
        np.zeros(pairs),
        constraints=[
            LinearConstraint(np.array(rows, float), -np.inf, np.array(right, float)),
            LinearConstraint(filled, np.array(least) - 1e-6, np.inf),
        ],
        integrality=np.ones(pairs, np.int64),
        bounds=Bounds(0, 1),
    )
    return answer.x is not None


def best_by_cp_sat(problem: m.Problem) -> int:
    """The optimum by OR-tools' CP-SAT."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    taken = [model.new_bool_var(f"x{e}") for e in range(len(problem.candidate))]
    rows, right = _rows(problem) if taken else ([], [])
    for row, most in zip(rows, right, strict=True):
        model.add(sum(int(row[e]) * taken[e] for e in np.flatnonzero(row)) <= most)
    model.maximize(sum(int(v) * x for v, x in zip(problem.value, taken, strict=True)))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    assert solver.solve(model) == cp_model.OPTIMAL
    return round(solver.objective_value)


def best_by_trying(problem: m.Problem) -> int:
    """The optimum by every set of needs of every person, person after person, for each state of the seats."""
    states = {tuple(int(k) for k in problem.seats): 0}
    for candidate in range(problem.n):
        ways = _every_way(problem, candidate)
        grown: dict[tuple[int, ...], int] = {}
        for seats, value in states.items():
            for needs, gain in ways:
                left = list(seats)
                for j in needs:
                    left[j] -= 1
                if min(left, default=0) >= 0:
                    grown[tuple(left)] = max(grown.get(tuple(left), value + gain), value + gain)
        states = grown
    return max(states.values())


def _every_way(problem: m.Problem, candidate: int) -> list[tuple[list[int], int]]:
    """Every set of needs that fits one person's months, with its value; the empty set too."""
    mine = np.flatnonzero(problem.candidate == candidate)
    ways: list[tuple[list[int], int]] = [([], 0)]
    for size in range(1, len(mine) + 1):
        for chosen in combinations(mine, size):
            needs = problem.row[list(chosen)]
            used = problem.months[needs]
            days = (used * problem.half_days[needs, None]).sum(axis=0)
            count = used.sum(axis=0) + problem.standing[candidate] * used.any(axis=0)
            fits = (days <= problem.capacity[candidate]).all()
            if fits and (count <= problem.most_at_once[candidate]).all():
                ways.append((needs.tolist(), int(problem.value[list(chosen)].sum())))
    return ways


@st.composite
def problems(draw: st.DrawFn, *, people: int, needs: int, months: int) -> m.Problem:
    """Problems that shrink: few people, needs and months, small figures, many ties."""
    n, k, t = (draw(st.integers(1, most)) for most in (people, needs, months))
    feasible = np.array(draw(_table(st.booleans(), k, n))).reshape(k, n)
    windows = [
        sorted(draw(st.tuples(st.integers(0, t - 1), st.integers(0, t - 1)))) for _ in range(k)
    ]
    row, column = np.nonzero(feasible)
    figure = draw(st.sampled_from([st.integers(0, 3), st.integers(0, 10_000)]))
    return m.Problem(
        ptr=np.concatenate([[0], np.cumsum(feasible.sum(axis=1))]).astype(np.int64),
        candidate=column.astype(np.int32),
        fit=np.array(draw(_table(figure, len(row))), np.int16),
        seats=np.array(draw(_table(st.integers(1, 2), k)), np.int16),
        half_days=np.array(draw(_table(st.integers(1, 4), k)), np.int16),
        months=np.array(
            [[first <= month <= last for month in range(t)] for first, last in windows]
        ),
        capacity=np.array(draw(_table(st.integers(0, 9), n, t)), np.int16).reshape(n, t),
        most_at_once=np.array(draw(_table(st.integers(0, 3), n)), np.int8),
        candidate_ids=[f"c{i}" for i in range(n)],
        need_ids=[f"n{j}" for j in range(k)],
        premium=np.array(draw(_table(st.sampled_from([0, 1, 20_000]), k)), np.int32),
        bonus=np.array(draw(_table(st.integers(-5, 5), len(row))), np.int32),
        engagements=np.array(draw(_table(st.integers(0, 1), n, t)), np.int8).reshape(n, t),
    )


def _table(entries: st.SearchStrategy[int], *shape: int) -> st.SearchStrategy[list[int]]:
    size = int(np.prod(shape))
    return st.lists(entries, min_size=size, max_size=size)


def best_pattern(problem: m.Problem, candidate: int, worth: np.ndarray) -> int:
    """One person's best set of needs at given worths of the pairs, by trying all."""
    place = {
        (int(j), int(i)): e
        for e, (j, i) in enumerate(zip(problem.row, problem.candidate, strict=True))
    }
    return max(
        sum(int(worth[place[j, candidate]]) for j in needs)
        for needs, _ in _every_way(problem, candidate)
    )


def one_pin(problem: m.Problem, free: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The first pair that can be pinned and is not one of `free`, in a list; none where there is none."""
    for pair in zip(problem.row.tolist(), problem.candidate.tolist(), strict=True):
        if pair not in free:
            with suppress(m.InfeasiblePins):
                m.solve(problem, pins=[pair])
                return [pair]
    return []
