"""Why this pair and not that one: the ranking of a need with parts, regret and a reason for each line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .checks import check_need
from .plan import Plan
from .problem import Problem
from .regrets import Regrets


@dataclass(frozen=True, slots=True)
class RankedPair:
    """regret: bp the plan loses if the pair is pinned, or at least loses where not is_exact; 0 for the placed."""

    candidate: int
    rank: int
    fit: int
    parts: Mapping[str, int]
    regret: int
    is_exact: bool
    placed: bool
    reason: Mapping[str, Any]


def ranking(
    problem: Problem, plan: Plan, need: int, *, regrets: Regrets | None = None
) -> list[RankedPair]:
    """Every feasible candidate of a need, best fit first (ties by id). Raises InvalidProblem."""
    need = check_need(problem, need)
    loss = (regrets or Regrets(problem, plan)).of(need)
    start, end = int(problem.ptr[need]), int(problem.ptr[need + 1])
    order = np.lexsort((np.arange(end - start), -problem.fit[start:end].astype(np.int64)))
    own = plan.pairs[:, 0] == need
    placed = set(plan.pairs[own, 1].tolist())
    elsewhere: dict[int, list[int]] = {}
    known = np.isin(plan.pairs[:, 1], problem.candidate[start:end]) & ~own
    for j, i in plan.pairs[known].tolist():
        elsewhere.setdefault(i, []).append(j)
    weakest = min((_fit(problem, need, i) for i in placed), default=0)
    rows = []
    for rank, place in enumerate(order.tolist(), 1):
        edge = start + place
        i = int(problem.candidate[edge])
        regret, is_exact = int(loss.bp[place]), bool(loss.is_exact[place])
        reason = (
            {"code": "placed", "rank": rank, "of": len(order)}
            if i in placed
            else _reason(problem, edge, elsewhere.get(i, ()), len(placed), weakest)
            or _cost(regret, is_exact)
        )
        rows.append(
            RankedPair(
                candidate=i,
                rank=rank,
                fit=int(problem.fit[edge]),
                parts=_parts(problem, edge),
                regret=regret,
                is_exact=is_exact,
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
    problem: Problem, edge: int, others: Sequence[int], filled: int, weakest: int
) -> dict[str, Any] | None:
    """taken: serves other needs; outranked: better people fill the seats."""
    if others:
        i = int(problem.candidate[edge])
        gains = [_fit(problem, j, i) - int(problem.fit[edge]) for j in others]
        return {
            "code": "taken",
            "needs": [problem.need_ids[j] for j in others],
            "more": max(gains),
        }
    if filled >= int(problem.seats[problem.row[edge]]) and weakest > int(problem.fit[edge]):
        return {"code": "outranked", "by": weakest - int(problem.fit[edge])}
    return None


def _cost(regret: int, is_exact: bool) -> dict[str, Any]:
    """loses: the whole would lose; equal: another plan of the same worth would take this person; no_better:
    it is one of the two, and only solving again tells which."""
    if regret > 0:
        return {"code": "loses", "at_least": regret, "is_exact": is_exact}
    return {"code": "equal" if is_exact else "no_better"}
