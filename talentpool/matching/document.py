"""The whole answer as one JSON document: what a stored round keeps and what the command line writes."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .aims import Aimed, solve_for, with_premium
from .baselines import baselines, figures
from .building import build
from .empty_seats import EmptySeats, empty_seats
from .errors import InfeasiblePins
from .inputs import Inputs, Names, input_hash
from .market import Pair
from .plan import Plan
from .policy import Policy
from .problem import QUICK, Problem, by_id
from .ranking import ranking
from .reasons import excluded_texts
from .records import Candidate, Need, month_text
from .regrets import Regrets
from .search import Progress
from .shortage import Shortage, shortages
from .waived import waived


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
) -> dict[str, Any]:
    """Build, solve and explain. Pairs are (need id, candidate id); `is_stable` leaves out the seconds.

    time_limit: seconds for the plan, all solves of its aims together. What explains it is solved where the size of
    the problem allows it, and not once `progress` has cancelled.
    Raises InvalidProblem, InfeasiblePins.
    """
    candidates, needs = tuple(candidates), tuple(needs)  # read more than once
    policy = policy or Policy()
    began = time.monotonic()
    problem = build(candidates, needs, policy)
    pinned, forbidden = _numbers(problem, pins, is_strict=True), _numbers(problem, forbids)
    sizes = np.array([need.size_class for need in by_id(needs)], np.int64)
    options: dict[str, Any] = {
        "pins": pinned, "forbids": forbidden, "time_limit": time_limit, "progress": progress
    }  # fmt: skip
    standing = _numbers(problem, previous)
    aimed = solve_for(policy, problem, sizes, previous=standing, **options)
    ended = time.monotonic()
    built, problem, plan = problem, aimed.problem, aimed.plan
    answer = {
        "input_hash": input_hash(
            candidates, needs, policy, pins=pins, forbids=forbids, previous=previous
        ),
        "policy": policy.to_dict(),
        "status": plan.status,
        "value": plan.value,
        "bound": plan.bound,
        "gap_bp": plan.gap_bp,
        "proof": plan.proof,
        "is_decided": plan.is_decided,
        "placements": _placements(problem, plan, needs),
        "rankings": _rankings(problem, plan, Regrets(problem, plan, pinned, forbidden)),
        "excluded": excluded_texts(candidates, needs),
        "empty_seats": [
            _empty(entry)
            for entry in empty_seats(
                problem, plan, candidates, needs, policy, pins=pinned, forbids=forbidden
            )
        ],
        "baselines": {
            name: figures(problem, other, sizes, forbids=forbidden)
            for name, other in _compared(policy, aimed, pinned, forbidden).items()
        },
        "waived": {
            name: {
                **figures(problem, other, sizes, forbids=forbidden),
                "changed": _count_changed(plan, other),
            }
            for name, other in waived(
                policy, built, plan, candidates, needs, sizes, **options
            ).items()
        },
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
        "shortages": [
            _short(entry)
            for entry in shortages(
                problem, plan, needs, policy, pins=pinned, forbids=forbidden, solves=True
            )
        ],
        "candidates": _usage(problem, plan, candidates, needs),
    }
    if not is_stable:
        answer["seconds"] = round(ended - began, 3)
    return answer


def _compared(
    policy: Policy, aimed: Aimed, pins: Sequence[Pair], forbids: Sequence[Pair]
) -> dict[str, Plan]:
    """The plan among the other ways of deciding; with aims, also the plan without them."""
    plans = {**baselines(aimed.problem, pins=pins, forbids=forbids), "plan": aimed.plan}
    has_aims = policy.order != "premium" or policy.fairness_floor > 0
    return {**plans, "unaimed": aimed.plain} if has_aims else plans


def _count_changed(plan: Plan, other: Plan) -> int:
    """Pairs of the plan that the other does not have."""
    kept = {tuple(pair) for pair in other.pairs.tolist()}
    return sum(tuple(pair) not in kept for pair in plan.pairs.tolist())


def _by_name(names: Sequence[str], figures: NDArray[Any]) -> dict[str, int]:
    """Name → whole bp, where there is any."""
    return {name: int(figure) for name, figure in zip(names, figures, strict=True) if figure >= 1}


def _numbers(
    problem: Problem, pairs: Sequence[Names], *, is_strict: bool = False
) -> list[tuple[int, int]]:
    """Names as row numbers; unknown names are skipped, or refused where strict."""
    rows = {name: j for j, name in enumerate(problem.need_ids)}
    people = {name: i for i, name in enumerate(problem.candidate_ids)}
    numbers = []
    for need, candidate in pairs:
        if need in rows and candidate in people:
            numbers.append((rows[need], people[candidate]))
        elif is_strict:
            raise InfeasiblePins(f"{need} / {candidate} is not part of the problem")
    return numbers


def _placements(problem: Problem, plan: Plan, needs: Sequence[Need]) -> list[dict[str, Any]]:
    wanted = {need.id: need for need in needs}
    seats: dict[int, int] = {}
    rows = []
    for j, i in plan.pairs:
        edge = problem.edge(int(j), int(i))
        assert edge is not None  # plans hold feasible pairs only
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


def _rankings(problem: Problem, plan: Plan, regrets: Regrets) -> dict[str, list[dict[str, Any]]]:
    return {
        name: [
            {
                "candidate": problem.candidate_ids[row.candidate],
                "rank": row.rank,
                "fit": row.fit,
                "parts": dict(row.parts),
                "regret": row.regret,
                "is_exact": row.is_exact,
                "placed": row.placed,
                "reason": dict(row.reason),
            }
            for row in ranking(problem, plan, j, regrets=regrets)
        ]
        for j, name in enumerate(problem.need_ids)
    }


def _empty(entry: EmptySeats) -> dict[str, Any]:
    return {
        "need": entry.need,
        "seats": entry.seats,
        "rules": {str(rule): count for rule, count in entry.rules.items()},
        "near": [{"candidate": person, "rule": str(rule)} for person, rule in entry.near],
        "busy": entry.busy,
        "change": entry.change,
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


def _usage(
    problem: Problem, plan: Plan, candidates: Sequence[Candidate], needs: Sequence[Need]
) -> dict[str, dict[str, dict[str, int]]]:
    """Placed people: month → free half-days before the plan, and those the plan uses."""
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


def plan_of(problem: Problem, answer: Mapping[str, Any]) -> Plan:
    """The plan of a document that was made of this problem; prices in whole bp."""
    rows = {name: j for j, name in enumerate(problem.need_ids)}
    people = {name: i for i, name in enumerate(problem.candidate_ids)}
    pairs = sorted((rows[pair["need"]], people[pair["candidate"]]) for pair in answer["placements"])
    prices = answer["prices"]
    return Plan(
        pairs=np.array(pairs, np.int64).reshape(-1, 2),
        value=answer["value"],
        bound=answer["bound"],
        status=answer["status"],
        need_price=np.array([prices["seats"].get(name, 0) for name in rows], float),
        candidate_price=np.array([prices["people"].get(name, 0) for name in people], float),
        proof=answer["proof"],
        is_decided=answer["is_decided"],
    )


def problem_of(inputs: Inputs, answer: Mapping[str, Any]) -> Problem:
    """The problem a document was solved as, with the premiums its aims needed."""
    problem = build(inputs.candidates, inputs.needs, inputs.policy)
    premium = answer["aims"]["premium"]
    return with_premium(problem, np.array([premium.get(name, 0) for name in problem.need_ids], int))
