"""Why this pair and not that one: the ranking of a need with parts, regret and a reason for each line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .market import Ints, Pair, open_market, pinned_edges
from .patterns import best, best_with
from .plan import Plan
from .problem import Problem
from .search import SCALE


def _no_limit() -> None:
    """Explanations take the time they take."""


@dataclass(frozen=True, slots=True)
class RankedPair:
    """regret: the plan loses at least this many bp if the pair is pinned; 0 for the placed."""

    candidate: int
    rank: int
    fit: int
    parts: Mapping[str, int]
    regret: int
    placed: bool
    reason: Mapping[str, Any]


class Regrets:
    """Lower bounds of what pinning a pair costs, for every feasible pair, from the plan's prices.

    A plan with the pair is worth at most UB - (w_i - best pattern of i that contains the pair), hence
    regret ≥ that loss - (UB - z). Rounded down to whole bp, never below 0. pins: those the plan was made with;
    what does not fit beside them costs at least its own value.
    """

    def __init__(self, problem: Problem, plan: Plan, pins: Sequence[Pair] = ()) -> None:
        pinned = pinned_edges(problem, pins, ())
        market = open_market(problem, pinned)
        prices = np.rint(plan.need_price * SCALE).astype(np.int64)
        worth = market.value * SCALE - prices[market.need]
        top = np.zeros(market.people, np.int64)
        found = best(market, worth, _no_limit)
        top[found.owner] = found.worth
        value = plan.value - int(problem.value[pinned].sum())
        slack = int((market.seats * prices).sum()) + int(top.sum()) - value * SCALE
        pairs = np.arange(len(market.edge))
        loss = top[market.person] - best_with(market, worth, pairs, _no_limit)
        self.of: Ints = np.maximum(problem.value, 0)
        self.of[market.edge] = np.maximum(0, -(-(loss - slack) // SCALE))
        self.of[problem.edges(plan.pairs)] = 0


def ranking(
    problem: Problem, plan: Plan, need: int, *, regrets: Regrets | None = None
) -> list[RankedPair]:
    """Every feasible candidate of a need, best fit first (ties by id)."""
    regrets = regrets or Regrets(problem, plan)
    start, end = int(problem.ptr[need]), int(problem.ptr[need + 1])
    edges = np.arange(start, end)
    order = edges[np.lexsort((edges, -problem.fit[edges].astype(np.int64)))]
    placed = {int(i) for j, i in plan.pairs if j == need}
    elsewhere: dict[int, list[int]] = {}
    for j, i in plan.pairs:
        elsewhere.setdefault(int(i), []).append(int(j))
    weakest = min((_fit(problem, need, i) for i in placed), default=0)
    rows = []
    for rank, edge in enumerate(order, 1):
        i = int(problem.candidate[edge])
        others = [j for j in elsewhere.get(i, []) if j != need]
        regret = int(regrets.of[edge])
        reason = (
            {"code": "placed", "rank": rank, "of": len(order)}
            if i in placed
            else _reason(problem, int(edge), others, len(placed), weakest, regret)
        )
        rows.append(
            RankedPair(
                candidate=i,
                rank=rank,
                fit=int(problem.fit[edge]),
                parts=_parts(problem, int(edge)),
                regret=0 if i in placed else regret,
                placed=i in placed,
                reason=reason,
            )
        )
    return rows


def _fit(problem: Problem, need: int, candidate: int) -> int:
    edge = problem.edge(need, candidate)
    return 0 if edge is None else int(problem.fit[edge])


def _parts(problem: Problem, edge: int) -> dict[str, int]:
    if problem.parts is None:
        return {}
    return dict(zip(problem.part_names, map(int, problem.parts[edge]), strict=True))


def _reason(
    problem: Problem, edge: int, others: Sequence[int], filled: int, weakest: int, regret: int
) -> dict[str, Any]:
    """taken: serves other needs; outranked: better people fill the seats; loses: the whole would lose;
    equal: another plan of the same worth would take this person."""
    need = int(problem.row[edge])
    if others:
        i = int(problem.candidate[edge])
        gains = [_fit(problem, j, i) - int(problem.fit[edge]) for j in others]
        return {
            "code": "taken",
            "needs": [problem.need_ids[j] for j in others],
            "more": max(gains),
        }
    if filled >= int(problem.seats[need]) and weakest > int(problem.fit[edge]):
        return {"code": "outranked", "by": weakest - int(problem.fit[edge])}
    if regret > 0:
        return {"code": "loses", "at_least": regret}
    return {"code": "equal"}
