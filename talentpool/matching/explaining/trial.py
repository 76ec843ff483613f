"""Whether a change of one person or need really fills a seat. Where neither reason nor prices tell, it is solved.

A change of a need with one seat always does: the plan with the new pair is worth more than the best plan before, and
only pairs of this need are new. But a person who offers more may be used elsewhere, where it is worth more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..pairs import Pair, pinned_edges
from ..plan import SCALE, Plan, PlanStatus
from ..policy import Policy
from ..problem import Problem
from ..records import Need
from ..scoring.build import bonuses, build
from ..scoring.score import Encoded
from ..solving.clock import Clock, Stop
from ..solving.market import is_plan, open_market
from ..solving.pricing import priced, whole_prices
from ..solving.solve import solve
from .changes import Change, apply_change

MOST_PAIRS = 3_000  # larger problems are not solved again for their empty seats


@dataclass(frozen=True, slots=True)
class Trial:
    """The plan and what it was made from. people, needs: by id, with the forbidden pairs among `forbidden`."""

    problem: Problem
    plan: Plan
    people: Encoded
    needs: Sequence[Need]
    policy: Policy
    pins: Sequence[Pair]
    forbids: Sequence[Pair]
    clock: Clock = field(default_factory=Clock)

    def fills(self, change: Change, answer: dict[str, Any]) -> bool:
        """Tell whether the best plan after the change fills one seat more of its need.

        answer: the change as `apply_change` takes it. Taken for granted if the plan is not proved, if it was made in
        stages, or if the problem is large. Raises Stop if time is up before that is known.
        """
        row = self.problem.need_ids.index(change.need.id)
        is_plain = not change.of_person and self.problem.seats[row] == 1
        is_large = len(self.problem.candidate) > MOST_PAIRS
        is_proved = self.plan.status == PlanStatus.OPTIMAL
        if is_plain or is_large or not is_proved or self.policy.order != "premium":
            return True
        problem = self.changed(change, answer)
        person = problem.candidate_ids.index(answer["candidate"])
        return self.must_fill(problem, row, person) or self.is_filled(problem, row)

    def must_fill(self, problem: Problem, row: int, person: int) -> bool:
        """Tell whether the prices prove that the seat is filled, with the worth of the new pair as the seat's price.

        They do if every plan that fills no more seats of the need than before is worth less than the plan with it.
        """
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
        bound = int((seats * prices).sum()) + int(
            priced(market, prices, self.clock.tick).worth.sum()
        )
        return bound < int(market.value[with_it].sum()) * SCALE

    def is_filled(self, problem: Problem, row: int) -> bool:
        """Solve, and tell whether the best plan fills one seat more of the need."""
        again = solve(
            problem, pins=self.pins, forbids=self.forbids, start=self.plan,
            time_limit=self.clock.limit, progress=self.clock.repeat,
        )  # fmt: skip
        if not again.is_proved and self.clock.is_over:
            raise Stop
        filled = int((again.pairs[:, 0] == row).sum())
        return filled > int((self.plan.pairs[:, 0] == row).sum())

    def changed(self, change: Change, answer: dict[str, Any]) -> Problem:
        """Build the problem after the change, without parts."""
        row = self.problem.need_ids.index(change.need.id)
        people, need = apply_change(answer, self.people.records, self.needs[row])
        if not change.of_person and need.months == self.needs[row].months:
            return self._with_row(row, need)
        needs = [need if other.id == need.id else other for other in self.needs]
        built = build(people, needs, self.policy, has_parts=False, has_others=True)
        return replace(built, premium=self.problem.premium)

    def _with_row(self, row: int, need: Need) -> Problem:
        """Put this need, which has the same months, into the row; the other rows stay as they were."""
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
