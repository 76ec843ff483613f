"""What a plan takes of people, and what it leaves of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from ..plan import Plan
from ..problem import Problem
from ..records import Candidate, Need


@dataclass(frozen=True, slots=True)
class Load:
    """What the plan takes of each person: half_days and count (of engagements) by month, and the needs served.

    staff: need id → indices of the people who serve it.
    """

    half_days: list[dict[int, int]]
    count: list[dict[int, int]]
    served: list[set[str]]
    staff: dict[str, list[int]] = field(default_factory=dict)


def load_of(problem: Problem, plan: Plan) -> Load:
    """Add up what the plan takes of each person."""
    load = Load([{} for _ in range(problem.n)], [{} for _ in range(problem.n)],
                 [set() for _ in range(problem.n)])  # fmt: skip
    for j, i in plan.pairs:
        for t in np.flatnonzero(problem.months[j]):
            days, count = load.half_days[i], load.count[i]
            days[int(t)] = days.get(int(t), 0) + int(problem.half_days[j])
            count[int(t)] = count.get(int(t), 0) + 1
        load.served[i].add(problem.need_ids[int(j)])
        load.staff.setdefault(problem.need_ids[int(j)], []).append(int(i))
    return load


def remaining(people: Sequence[Candidate], needs: Sequence[Need], load: Load) -> list[Candidate]:
    """Return the people as they are once the plan stands."""
    months = sorted({month for need in needs for month in need.months})
    left = []
    for i, person in enumerate(people):
        if not load.served[i]:
            left.append(person)
            continue
        availability = dict(person.availability)
        for t, month in enumerate(months):
            if month in availability and t in load.count[i]:
                old = availability[month]
                availability[month] = replace(
                    old,
                    half_days=old.half_days - load.half_days[i][t],
                    engagements=old.engagements + load.count[i][t],
                )
        served = person.forbidden | load.served[i]
        left.append(replace(person, availability=availability, forbidden=served))
    return left


def staying_on(need: Need, left: Sequence[Candidate], staff: Sequence[int]) -> list[Candidate]:
    """Return the people whom the plan gives this need, as they are beside their other needs."""
    staying = []
    for person in (left[i] for i in staff):
        availability = dict(person.availability)
        for month in need.months:
            rest = availability[month]
            availability[month] = replace(
                rest,
                half_days=rest.half_days + need.half_days,
                engagements=rest.engagements - 1,
            )
        allowed = person.forbidden - {need.id}
        staying.append(replace(person, availability=availability, forbidden=allowed))
    return staying
