"""Which of several best plans is taken: the one with the fewest changes from the plan before, then a published lottery.

These are two stages, each a small integer programme over the patterns that an optimal plan can use; a large and a small
number are never added up in one objective.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import partial

import numpy as np

from ..arrays import Ints
from ..pairs import Pair
from ..problem import Problem
from .columns import Columns, Singles
from .enumeration import pairs_near, patterns_near
from .market import Market, is_plan
from .master import UNIT, choose
from .search import Search
from .sweep import NONE

TICKETS = 1 << 20
LEAST_SECONDS = 10.0  # each stage may take as long as the proof did, and at least this long
MOST_PAIRS = 10_000  # where patterns are too many, the rule is tried among up to this many pairs


def lottery_number(seed: int, need_id: str, candidate_id: str) -> int:
    """Draw the number of a pair, 1 to 2^20: SHA-256 of seed, need and candidate. Lower is luckier."""
    content = f"{seed}\0{need_id}\0{candidate_id}".encode()
    return 1 + int.from_bytes(hashlib.sha256(content).digest()[:8], "big") % TICKETS


def break_ties(search: Search, previous: Sequence[Pair]) -> bool:
    """Take the plan of the same value that the rule prefers; return False where that takes too long."""
    problem, market = search.problem, search.market
    standing = in_force(problem, market, previous)
    unchanged = np.flatnonzero(standing)
    if _is_as_good(search, unchanged) and is_plan(market, unchanged):
        search.plan = market.edge[unchanged]
        return True
    columns: Columns | Singles | None = patterns_near(search, search.slack)
    if columns is None:
        columns = pairs_near(search, MOST_PAIRS)
    if columns is None:
        return False
    if _is_only(search, columns):
        return True
    run, limit = (
        search.clock.run,
        min(search.clock.remaining, max(LEAST_SECONDS, search.clock.elapsed)),
    )
    demands = [(columns.sum_over(market.value), search.value, UNIT)]
    kept = columns.sum_over(standing)
    if kept.any():
        first = run(
            partial(choose, columns, kept, limit, unit=1.0, demands=demands, full=search.full)
        )
        if first is None or not first.is_best or not _is_as_good(search, first.pairs):
            return False
        demands.append((kept, int(standing[first.pairs].sum()), 1.0))
    tickets = np.zeros(len(market.edge), np.int64)
    pairs = np.unique(columns.pairs[columns.pairs != NONE])
    tickets[pairs] = lottery_numbers(problem, market.edge[pairs])
    tickets = columns.sum_over(tickets)
    lucky = run(
        partial(
            choose, columns, -tickets, limit,
            unit=float(TICKETS), demands=demands, full=search.full,
        )
    )  # fmt: skip
    if lucky is None or not _is_as_good(search, lucky.pairs):
        return False
    search.plan = market.edge[lucky.pairs]
    return lucky.is_best


def _is_only(search: Search, columns: Columns | Singles) -> bool:
    """Tell whether there is no other plan: all pairs of the patterns are in it, and none of them has value 0."""
    used = columns.pairs[columns.pairs != NONE]
    values = search.market.value[used]
    return bool((values != 0).all() and np.isin(search.market.edge[used], search.plan).all())


def _is_as_good(search: Search, pairs: Ints) -> bool:
    return int(search.market.value[pairs].sum()) == search.value


def in_force(problem: Problem, market: Market, previous: Sequence[Pair]) -> Ints:
    """Mark (F,) the pairs of the previous plan with 1."""
    return np.isin(market.edge, problem.edges(previous)).astype(np.int64)


def lottery_numbers(problem: Problem, edges: Ints) -> Ints:
    """Draw (len(edges),) numbers for these pairs of the problem."""
    pairs = zip(problem.row[edges].tolist(), problem.candidate[edges].tolist(), strict=True)
    seed, needs, people = problem.lottery_seed, problem.need_ids, problem.candidate_ids
    return np.array([lottery_number(seed, needs[j], people[i]) for j, i in pairs], np.int64)
