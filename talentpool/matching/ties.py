"""Which of several best plans is taken: fewest changes from the plan in force, then a published lottery.

Two stages, each a small integer programme over the patterns that an optimal plan can use; never one sum of
a large and a small number.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .master import choose
from .problem import Problem
from .search import SCALE, Search

TICKETS = 1 << 20


def lottery_number(seed: int, need_id: str, candidate_id: str) -> int:
    """The number a pair draws, 1..2^20: SHA-256 of seed, need and candidate. Lower is luckier."""
    content = f"{seed}\0{need_id}\0{candidate_id}".encode()
    return 1 + int.from_bytes(hashlib.sha256(content).digest()[:8], "big") % TICKETS


def break_ties(
    search: Search, pinned: Sequence[int], previous: Sequence[tuple[int, int]]
) -> tuple[int, ...]:
    """The pairs of the plan the tie rule takes, of the same value as `search.plan`."""
    problem = search.problem
    columns = search.enumerate(search.bound - search.value * SCALE)
    if columns is None or not len(columns):
        return search.plan
    worth = (columns.values, search.value, 1e4)
    kept = columns.sum_over(_in_force(problem, pinned, previous))
    demands = [worth]
    if kept.any():
        first = choose(columns, kept, search.remaining(), unit=1.0, demands=demands)
        if not _is_as_good(search, first):
            return search.plan
        demands.append((kept, int(_in_force(problem, pinned, previous)[first].sum()), 1.0))
    tickets = columns.sum_over(_tickets(problem, search))
    lucky = choose(columns, -tickets, search.remaining(), unit=float(TICKETS), demands=demands)
    return tuple(sorted(lucky)) if _is_as_good(search, lucky) else search.plan


def _is_as_good(search: Search, edges: Sequence[int]) -> bool:
    return bool(edges) and int(search.problem.value[list(edges)].sum()) == search.value


def _in_force(
    problem: Problem, pinned: Sequence[int], previous: Sequence[tuple[int, int]]
) -> NDArray[np.int64]:
    """(E,) 1 for the pairs of the previous plan that are not pinned anyway."""
    figures = np.zeros(len(problem.candidate), np.int64)
    for j, i in previous:
        edge = problem.edge(int(j), int(i))
        if edge is not None and edge not in pinned:
            figures[edge] = 1
    return figures


def _tickets(problem: Problem, search: Search) -> NDArray[np.int64]:
    figures = np.zeros(len(problem.candidate), np.int64)
    for person in search.people:
        for edge in person.edges:
            figures[edge] = lottery_number(
                problem.lottery_seed,
                problem.need_ids[problem.row[edge]],
                problem.candidate_ids[problem.candidate[edge]],
            )
    return figures
