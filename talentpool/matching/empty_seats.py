"""Why a seat stays empty, who is nearest, and the smallest single change that would fill it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from operator import attrgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .building import load_costs
from .changes import Change, altered_arrays, changes_of, forms_of
from .checks import sorted_records
from .encode import Ints, columns_of
from .encoded import Encoded
from .errors import MissingInput
from .market import Pair
from .plan import Plan
from .policy import Policy
from .problem import Problem
from .records import Candidate, Need
from .rules import Rule, feasible
from .trial import Trial

NEAREST = 5  # people named as near misses, and tried with a change of their own


@dataclass(frozen=True, slots=True)
class EmptySeats:
    """One need with seats left. rules: rule → people it removes; near: (candidate id, the one rule broken);
    change: the cheapest single change with the person it would bring, if there is one."""

    need: str
    seats: int
    rules: dict[Rule, int]
    near: tuple[tuple[str, Rule], ...]
    busy: int  # people who fit but whom the plan uses elsewhere
    change: dict[str, Any] | None


def empty_seats(
    problem: Problem,
    plan: Plan,
    candidates: Sequence[Candidate] | None = None,
    needs: Sequence[Need] | None = None,
    policy: Policy | None = None,
    *,
    pins: Sequence[Pair] = (),
    forbids: Sequence[Pair] = (),
) -> list[EmptySeats]:
    """One entry for each need that the plan does not fill; needs the records the problem was built from.

    pins, forbids: those the plan was made with. Whom the forbids rule out counts as forbidden, and no change brings
    them.
    """
    if candidates is None or needs is None:
        raise MissingInput("empty seats are explained from the records of candidates and needs")
    people, wanted = sorted_records(candidates, needs)
    people = _ruled_out(people, problem, forbids)
    seats = problem.seats - np.bincount(plan.pairs[:, 0], minlength=problem.m)
    load = _used(problem, plan)
    left, forms = _remaining(people, wanted, load), forms_of(people)
    # people are encoded once for all that may be asked of them
    changes = {j: list(changes_of(wanted[j], forms)) for j in np.flatnonzero(seats > 0).tolist()}
    columns = columns_of(
        [need for j in changes for need in (wanted[j], *(change.need for change in changes[j]))]
    )
    policy = policy or Policy()
    everybody = Encoded.of(people, columns)
    setting = _Setting(
        everybody=everybody,
        left=Encoded.of(left, columns),
        load=load,
        policy=policy,
        premium=dict(zip(problem.need_ids, problem.premiums.tolist(), strict=True)),
        costs=load_costs(people, policy),
        forbids=[(problem.need_ids[int(j)], int(i)) for j, i in forbids],
        trial=Trial(problem, plan, everybody, wanted, policy, pins, forbids),
    )
    fits = everybody.fits([wanted[j] for j in changes], policy)
    return [
        _explain(wanted[j], int(seats[j]), fit, some, setting)
        for (j, some), fit in zip(changes.items(), fits, strict=True)
    ]


def _ruled_out(
    people: Sequence[Candidate], problem: Problem, forbids: Sequence[Pair]
) -> list[Candidate]:
    """The people with the forbids among the needs that are forbidden to them."""
    ruled_out: dict[int, set[str]] = {}
    for j, i in forbids:
        ruled_out.setdefault(int(i), set()).add(problem.need_ids[int(j)])
    return [
        replace(person, forbidden=person.forbidden | ruled_out[i]) if i in ruled_out else person
        for i, person in enumerate(people)
    ]


@dataclass(frozen=True, slots=True)
class _Setting:
    """everybody: as they came; left: the same people as they are once the plan stands; premium: need id → bp a
    seat; costs (n,): bp off what each person is worth anywhere; forbids: (need id, index)."""

    everybody: Encoded
    left: Encoded
    load: _Load
    policy: Policy
    premium: dict[str, int]
    costs: NDArray[np.int32]
    forbids: Sequence[tuple[str, int]]
    trial: Trial

    def ruled_out(self, need: Need) -> list[int]:
        """Indices of the people whom the forbids keep from this need."""
        return [i for name, i in self.forbids if name == need.id]


@dataclass(frozen=True, slots=True)
class _Load:
    """What the plan takes of each person: months → (half-days, engagements), and the needs served.

    staff: need id → indices of the people who serve it.
    """

    half_days: list[dict[int, int]]
    count: list[dict[int, int]]
    served: list[set[str]]
    staff: dict[str, list[int]] = field(default_factory=dict)


def _used(problem: Problem, plan: Plan) -> _Load:
    load = _Load([{} for _ in range(problem.n)], [{} for _ in range(problem.n)],
                 [set() for _ in range(problem.n)])  # fmt: skip
    for j, i in plan.pairs:
        for t in np.flatnonzero(problem.months[j]):
            days, count = load.half_days[i], load.count[i]
            days[int(t)] = days.get(int(t), 0) + int(problem.half_days[j])
            count[int(t)] = count.get(int(t), 0) + 1
        load.served[i].add(problem.need_ids[int(j)])
        load.staff.setdefault(problem.need_ids[int(j)], []).append(int(i))
    return load


def _remaining(people: Sequence[Candidate], needs: Sequence[Need], load: _Load) -> list[Candidate]:
    """The people as they are once the plan stands."""
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


def _explain(
    need: Need, seats: int, fits: Ints, changes: list[Change], setting: _Setting
) -> EmptySeats:
    """fits (n,): of everybody, in bp."""
    people, load = setting.everybody, setting.load
    broken = people.broken(need)
    table = np.stack(list(broken.values()))
    names = list(broken)
    single = np.setdiff1d(np.flatnonzero(table.sum(axis=0) == 1), setting.ruled_out(need))
    fits = fits[single]
    nearest = single[np.lexsort((single, -fits))[:NEAREST]]
    staff = load.staff.get(need.id, [])
    return EmptySeats(
        need=need.id,
        seats=seats,
        rules={rule: int(mask.sum()) for rule, mask in broken.items() if mask.any()},
        near=tuple((people.records[i].id, names[int(table[:, i].argmax())]) for i in nearest),
        busy=sum(1 for i in np.flatnonzero(feasible(broken)) if load.served[i]) - len(staff),
        change=_smallest(setting, changes, _staying(need, setting.left.records, staff)),
    )


def _staying(need: Need, left: Sequence[Candidate], staff: Sequence[int]) -> list[Candidate]:
    """The people whom the plan gives this need, as they are beside their other needs."""
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


def _smallest(
    setting: _Setting, changes: list[Change], staying: Sequence[Candidate]
) -> dict[str, Any] | None:
    """The cheapest change that gives the seat somebody whom the plan leaves free; best fit breaks ties.

    Where the best plan would then use them elsewhere, the next one is taken.
    A change of the need must suit those who are `staying` on its other seats.
    """
    cost = attrgetter("cost")
    for _, alike in groupby(sorted(_suiting(changes, staying), key=cost), cost):
        for change, answer in _by_fit(setting, alike):
            if setting.trial.fills(change, answer):
                return answer
    return None


def _suiting(changes: list[Change], staying: Sequence[Candidate]) -> list[Change]:
    """The changes that leave the need possible for all who are staying."""
    if not staying:
        return changes
    known = Encoded.of(staying, columns_of([change.need for change in changes]))
    return [
        change
        for change in changes
        if change.of_person or feasible(known.broken(change.need)).all()
    ]


def _by_fit(setting: _Setting, changes: Iterable[Change]) -> list[tuple[Change, dict[str, Any]]]:
    """The changes that bring somebody, and whom: the best fit first."""
    people = setting.left.records
    found = [
        (change, {
            "kind": change.kind, "cost": change.cost, "subject": change.subject,
            "candidate": people[index].id, "fit": fit,
        })
        for change in changes
        for index, fit in _fitting(change, setting)
    ]  # fmt: skip
    return sorted(found, key=lambda pair: (-pair[1]["fit"], pair[1]["candidate"]))


def _fitting(change: Change, setting: _Setting) -> list[tuple[int, int]]:
    """(index, fit in bp) of the best people whom the change makes feasible, and who add to the plan.

    One person where the need changes; then it does not matter who it is.
    """
    left = setting.left
    altered = altered_arrays(change, left.arrays) if change.of_person else left.arrays
    who: NDArray[np.int64] = np.flatnonzero(feasible(left.broken(change.need, altered)))
    if not len(who):
        return []
    fits = next(left.fits([change.need], setting.policy, altered))[who]
    adds = fits + setting.premium[change.need.id] > setting.costs[who]
    who, fits = who[adds], fits[adds]
    first = np.lexsort((who, -fits))[: NEAREST if change.of_person else 1]
    return list(zip(who[first].tolist(), fits[first].tolist(), strict=True))
