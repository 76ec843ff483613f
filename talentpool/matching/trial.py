"""Whether a change of one person or need really fills a seat: where neither reason nor prices tell, it is solved.

A change of the need alone, with one seat, always does: the plan with the new pair is worth more than the best plan
before, and only pairs of this need are new. What a person gives up may be used elsewhere, for more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .building import bonuses, build
from .changes import Change, apply_change
from .encoded import Encoded
from .market import Pair, is_plan, open_market, pinned_edges
from .plan import Plan
from .policy import Policy
from .pricing import priced, whole_prices
from .problem import Problem
from .records import Need
from .search import SCALE
from .solve import solve

MOST_PAIRS = 3_000  # of a problem that is solved again for its empty seats


@dataclass(frozen=True, slots=True)
class Trial:
    """The plan and what it was made from. people, needs: by id, with forbids among what is forbidden."""

    problem: Problem
    plan: Plan
    people: Encoded
    needs: Sequence[Need]
    policy: Policy
    pins: Sequence[Pair]
    forbids: Sequence[Pair]

    def fills(self, change: Change, answer: dict[str, Any]) -> bool:
        """Whether the best plan after the change gives its need a seat more.

        answer: the change as `apply_change` takes it. Taken for granted of a plan that is not proved, of stages and
        of a large problem.
        """
        row = self.problem.need_ids.index(change.need.id)
        is_plain = not change.of_person and self.problem.seats[row] == 1
        is_large = len(self.problem.candidate) > MOST_PAIRS
        if is_plain or is_large or self.plan.status != "optimal" or self.policy.order != "premium":
            return True
        problem = self.changed(change, answer)
        person = problem.candidate_ids.index(answer["candidate"])
        return self.must_fill(problem, row, person) or self.is_filled(problem, row)

    def must_fill(self, problem: Problem, row: int, person: int) -> bool:
        """Whether the prices show that every plan that fills no more seats of the need than before is worth less
        than the plan with the new pair; that pair's worth is the price of these seats."""
        pinned = pinned_edges(problem, self.pins, self.forbids)
        market = open_market(problem, pinned, self.forbids)
        edges = problem.edges([*self.plan.pairs.tolist(), (row, person)])
        with_it = np.flatnonzero(np.isin(market.edge, edges))
        if len(pinned) + len(with_it) <= len(self.plan.pairs) or not is_plan(market, with_it):
            return False
        prices = whole_prices(market, self.plan.need_price)
        prices[row] = max(int(problem.value[edges[-1]]), 0) * SCALE
        seats = market.seats.copy()
        seats[row] = (market.need[with_it] == row).sum() - 1
        bound = int((seats * prices).sum()) + int(priced(market, prices).worth.sum())
        return bound < int(market.value[with_it].sum()) * SCALE

    def is_filled(self, problem: Problem, row: int) -> bool:
        """Whether the best plan of the problem gives the need a seat more."""
        again = solve(problem, pins=self.pins, forbids=self.forbids, start=self.plan)
        filled = int((again.pairs[:, 0] == row).sum())
        return filled > int((self.plan.pairs[:, 0] == row).sum())

    def changed(self, change: Change, answer: dict[str, Any]) -> Problem:
        """The problem after the change; without parts."""
        row = self.problem.need_ids.index(change.need.id)
        people, need = apply_change(answer, self.people.records, self.needs[row])
        if not change.of_person and need.months == self.needs[row].months:
            return self._with_row(row, need)
        needs = [need if other.id == need.id else other for other in self.needs]
        built = build(people, needs, self.policy, has_parts=False)
        return replace(built, premium=self.problem.premium)

    def _with_row(self, row: int, need: Need) -> Problem:
        """The problem with this need, of the same months, in the row; the other rows are as they were."""
        problem, scored = self.problem, self.people.score(need, self.policy)
        bonus = bonuses(self.people.records, [need], scored, self.policy)
        start, end = problem.ptr[row : row + 2]

        def joined(all_rows: NDArray[Any] | None, one_row: NDArray[Any]) -> Any:
            if all_rows is None:
                return None
            return np.concatenate([all_rows[:start], one_row, all_rows[end:]])

        ptr, half_days = problem.ptr.copy(), problem.half_days.copy()
        ptr[row + 1 :] += len(scored.candidate) - (end - start)
        half_days[row] = need.half_days
        return replace(
            problem,
            ptr=ptr,
            candidate=joined(problem.candidate, scored.candidate),
            fit=joined(problem.fit, scored.fit),
            half_days=half_days,
            bonus=joined(problem.bonus, bonus),
            skill_count=joined(problem.skill_count, scored.skill_count),
            parts=None,
            part_names=(),
        )
