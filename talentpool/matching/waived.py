"""What each term of the policy costs or brings: the plan by the same policy without that term."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .aims import solve_for
from .building import repriced
from .plan import Plan
from .policy import Policy
from .problem import QUICK, Problem
from .records import Candidate, Need


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
    **options: Any,
) -> dict[str, Plan]:
    """Name → the plan without that term, as near to `plan` as it can be; terms that change no pair's worth are left out.

    problem: of the policy, as built; nothing is solved where it is not small or the plan is not proved, and what
    is not proved in time is left out. options: those of `solve`.
    """
    plans: dict[str, Plan] = {}
    if len(problem.candidate) > QUICK or plan.status != "optimal":
        return plans
    previous = plan.pairs.tolist()
    for name, waiver in WAIVERS.items():
        without = replace(policy, **waiver.nothing)
        other = repriced(problem, candidates, needs, without)
        if np.array_equal(other.value, problem.value):
            continue
        found = solve_for(without, other, size_class, previous=previous, **options).plan
        if found.status in {"optimal", "nothing"}:
            plans[name] = found
    return plans
