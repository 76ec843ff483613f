"""Which of several best plans is taken: fewest changes from the plan in force, then a published lottery.

Two stages, each a small integer programme over the patterns that an optimal plan can use; never one sum of
a large and a small number.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from .market import Ints, Market, Pair, is_plan
from .master import UNIT, Columns, choose
from .problem import Problem
from .search import Search
from .singles import Singles
from .sweep import NONE

TICKETS = 1 << 20
MOST_PAIRS = 10_000  # among which the rule is tried where patterns are too many


def lottery_number(seed: int, need_id: str, candidate_id: str) -> int:
    """The number a pair draws, 1..2^20: SHA-256 of seed, need and candidate. Lower is luckier."""
    content = f"{seed}\0{need_id}\0{candidate_id}".encode()
    return 1 + int.from_bytes(hashlib.sha256(content).digest()[:8], "big") % TICKETS


def break_ties(search: Search, previous: Sequence[Pair]) -> bool:
    """Take the plan of the same value that the rule prefers; False where that takes too long."""
    problem, market = search.problem, search.market
    standing = in_force(problem, market, previous)
    unchanged = np.flatnonzero(standing)
    if _is_as_good(search, unchanged) and is_plan(market, unchanged):
        search.plan = market.edge[unchanged]
        return True
    columns: Columns | Singles | None = search.near(search.slack)
    if columns is None:
        columns = search.singles(MOST_PAIRS)
    if columns is None:
        return False
    if _is_only(search, columns):
        return True
    limit = search.limit_of_ties()
    demands = [(columns.sum_over(market.value), search.value, UNIT)]
    kept = columns.sum_over(standing)
    if kept.any():
        first = choose(columns, kept, limit, unit=1.0, demands=demands, full=search.full)
        if first is None or not first.is_best or not _is_as_good(search, first.pairs):
            return False
        demands.append((kept, int(standing[first.pairs].sum()), 1.0))
    tickets = np.zeros(len(market.edge), np.int64)
    pairs = np.unique(columns.pairs[columns.pairs != NONE])
    tickets[pairs] = lottery_numbers(problem, market.edge[pairs])
    tickets = columns.sum_over(tickets)
    lucky = choose(columns, -tickets, limit, unit=float(TICKETS), demands=demands, full=search.full)
    if lucky is None or not _is_as_good(search, lucky.pairs):
        return False
    search.plan = market.edge[lucky.pairs]
    return lucky.is_best


def _is_only(search: Search, columns: Columns | Singles) -> bool:
    """Whether the patterns leave no other plan: all their pairs are in it, and none of them is worth nothing."""
    used = columns.pairs[columns.pairs != NONE]
    values = search.market.value[used]
    return bool((values != 0).all() and np.isin(search.market.edge[used], search.plan).all())


def _is_as_good(search: Search, pairs: Ints) -> bool:
    return int(search.market.value[pairs].sum()) == search.value


def in_force(problem: Problem, market: Market, previous: Sequence[Pair]) -> Ints:
    """(F,) 1 for the pairs of the previous plan."""
    return np.isin(market.edge, problem.edges(previous)).astype(np.int64)


def lottery_numbers(problem: Problem, edges: Ints) -> Ints:
    """(len(edges),) the numbers that these pairs of the problem draw."""
    pairs = zip(problem.row[edges].tolist(), problem.candidate[edges].tolist(), strict=True)
    seed, needs, people = problem.lottery_seed, problem.need_ids, problem.candidate_ids
    return np.array([lottery_number(seed, needs[j], people[i]) for j, i in pairs], np.int64)
