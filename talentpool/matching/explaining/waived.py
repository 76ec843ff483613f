"""What each term of the policy costs or brings: the plan by the same policy without that term."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..names import check_same
from ..plan import Plan, PlanStatus, Progress, check_plan
from ..policy import Policy
from ..problem import QUICK, Problem, check_size_class
from ..records import Candidate, Need
from ..scoring.build import repriced
from ..solving.aims import solve_for
from ..solving.clock import Clock, Stop


class Waiver(NamedTuple):
    """A term of the policy, and the values that switch it off."""

    ja: str
    en: str
    nothing: Mapping[str, Any]


WAIVERS: Mapping[str, Waiver] = {
    "fill": Waiver("1枠を埋める価値", "Worth of a filled place", {"fill_premium": 0}),
    "priority": Waiver("優先度の加点", "Bonus for priority", {"priority_bonus": 0}),
    "size": Waiver(
        "規模ごとの加点", "Premiums by size of municipality", {"size_class_premium": (0, 0, 0)}
    ),
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
    """Solve again without each term of the policy, to show what the term did.

    Parameters
    ----------
    policy : Policy
    problem : Problem
        As `build` made it with this policy.
    plan : Plan
        Nothing is solved unless it is proved and decided, and the problem is small (`QUICK`).
    candidates : sequence of Candidate
    needs : sequence of Need
    size_class : (m,) integers
        0, 1 or 2 for the town of each need.
    time_limit : float, optional
        Seconds for all terms together.
    progress : callable, optional
        As in `solve`.
    **options
        Further options of `solve`.

    Returns
    -------
    dict of str to Plan
        Name of the term, see `WAIVERS` → the best plan without it, with as few changes from `plan` as possible. Terms
        that change no pair's worth are absent. If any term is not proved and decided in time, or `progress` cancels,
        there is none at all: how many there are never depends on how fast the machine is.

    Examples
    --------
    >>> import numpy as np
    >>> from talentpool import matching as m
    >>> from talentpool.matching.example import NEEDS, PEOPLE
    >>> policy = m.Policy(fill_premium=500, load_penalty=0, in_force_bonus=0)
    >>> problem = m.build(PEOPLE, NEEDS, policy)
    >>> plan = m.solve(problem)
    >>> without = m.waived(policy, problem, plan, PEOPLE, NEEDS, np.array([0, 1]))
    >>> {name: other.value for name, other in without.items()}
    {'fill': 15024}
    """
    check_plan(problem, plan)
    check_same("candidates", candidates, problem.candidate_ids)
    check_same("needs", needs, problem.need_ids)
    check_size_class(problem, size_class)
    try:
        return waived_within(
            Clock(time_limit, progress),
            policy,
            problem,
            plan,
            candidates,
            needs,
            size_class,
            **options,
        )
    except Stop:
        return {}


def waived_within(
    clock: Clock,
    policy: Policy,
    problem: Problem,
    plan: Plan,
    candidates: Sequence[Candidate],
    needs: Sequence[Need],
    size_class: NDArray[np.integer[Any]],
    **options: Any,
) -> dict[str, Plan]:
    """Like `waived`, for arguments that are right. Raises Stop where not every term can be told."""
    plans: dict[str, Plan] = {}
    if len(problem.candidate) > QUICK or plan.status == PlanStatus.NOTHING:
        return plans
    if plan.status != PlanStatus.OPTIMAL or not plan.is_decided:
        raise Stop

    def is_over(_told: Mapping[str, Any] | None = None) -> bool:
        """Report the plan itself, which stays as it is, instead of these further solves."""
        return clock.report({"stage": "waived", "value": plan.value, "bound": plan.bound})

    for name, waiver in WAIVERS.items():
        without = replace(policy, **waiver.nothing)
        other = repriced(problem, candidates, needs, without)
        if np.array_equal(other.value, problem.value):
            continue
        found = solve_for(
            without, other, size_class, previous=plan.pairs.tolist(),
            time_limit=clock.limit, progress=is_over, **options,
        ).plan  # fmt: skip
        if not (found.is_proved and found.is_decided) or is_over():
            raise Stop
        plans[name] = found
    return plans
