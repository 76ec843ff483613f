"""What each term of the policy costs or brings: the plan by the same policy without that term."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .aims import solve_for
from .building import repriced
from .plan import Plan
from .policy import Policy
from .problem import QUICK, Problem
from .records import Candidate, Need
from .search import Progress


class Waiver(NamedTuple):
    """A term of the policy and what stands in the policy where it is waived."""

    ja: str
    en: str
    nothing: Mapping[str, Any]


WAIVERS: Mapping[str, Waiver] = {
    "fill": Waiver("1枠を埋める価値", "Worth of a filled seat", {"fill_premium": 0}),
    "priority": Waiver("優先度の加点", "Bonus for priority", {"priority_bonus": 0}),
    "size": Waiver("規模ごとの加点", "Premiums by size of town", {"size_class_premium": (0, 0, 0)}),
    "carry_over": Waiver("前回届かなかった市町への加点", "Carry-over", {"carry_over": {}}),
    "load": Waiver("昨年度の活動による減点", "Penalty for last year's load", {"load_penalty": 0}),
    "in_force": Waiver(
        "いまの割当を変えない加点", "Bonus for the plan in force", {"in_force_bonus": 0}
    ),
}


def waived(
    policy: Policy,
    problem: Problem,
    plan: Plan,
    candidates: Sequence[Candidate],
    needs: Sequence[Need],
    size_class: NDArray[np.integer[Any]],
    *,
    time_limit: float | None = None,
    progress: Progress | None = None,
    **options: Any,
) -> dict[str, Plan]:
    """Name → the plan without that term, as near to `plan` as it can be; terms that change no pair's worth are left out.

    problem: of the policy, as built; nothing is solved where it is not small or the plan is not proved and decided.
    time_limit: seconds for all terms together. Where one is not proved and decided by then, or `progress` cancels,
    there is none: how many there are never depends on how fast the machine is. options: the others of `solve`.
    """
    plans: dict[str, Plan] = {}
    if len(problem.candidate) > QUICK or plan.status != "optimal" or not plan.is_decided:
        return plans
    budget = _Budget(plan, time_limit, progress, time.monotonic())
    for name, waiver in WAIVERS.items():
        without = replace(policy, **waiver.nothing)
        other = repriced(problem, candidates, needs, without)
        if np.array_equal(other.value, problem.value):
            continue
        found = solve_for(
            without, other, size_class, previous=plan.pairs.tolist(),
            time_limit=budget.remaining(), progress=budget.is_spent, **options,
        ).plan  # fmt: skip
        is_proved = found.status in {"optimal", "nothing"} and found.is_decided
        if not is_proved or budget.is_spent():
            return {}
        plans[name] = found
    return plans


@dataclass
class _Budget:
    """What all terms share: their time, and whoever may cancel them, to whom the plan stays as far as it was."""

    plan: Plan
    time_limit: float | None
    progress: Progress | None
    began: float
    is_cancelled: bool = False

    def remaining(self) -> float | None:
        if self.time_limit is None:
            return None
        return max(0.0, self.began + self.time_limit - time.monotonic())

    def is_spent(self, _told: Mapping[str, Any] | None = None) -> bool:
        """Also of a solve within a solve that had its time and was not told so: called with what `solve` reports."""
        if self.progress is not None and not self.is_cancelled:
            said = {"stage": "waived", "value": self.plan.value, "bound": self.plan.bound}
            self.is_cancelled = self.progress(said)
        return self.is_cancelled or self.remaining() == 0.0
