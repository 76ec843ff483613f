"""All explanations of a plan as plain values, each within what is left of one time; what was cut short is named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..pairs import Pair
from ..plan import Plan
from ..policy import Policy
from ..problem import Problem
from ..records import Candidate, Need
from ..solving.clock import Clock, Stop
from ..solving.premiums import Aimed
from .baselines import baselines, figures
from .empty_seats import EmptySeats, empty_seats
from .ranking import UNPROVED, RankedPair, cost, in_order, ranking
from .regrets import Regrets
from .released import Release, released
from .shortage import Shortage, shortages
from .waived import waived_within

Rankings = dict[str, list[dict[str, Any]]]  # need → entries
# The parts of an explanation that may be left out: name → (Japanese, English).
PARTS_TOLD = {
    "regrets": ("固定したときに下がる点数", "What pinning a pair would cost"),
    "baselines": ("ほかの決め方との比較", "Other ways of deciding"),
    "empty_seats": (
        "空いた枠の理由と、埋めるための変更",
        "Why seats are empty, and what would fill them",
    ),
    "shortages": ("もう1人いると助かる人材", "Kinds of people of whom one more would help"),
    "gains": ("人材が1人増えたときの正確な伸び", "What one more person would add, exactly"),
    "released": (
        "固定と除外のそれぞれで変わったこと",
        "What each pin and each forbidden pair changed",
    ),
    "waived": ("方針の各項目で変わったこと", "What each term of the policy changed"),
}


@dataclass
class Told:
    """Asks for the parts of an explanation, one after the other.

    built: the problem without the premiums of aims; sizes (m,): size classes; left_out: names of `PARTS_TOLD` that were
    cut short, because the time was over, somebody cancelled, or the plan is not proved.
    """

    clock: Clock
    policy: Policy
    built: Problem
    aimed: Aimed
    candidates: Sequence[Candidate]
    needs: Sequence[Need]
    sizes: NDArray[np.int64]
    pins: Sequence[Pair]
    forbids: Sequence[Pair]
    left_out: list[str] = field(default_factory=list)

    @property
    def problem(self) -> Problem:
        return self.aimed.problem

    @property
    def plan(self) -> Plan:
        return self.aimed.plan

    def _begin(self, name: str) -> bool:
        """Report that a part begins; False, and it is left out, if the time is over."""
        said = {"stage": name, "value": self.plan.value, "bound": self.plan.bound}
        is_over = self.clock.is_over or self.clock.report(said)
        if is_over:
            self.left_out.append(name)
        return not is_over

    def rankings(self, unpriced: Rankings) -> Rankings:
        """Need → everybody feasible; from when the time is over without what pinning would cost."""
        if not self._begin("regrets"):
            return unpriced
        regrets = Regrets(self.problem, self.plan, self.pins, self.forbids, self.clock.tick)
        found: Rankings = {}
        for j, need in enumerate(self.problem.need_ids):
            try:
                loss = regrets.of(j)
            except Stop:
                self.left_out.append("regrets")
                return unpriced | found
            places = in_order(self.problem, j).tolist()
            found[need] = [
                self._priced(row, int(loss.bp[place]), is_exact=bool(loss.is_exact[place]))
                for row, place in zip(unpriced[need], places, strict=True)
            ]
        return found

    def _priced(self, row: dict[str, Any], regret: int, *, is_exact: bool) -> dict[str, Any]:
        """Tell what pinning a pair would cost; where nothing else keeps the person away, that is the reason."""
        is_open = row["reason"]["code"] == UNPROVED
        reason = cost(regret, is_exact, self.plan.is_proved) if is_open else row["reason"]
        return row | {"regret": regret, "is_exact": is_exact, "reason": reason}

    def baselines(self) -> dict[str, Any]:
        """Name of a way of deciding → its figures: the baselines, the plan and, with aims, the plan without them."""
        if not self._begin("baselines"):
            return {}
        try:
            plans = {
                **baselines(
                    self.problem, pins=self.pins, forbids=self.forbids, tick=self.clock.tick
                ),
                "plan": self.plan,
            }
            if self.policy.order != "premium" or self.policy.fairness_floor > 0:
                plans["unaimed"] = self.aimed.plain
            return {name: self._figures(plan) for name, plan in plans.items()}
        except Stop:
            self.left_out.append("baselines")
            return {}

    def empty_seats(self) -> list[dict[str, Any]]:
        """Needs with empty seats; all of them, however little could be told."""
        is_begun = self._begin("empty_seats")
        found = empty_seats(
            self.problem, self.plan, self.candidates, self.needs, self.policy,
            pins=self.pins, forbids=self.forbids, clock=self.clock,
        )  # fmt: skip
        if is_begun and not all(entry.is_complete for entry in found):
            self.left_out.append("empty_seats")
        if not found and not is_begun:
            self.left_out.remove("empty_seats")
        return [_empty(entry) for entry in found]

    def shortages(self) -> list[dict[str, Any]]:
        """Kinds of people of whom one more would help."""
        if not self._begin("shortages"):
            return []
        try:
            found = shortages(
                self.problem, self.plan, self.needs, self.policy,
                pins=self.pins, forbids=self.forbids, solves=True, clock=self.clock,
            )  # fmt: skip
        except Stop:
            self.left_out.append("shortages")
            return []
        if self.clock.is_over and any(entry.gained is None for entry in found):
            self.left_out.append("gains")
        return [_short(entry) for entry in found]

    def directed(self) -> dict[str, list[dict[str, Any]]]:
        """Tell what each pin and each forbidden pair changed."""
        if not self.pins and not self.forbids:
            return {"pins": [], "forbids": []}
        if not self._begin("released"):
            return {"pins": [], "forbids": []}
        found = released(
            self.policy, self.built, self.plan, self.sizes, pins=self.pins, forbids=self.forbids,
            time_limit=self.clock.limit, progress=self.clock.hear,
        )  # fmt: skip
        try:
            told = [[self._release(release) for release in releases] for releases in found]
        except Stop:
            told = [[], []]
        if sum(map(len, told)) < len(self.pins) + len(self.forbids):
            self.left_out.append("released")
        return dict(zip(("pins", "forbids"), told, strict=True))

    def _release(self, release: Release) -> dict[str, Any]:
        needs, people = self.problem.need_ids, self.problem.candidate_ids
        need, candidate = release.pair
        return {
            "need": needs[need],
            "candidate": people[candidate],
            **self._figures(release.plan),
            "seats": {needs[j]: more for j, more in release.seats.items()},
            "moves": [
                {
                    "candidate": people[move.candidate],
                    "leaves": [needs[j] for j in move.leaves],
                    "enters": [needs[j] for j in move.enters],
                }
                for move in release.moves
            ],
        }

    def waived(self) -> dict[str, Any]:
        """Term of the policy → the figures of the plan without it, and how many pairs only the plan has."""
        if not self._begin("waived"):
            return {}
        try:
            plans = waived_within(
                self.clock, self.policy, self.built, self.plan, self.candidates, self.needs,
                self.sizes, pins=self.pins, forbids=self.forbids,
            )  # fmt: skip
            return {
                name: {**self._figures(plan), "changed": _count_changed(self.plan, plan)}
                for name, plan in plans.items()
            }
        except Stop:
            self.left_out.append("waived")
            return {}

    def _figures(self, plan: Plan) -> dict[str, Any]:
        return figures(self.problem, plan, self.sizes, forbids=self.forbids, tick=self.clock.tick)


def rank(problem: Problem, plan: Plan, pins: Sequence[Pair], forbids: Sequence[Pair]) -> Rankings:
    """Need → everybody feasible, without what pinning would cost."""
    regrets = Regrets(problem, plan, pins, forbids)
    return {
        need: [
            _ranked(problem, row)
            for row in ranking(problem, plan, j, regrets=regrets, has_regrets=False)
        ]
        for j, need in enumerate(problem.need_ids)
    }


def _ranked(problem: Problem, row: RankedPair) -> dict[str, Any]:
    return {
        "candidate": problem.candidate_ids[row.candidate],
        "rank": row.rank,
        "fit": row.fit,
        "parts": row.parts,
        "regret": row.regret,
        "is_exact": row.is_exact,
        "placed": row.placed,
        "reason": row.reason,
    }


def _count_changed(plan: Plan, other: Plan) -> int:
    """Count the pairs of the plan that the other does not have."""
    kept = {tuple(pair) for pair in other.pairs.tolist()}
    return sum(tuple(pair) not in kept for pair in plan.pairs.tolist())


def _empty(entry: EmptySeats) -> dict[str, Any]:
    return {
        "need": entry.need,
        "seats": entry.seats,
        "rules": {str(rule): count for rule, count in entry.rules.items()},
        "near": [{"candidate": person, "rule": str(rule)} for person, rule in entry.near],
        "busy": entry.busy,
        "change": entry.change,
        "is_complete": entry.is_complete,
    }


def _short(entry: Shortage) -> dict[str, Any]:
    return {
        "region": entry.kind.region,
        "roles": list(entry.kind.roles),
        "skills": dict(entry.kind.skills),
        "needs": list(entry.needs),
        "empty": entry.empty,
        "at_most": entry.at_most,
        "gained": entry.gained,
    }
