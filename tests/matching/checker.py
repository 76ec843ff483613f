"""A second reading of a plan and its proof: plain Python and scipy.milp, and nothing of the engine.

In whole numbers of 1/1024 bp: the published prices u of seats, rounded, give the bound
UB = Σ_j k_j u_j + Σ_i max over i's patterns of (v - u), a pattern being a set of needs that one person's months
hold. A plan that loses less than 1 bp against it is best. Otherwise a better plan could only use patterns that
lose no more than the plan does: they are all listed, and scipy.milp finds nothing better among them.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from talentpool import matching as m

SCALE = 1024

Pattern = tuple[int, ...]  # pair numbers of one person


def check(problem: m.Problem, plan: m.Plan) -> str:
    """How the plan is proved best: "bound" or "enumeration". Raises AssertionError where it is not."""
    taken = _pairs_taken(problem, plan)
    value = sum(int(problem.value[e]) for e in taken)
    assert plan.value == value, f"value: {plan.value} is claimed, {value} is true"
    prices = [round(float(price) * SCALE) for price in plan.need_price]
    assert min(prices, default=0) >= 0, "a seat's price is below nothing"
    worth = [
        int(v) * SCALE - prices[j]
        for v, j in zip(problem.value.tolist(), problem.row.tolist(), strict=True)
    ]
    best = [_best(problem, i, worth) for i in range(problem.n)]
    bound = sum(int(k) * u for k, u in zip(problem.seats, prices, strict=True)) + sum(best)
    slack = bound - value * SCALE
    assert slack >= 0, "bound: below the value"
    if slack < SCALE:
        return "bound"
    assert plan.proof in {"enumeration", "trivial"}, "bound: more than 1 bp above the value"
    near = [
        (i, pattern)
        for i in range(problem.n)
        for _, pattern in _patterns(problem, i, worth, [best[i] - slack])
    ]
    found = _best_choice(problem, near)
    assert found == value, f"value: {value} is claimed to be best, {found} is found"
    return "enumeration"


def _pairs_taken(problem: m.Problem, plan: m.Plan) -> list[int]:
    """Pair numbers of the plan. Raises where one is not feasible, seats or months are over-filled."""
    number = {
        pair: e
        for e, pair in enumerate(zip(problem.row.tolist(), problem.candidate.tolist(), strict=True))
    }
    pairs = [(j, i) for j, i in plan.pairs.tolist()]
    assert pairs == sorted(set(pairs)), "pairs: not sorted, or one twice"
    assert number.keys() >= set(pairs), "pairs: one is not feasible"
    for need in range(problem.m):
        filled = sum(j == need for j, _ in pairs)
        assert filled <= problem.seats[need], f"need {need}: more people than seats"
    for person in range(problem.n):
        for month in range(problem.months.shape[1]):
            mine = [j for j, i in pairs if i == person and problem.months[j, month]]
            days = sum(int(problem.half_days[j]) for j in mine)
            assert days <= problem.capacity[person, month], f"person {person}: too many half-days"
            most = int(problem.most_at_once[person]) - int(problem.standing[person, month])
            assert len(mine) <= max(most, 0), f"person {person}: too many engagements"
    return [number[pair] for pair in pairs]


def _best(problem: m.Problem, person: int, worth: list[int]) -> int:
    """What the person's best pattern is worth; no pattern is worth nothing."""
    best, least = 0, [1]
    for reached, _ in _patterns(problem, person, worth, least):
        best, least[0] = reached, reached + 1
    return best


def _patterns(
    problem: m.Problem, person: int, worth: list[int], least: list[int]
) -> Iterator[tuple[int, Pattern]]:
    """Every pattern of a person that is worth at least least[0], which may rise on the way; the empty one too."""
    mine = sorted(np.flatnonzero(problem.candidate == person).tolist(), key=lambda e: -worth[e])
    hope = [0] * (len(mine) + 1)  # what the pairs from here on could still add
    for k in reversed(range(len(mine))):
        hope[k] = hope[k + 1] + max(worth[mine[k]], 0)
    room = [int(days) for days in problem.capacity[person]]
    most = int(problem.most_at_once[person])
    free = [max(most - int(standing), 0) for standing in problem.standing[person]]

    def grown(k: int, pattern: Pattern, reached: int) -> Iterator[tuple[int, Pattern]]:
        """All that extend this pattern by pairs from the k-th on."""
        if reached >= least[0]:
            yield reached, pattern
        for place in range(k, len(mine)):
            if reached + hope[place] < least[0]:
                return
            need = int(problem.row[mine[place]])
            days = int(problem.half_days[need])
            months = np.flatnonzero(problem.months[need]).tolist()
            if any(room[t] < days or free[t] < 1 for t in months):
                continue
            _take(room, free, months, days)
            yield from grown(place + 1, (*pattern, mine[place]), reached + worth[mine[place]])
            _take(room, free, months, -days)

    yield from grown(0, (), 0)


def _take(room: list[int], free: list[int], months: list[int], days: int) -> None:
    """One engagement of so many half-days in these months; below nothing: given back."""
    for t in months:
        room[t] -= days
        free[t] -= 1 if days > 0 else -1


def _best_choice(problem: m.Problem, near: list[tuple[int, Pattern]]) -> int:
    """The greatest value of at most one of these patterns a person, within the seats."""
    rows = np.zeros((problem.n + problem.m, len(near)))
    for column, (person, pattern) in enumerate(near):
        rows[person, column] = 1
        for e in pattern:
            rows[problem.n + int(problem.row[e]), column] = 1
    gain = np.array([sum(int(problem.value[e]) for e in pattern) for _, pattern in near])
    right = np.concatenate([np.ones(problem.n), problem.seats])
    answer = milp(
        -gain.astype(float),
        constraints=LinearConstraint(rows, -np.inf, right),
        integrality=np.ones(len(near), np.int64),
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": 0.0},
    )
    return int(gain[answer.x > 0.5].sum())
