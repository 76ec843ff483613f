"""The whole answer as one JSON document: what a stored round keeps and the command line writes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .deciding import Decided, decide
from .explaining.told import Told
from .inputs import Names, hash_of
from .names import by_id
from .plan import Plan, Progress
from .policy import Policy
from .problem import QUICK, Problem
from .records import Candidate, Need, month_text
from .solving.clock import Clock

VERSION = 2  # of the document; those without one are of version 1


def document(
    candidates: Sequence[Candidate],
    needs: Sequence[Need],
    policy: Policy | None = None,
    *,
    pins: Sequence[Names] = (),
    forbids: Sequence[Names] = (),
    previous: Sequence[Names] = (),
    time_limit: float | None = None,
    progress: Progress | None = None,
    is_stable: bool = False,
    has_others: bool = False,
) -> dict[str, Any]:
    """Build a problem from records, solve it and explain the plan.

    Parameters
    ----------
    candidates : sequence of Candidate
    needs : sequence of Need
    policy : Policy, optional
    pins, forbids, previous : sequence of (need id, candidate id), optional
        Pairs that must be in the plan, pairs that must not, and the pairs of the plan before it, from which as few
        as possible are changed.
    time_limit : float, optional
        Seconds for everything: the plan with all solves of its aims takes four fifths of them at most, the rest is
        for its explanations. What there was no time for is named in `left_out`.
    progress : callable, optional
        Called now and then with a dict of stage, value and bound. A true answer cancels: the best plan so far is
        kept, and what has not been explained is left out.
    is_stable : bool, optional
        Leave out the seconds, so that the same inputs give the same document.
    has_others : bool, optional
        There are other people and needs than these. People may name such needs in `conflicts`, `forbidden` and
        `in_force`, and forbidden and previous pairs of others are left out. Otherwise all of these are refused.

    Returns
    -------
    dict
        Plain values, ready for `to_json`.

    Raises
    ------
    InvalidProblem
        If a record or a pair cannot be right.
    InfeasiblePins
        If the pins cannot all be kept.

    Examples
    --------
    >>> from talentpool import matching as m
    >>> from talentpool.matching.example import NEEDS, PEOPLE
    >>> answer = m.document(PEOPLE, NEEDS)
    >>> answer["status"], answer["value"]
    ('optimal', 55024)
    >>> [(pair["need"], pair["candidate"]) for pair in answer["placements"]]
    [('migration', 'chiba'), ('tender', 'aoki')]
    """
    decided = decide(
        candidates, needs, policy, pins=pins, forbids=forbids, previous=previous,
        time_limit=time_limit, progress=progress, has_others=has_others,
    )  # fmt: skip
    answer = explained(decided)
    answer["excluded"] = {need: one.plain() for need, one in answer["excluded"].items()}
    if not is_stable:
        answer["seconds"] = decided.seconds
    return answer


def plan_document(decided: Decided) -> dict[str, Any]:
    """Write a plan down before it is explained: `left_out` names all explanations.

    Parameters
    ----------
    decided : Decided

    Returns
    -------
    dict
        As `explained`, but for `working`, from which `decided_of` reads the plan back, to the last digit.

    Examples
    --------
    >>> from talentpool import matching as m
    >>> from talentpool.matching.example import NEEDS, PEOPLE
    >>> answer = m.plan_document(m.decide(PEOPLE, NEEDS))
    >>> answer["value"], answer["left_out"]
    (55024, ['regrets', 'baselines', 'empty_seats', 'shortages', 'waived'])
    """
    return _answer(decided, Clock(0.0)) | {"working": decided.working()}


def explained(decided: Decided) -> dict[str, Any]:
    """Explain a plan within what is left of its time.

    Parameters
    ----------
    decided : Decided

    Returns
    -------
    dict
        As `document`, without the seconds; `excluded` maps each need to a mapping that keeps rules as bits.

    Examples
    --------
    >>> from talentpool import matching as m
    >>> from talentpool.matching.example import NEEDS, PEOPLE
    >>> m.explained(m.decide(PEOPLE, NEEDS)) == m.document(PEOPLE, NEEDS, is_stable=True)
    True
    """
    return _answer(decided, decided.clock)


def _answer(decided: Decided, clock: Clock) -> dict[str, Any]:
    """Tell of the plan, and explain it while the clock is not over."""
    given, aimed = decided.inputs, decided.aimed
    problem, plan = aimed.problem, aimed.plan
    told = Told(
        clock, given.policy, decided.built, aimed, given.candidates, given.needs, decided.sizes,
        decided.pinned, decided.forbidden,
    )  # fmt: skip
    parts = {  # in the order of their worth to who reads them
        "rankings": told.rankings(decided.unpriced),
        "baselines": told.baselines(),
        "empty_seats": told.empty_seats(),
        "shortages": told.shortages(),
        **told.directed(),
        "waived": told.waived(),
    }
    return {
        "version": VERSION,
        "input_hash": hash_of(decided.input_document),
        "policy": given.policy.to_dict(),
        "status": plan.status.value,
        "value": plan.value,
        "bound": plan.bound,
        "gap_bp": plan.gap_bp,
        "proof": plan.proof,
        "is_decided": plan.is_decided,
        "stopped": _stopped(decided.clock, is_late=decided.is_late, is_short=bool(told.left_out)),
        "left_out": told.left_out,
        "placements": _placements(problem, plan, given.needs),
        "excluded": decided.excluded,
        **parts,
        "is_quick": len(problem.candidate) <= QUICK,
        "aims": {
            "is_reached": aimed.is_reached,
            "is_out_of_reach": aimed.is_out_of_reach,
            "premium": _by_name(problem.need_ids, aimed.premium),
        },
        "prices": {
            "seats": _by_name(problem.need_ids, plan.need_price),
            "people": _by_name(problem.candidate_ids, plan.candidate_price),
        },
        "candidates": _usage(problem, plan, given.candidates, given.needs),
    }


def _stopped(clock: Clock, *, is_late: bool, is_short: bool) -> str | None:
    """Tell what ended the work early: "cancelled", "time_limit" or nothing."""
    if clock.is_cancelled:
        return "cancelled"
    return "time_limit" if is_late or (is_short and clock.is_over) else None


def _by_name(names: Sequence[str], figures: NDArray[Any]) -> dict[str, int]:
    """Name → whole bp, without zeros."""
    return {name: int(figure) for name, figure in zip(names, figures, strict=True) if figure >= 1}


def _placements(problem: Problem, plan: Plan, needs: Sequence[Need]) -> list[dict[str, Any]]:
    wanted = {need.id: need for need in needs}
    seats: dict[int, int] = {}
    rows = []
    for j, i in plan.pairs:
        edge = problem.edge(int(j), int(i))
        assert edge is not None  # plans hold only feasible pairs
        seats[int(j)] = seats.get(int(j), 0) + 1
        need = wanted[problem.need_ids[int(j)]]
        parts = [] if problem.parts is None else map(int, problem.parts[edge])
        rows.append(
            {
                "need": need.id,
                "seat": seats[int(j)],
                "candidate": problem.candidate_ids[int(i)],
                "fit": int(problem.fit[edge]),
                "parts": dict(zip(problem.part_names, parts, strict=True)),
                "half_days": need.half_days,
                "months": [month_text(month) for month in need.months],
            }
        )
    return rows


def _usage(
    problem: Problem, plan: Plan, candidates: Sequence[Candidate], needs: Sequence[Need]
) -> dict[str, dict[str, dict[str, int]]]:
    """Placed person → month → free half-days before the plan, and half-days that the plan uses."""
    months = sorted({month for need in needs for month in need.months})
    used = np.zeros(problem.capacity.shape, np.int64)
    for j, i in plan.pairs:
        used[i, problem.months[j]] += problem.half_days[j]
    people = by_id(candidates)
    return {
        people[i].id: {
            month_text(month): {
                "capacity": int(problem.capacity[i, t]), "used": int(used[i, t])
            }
            for t, month in enumerate(months)
            if problem.capacity[i, t] or used[i, t]
        }
        for i in sorted({int(i) for _, i in plan.pairs})
    }  # fmt: skip
