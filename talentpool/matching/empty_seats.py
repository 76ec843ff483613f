"""Why a seat stays empty, who is nearest, and the smallest single change that would fill it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .encode import Columns, People, columns_of, encode
from .errors import MissingInput
from .fit import fit_parts
from .plan import Plan
from .policy import Policy
from .problem import Problem, by_id
from .records import Candidate, Need
from .rules import Rule, broken_rules, feasible, must_groups

NEAREST = 5  # people named as near misses
THIRTY = 30  # minutes of one step of travel


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a need or a person. cost: from the published list; subject: a skill, form or mode."""

    kind: str
    cost: int
    need: Need
    subject: str | None = None
    of_person: bool = False


# kind → (cost, Japanese, English): the published list of costs
CHANGES: dict[str, tuple[int, str, str]] = {
    "level": (1, "必須の技能の水準を1段下げる", "One level less of a must skill"),
    "travel": (1, "移動時間の上限を30分延ばす", "30 minutes more travel"),
    "half_days": (1, "1か月の半日コマを一つ減らす", "One half-day a month less"),
    "later": (1, "開始を1か月遅らせる", "One month later"),
    "mode": (2, "働き方を変える", "Another mode of work"),
    "form": (2, "任用形態を一つ加える", "One more appointment form"),
    "engagements": (2, "同時に引き受ける活動を一つ増やす", "One more engagement at once"),
}


@dataclass(frozen=True, slots=True)
class EmptySeats:
    """One need with seats left. rules: rule → people it removes; near: (candidate id, the one rule broken);
    change: the cheapest single change with the person it would bring, if there is one."""

    need: str
    seats: int
    rules: dict[Rule, int]
    near: tuple[tuple[str, Rule], ...]
    busy: int  # people who fit but are fully used by the plan
    change: dict[str, Any] | None


def empty_seats(
    problem: Problem,
    plan: Plan,
    candidates: Sequence[Candidate] | None = None,
    needs: Sequence[Need] | None = None,
    policy: Policy | None = None,
) -> list[EmptySeats]:
    """One entry for each need that the plan does not fill; needs the records the problem was built from."""
    if candidates is None or needs is None:
        raise MissingInput("empty seats are explained from the records of candidates and needs")
    people, wanted = by_id(candidates), by_id(needs)
    filled = np.bincount(plan.pairs[:, 0], minlength=problem.m)
    load = _used(problem, plan)
    left = _remaining(people, wanted, load)
    return [
        _explain(need, int(problem.seats[j] - filled[j]), people, left, load, policy or Policy())
        for j, need in enumerate(wanted)
        if filled[j] < problem.seats[j]
    ]


@dataclass(frozen=True, slots=True)
class _Load:
    """What the plan takes of each person: months → (half-days, engagements), and the needs served."""

    half_days: list[dict[int, int]]
    count: list[dict[int, int]]
    served: list[set[str]]


def _used(problem: Problem, plan: Plan) -> _Load:
    load = _Load([{} for _ in range(problem.n)], [{} for _ in range(problem.n)],
                 [set() for _ in range(problem.n)])  # fmt: skip
    for j, i in plan.pairs:
        for t in np.flatnonzero(problem.months[j]):
            days, count = load.half_days[i], load.count[i]
            days[int(t)] = days.get(int(t), 0) + int(problem.half_days[j])
            count[int(t)] = count.get(int(t), 0) + 1
        load.served[i].add(problem.need_ids[int(j)])
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
    need: Need,
    seats: int,
    people: list[Candidate],
    left: list[Candidate],
    load: _Load,
    policy: Policy,
) -> EmptySeats:
    columns = columns_of([need])
    arrays = encode(people, columns)
    broken = broken_rules(people, arrays, need, columns)
    table = np.stack(list(broken.values()))
    names = list(broken)
    single = np.flatnonzero(table.sum(axis=0) == 1)
    fits = fit_parts(arrays, need, columns, policy).sum(axis=1)
    nearest = sorted(single, key=lambda i: (-int(fits[i]), i))[:NEAREST]
    return EmptySeats(
        need=need.id,
        seats=seats,
        rules={rule: int(mask.sum()) for rule, mask in broken.items() if mask.any()},
        near=tuple((people[i].id, names[int(table[:, i].argmax())]) for i in nearest),
        busy=int(feasible(broken).sum()) - sum(need.id in s for s in load.served),
        change=_smallest(need, left, _staying(need, left, load), policy),
    )


def _staying(need: Need, left: Sequence[Candidate], load: _Load) -> list[Candidate]:
    """The people whom the plan gives this need, as they are beside their other needs."""
    staying = []
    for person, served in zip(left, load.served, strict=True):
        if need.id not in served:
            continue
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
    need: Need, people: list[Candidate], staying: Sequence[Candidate], policy: Policy
) -> dict[str, Any] | None:
    """The cheapest change that gives the seat somebody whom the plan leaves free; best fit breaks ties.

    A change of the need must suit those who are `staying` on its other seats.
    """
    changes = list(_changes(need, people))
    columns = columns_of([change.need for change in changes])
    arrays = encode(people, columns)
    known = encode(staying, columns)
    changes = [
        change
        for change in changes
        if change.of_person or feasible(broken_rules(staying, known, change.need, columns)).all()
    ]
    best: tuple[int, int, str] | None = None
    answer = None
    for change in changes:
        if best is not None and change.cost > best[0]:
            continue
        who = _first_fitting(change, people, arrays, columns, policy)
        if who is None:
            continue
        index, fit = who
        key = (change.cost, -fit, people[index].id)
        if best is None or key < best:
            best = key
            answer = {
                "kind": change.kind, "cost": change.cost, "subject": change.subject,
                "candidate": people[index].id, "fit": fit,
            }  # fmt: skip
    return answer


def _changes(need: Need, people: Sequence[Candidate]) -> Iterator[Change]:
    def change(kind: str, altered: Need, subject: str | None = None, **more: bool) -> Change:
        return Change(kind, CHANGES[kind][0], altered, subject, **more)

    for group in must_groups(need):
        for skill in group:
            lower = tuple(_eased(s) if s is skill else s for s in need.skills)
            kept = tuple(s for s in lower if s is not None)
            # a must at the lowest level is dropped, and with it the rest of its either/or group
            if len(kept) < len(need.skills):
                kept = tuple(s for s in need.skills if s not in group)
            yield change("level", replace(need, skills=kept), skill.skill)
    yield change("travel", need, of_person=True)
    if need.half_days > 1:
        yield change("half_days", replace(need, half_days=need.half_days - 1))
    yield change("later", replace(need, months=tuple(month + 1 for month in need.months)))
    if need.mode != "online":
        yield change("mode", replace(need, mode="online", on_site_share=0), "online")
    for form in sorted({form for person in people for form in person.forms} - need.forms):
        yield change("form", replace(need, forms=need.forms | {form}), form)
    yield change("engagements", need, of_person=True)


def _eased(skill: Any) -> Any:
    return None if skill.level == 1 else replace(skill, level=skill.level - 1)


def _first_fitting(
    change: Change, people: Sequence[Candidate], arrays: People, columns: Columns, policy: Policy
) -> tuple[int, int] | None:
    """(index, fit in bp) of the best person whom the change makes feasible."""
    altered = _altered_arrays(change, arrays) if change.of_person else arrays
    who: NDArray[np.int64] = np.flatnonzero(
        feasible(broken_rules(people, altered, change.need, columns))
    )
    if not len(who):
        return None
    fits = fit_parts(altered, change.need, columns, policy).sum(axis=1)[who]
    place = int(np.lexsort((who, -fits))[0])
    return int(who[place]), int(fits[place])


def _altered_arrays(change: Change, arrays: People) -> People:
    """What `_altered` does to one person, done to all of them."""
    if change.kind == "travel":
        return replace(arrays, travel_limit=arrays.travel_limit + THIRTY)
    return replace(arrays, most_at_once=arrays.most_at_once + 1)


def _altered(change: Change, person: Candidate) -> Candidate:
    if change.kind == "travel":
        limit = person.travel_limit
        return person if limit is None else replace(person, travel_limit=limit + THIRTY)
    return replace(person, most_at_once=person.most_at_once + 1)


def apply_change(
    change: dict[str, Any], candidates: Sequence[Candidate], need: Need
) -> tuple[list[Candidate], Need]:
    """The records after a change that `empty_seats` proposed: to try whether it really fills the seat."""
    people = list(candidates)
    for candidate in _changes(need, people):
        if (candidate.kind, candidate.subject) == (change["kind"], change["subject"]):
            if not candidate.of_person:
                return people, candidate.need
            return [
                _altered(candidate, p) if p.id == change["candidate"] else p for p in people
            ], need
    raise ValueError("no such change")
