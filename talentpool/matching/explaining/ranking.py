"""Why this pair and not that one: the ranking of a need, with parts, regret and a reason for each line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..arrays import Ints
from ..plan import Plan, check_plan
from ..problem import Problem
from .regrets import Loss, Regrets

UNPROVED = "unproved"  # the reason where nothing is known of what a pair would cost


@dataclass(frozen=True, slots=True)
class RankedPair:
    """A line of a ranking.

    Attributes
    ----------
    candidate : int
        Row number.
    rank : int
        From 1 on.
    fit : int
        In bp.
    parts : mapping of str to int
        Part of the fit → bp; empty for a problem without parts.
    regret : int
        What the plan would lose if the pair were pinned, in bp; at least that much unless `is_exact`. 0 for placed
        pairs.
    is_exact : bool
    placed : bool
        Whether the pair is in the plan.
    reason : mapping
        ``code`` and its figures, see `reason_text`.

    See Also
    --------
    ranking : Lists them.
    """

    candidate: int
    rank: int
    fit: int
    parts: Mapping[str, int]
    regret: int
    is_exact: bool
    placed: bool
    reason: Mapping[str, Any]


def ranking(
    problem: Problem,
    plan: Plan,
    need: int | str,
    *,
    regrets: Regrets | None = None,
    has_regrets: bool = True,
) -> list[RankedPair]:
    """Rank the feasible candidates of a need by fit, ties by id, and say why each is placed or not.

    Parameters
    ----------
    problem : Problem
    plan : Plan
    need : int or str
        Row number or id.
    regrets : Regrets, optional
        To be made once where several needs are ranked, or where the plan has pins or forbidden pairs.
    has_regrets : bool, optional
        False leaves out what pinning would cost: every regret is 0 and, but for placed pairs, not exact.

    Returns
    -------
    list of RankedPair

    Raises
    ------
    InvalidProblem
        If there is no such need, or the plan is not one of this problem.

    Examples
    --------
    >>> from talentpool import matching as m
    >>> from talentpool.matching.example import NEEDS, PEOPLE
    >>> problem = m.build(PEOPLE, NEEDS)
    >>> plan = m.solve(problem)
    >>> for row in m.ranking(problem, plan, "tender"):
    ...     print(row.rank, problem.candidate_ids[row.candidate], row.fit, row.reason["code"])
    1 aoki 8206 placed
    2 baba 7434 outranked
    """
    check_plan(problem, plan)
    need = problem.need_row(need)
    regrets = regrets or Regrets(problem, plan)
    start, end = int(problem.ptr[need]), int(problem.ptr[need + 1])
    loss = regrets.of(need) if has_regrets else Loss.unknown(end - start)
    seated, is_known = _Seated(problem, plan, need, regrets), has_regrets and plan.is_proved
    order = in_order(problem, need)
    rows: list[RankedPair] = []
    for rank, place in enumerate(order.tolist(), 1):
        edge = start + place
        i = int(problem.candidate[edge])
        is_placed = i in seated.here
        regret, is_exact = int(loss.bp[place]), bool(loss.is_exact[place]) or is_placed
        rows.append(
            RankedPair(
                candidate=i,
                rank=rank,
                fit=int(problem.fit[edge]),
                parts=_parts(problem, edge),
                regret=regret,
                is_exact=is_exact,
                placed=is_placed,
                reason=seated.why_placed(i, rank, start + order)
                if is_placed
                else seated.why_not(edge) or cost(regret, is_exact, is_known),
            )
        )
    return rows


class _Seated:
    """Who of the people of a need serves it in the plan, and who serves other needs instead.

    here: row numbers of those who serve it; elsewhere: person → other needs.
    """

    def __init__(self, problem: Problem, plan: Plan, need: int, given: Regrets) -> None:
        self._problem, self._need, self._given = problem, need, given
        own = plan.pairs[:, 0] == need
        self.here = set(plan.pairs[own, 1].tolist())
        self._weakest = min((self._fit(need, i) for i in self.here), default=0)
        start, end = int(problem.ptr[need]), int(problem.ptr[need + 1])
        known = np.isin(plan.pairs[:, 1], problem.candidate[start:end]) & ~own
        self.elsewhere: dict[int, list[int]] = {}
        for j, i in plan.pairs[known].tolist():
            self.elsewhere.setdefault(i, []).append(j)
        self._have_room = _have_room(problem, need, plan.pairs[known])

    def why_placed(self, candidate: int, rank: int, order: Ints) -> dict[str, Any]:
        """Tell the place in the ranking and where those before it are. order: pair numbers, the best first.

        lead: of the first before the second, in bp; elsewhere, idle: people before this one who serve other needs, and
        who serve none.
        """
        told = {"code": "placed", "rank": rank, "of": len(order)}
        if (self._need, candidate) in self._given.pins:
            return {**told, "code": "pinned"}
        if rank == 1 and len(order) > 1:
            first, second = self._problem.fit[order[:2]].astype(np.int64).tolist()
            return {**told, "lead": first - second}
        before = set(self._problem.candidate[order[: rank - 1]].tolist()) - self.here
        elsewhere = len(before & self.elsewhere.keys())
        return {**told, "elsewhere": elsewhere, "idle": len(before) - elsewhere}

    def why_not(self, edge: int) -> dict[str, Any] | None:
        """Tell what keeps the person of a pair from the need; None where only the worth of the plan does."""
        problem, need, i = self._problem, self._need, int(self._problem.candidate[edge])
        seats, fit = int(problem.seats[need]), int(problem.fit[edge])
        if (need, i) in self._given.forbids:
            return {"code": "forbidden"}
        if i in self.elsewhere and i not in self._have_room:
            others = self.elsewhere[i]
            told = {
                "code": "taken",
                "needs": [problem.need_ids[j] for j in others],
                "more": max(self._fit(j, i) for j in others) - fit,
            }
            pinned = [problem.need_ids[j] for j in others if (j, i) in self._given.pins]
            return {**told, "pinned": pinned} if pinned else told
        if sum(j == need for j, _ in self._given.pins) >= seats:
            return {"code": "pinned_out"}
        if len(self.here) >= seats and self._weakest > fit:
            return {"code": "outranked", "by": self._weakest - fit}
        return None

    def _fit(self, need: int, candidate: int) -> int:
        edge = self._problem.edge(need, candidate)
        return 0 if edge is None else int(self._problem.fit[edge])


def _have_room(problem: Problem, need: int, pairs: Ints) -> set[int]:
    """Find the people of these pairs who could serve one need more, beside all of them."""
    people, row = np.unique(pairs[:, 1], return_inverse=True)
    months = problem.months[:, problem.months[need]]
    room = problem.capacity[people][:, problem.months[need]].astype(np.int64)
    slots = (problem.most_at_once[people, None] - problem.standing[people])[
        :, problem.months[need]
    ].astype(np.int64)
    np.subtract.at(room, row, months[pairs[:, 0]] * problem.half_days[pairs[:, 0], None])
    np.subtract.at(slots, row, months[pairs[:, 0]].astype(np.int64))
    fits = ((room >= problem.half_days[need]) & (slots >= 1)).all(axis=1)
    return set(people[fits].tolist())


def _parts(problem: Problem, edge: int) -> dict[str, int]:
    if problem.parts is None:
        return {}
    return dict(zip(problem.part_names, map(int, problem.parts[edge]), strict=True))


def in_order(problem: Problem, need: int) -> Ints:
    """(k,) the places of the pairs of a need, the best fit first, ties by id."""
    start, end = int(problem.ptr[need]), int(problem.ptr[need + 1])
    return np.lexsort((np.arange(end - start), -problem.fit[start:end].astype(np.int64)))


def cost(regret: int, is_exact: bool, is_known: bool) -> dict[str, Any]:
    """Tell what taking this person would cost.

    "loses": the whole plan would lose. "equal": another plan of the same worth would take this person. "no_better":
    one of the two, and only solving again would tell which. "unproved": a plan with this person might even be better.
    """
    if regret > 0:
        return {"code": "loses", "at_least": regret, "is_exact": is_exact}
    if is_exact:
        return {"code": "equal"}
    return {"code": "no_better" if is_known else UNPROVED}
