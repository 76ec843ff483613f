"""Who could do it at all: each hard rule stated once, for the mask of a whole pool and for one row of reasons.

A need asks for conditions; a condition is a small key such as (month, half-days), and the same key is asked
by many needs. `holds` says for every person whether the condition is met, so that each distinct key is looked
at once. A pair that breaks a rule is absent from the problem; it is never a pair with score 0.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import attrgetter
from typing import Any

import numpy as np

from .encode import Bools, Columns, People
from .records import Candidate, Need, SkillRequirement
from .rule_texts import RULES, Rule, RuleText

__all__ = [
    "CONDITIONS", "RULES", "Rule", "RuleText", "broken_rules", "feasible", "must_groups",
    "named_by_need", "named_pairs", "needs_presence", "skill_groups",
]  # fmt: skip

HALF_DAYS_A_WEEKDAY = 8  # two half-days a day, four weeks a month
NAMED = {"block": Rule.CONFLICT, "hold": Rule.HOLD}  # known pair by pair, from the screening


@dataclass(frozen=True, slots=True)
class Condition:
    """asks: the keys of all conditions of a need; holds: (n,) bool, who meets the condition of a key.

    reads: what of a need its conditions depend on, so that needs alike are asked once.
    """

    asks: Callable[[Need, Columns], Sequence[Hashable]]
    holds: Callable[[People, Any], Bools]
    reads: Callable[[Need], Hashable]


def skill_groups(need: Need) -> list[list[SkillRequirement]]:
    """What is asked, as groups of alternatives: musts that share a group, and every other skill alone."""
    return _grouped(need.skills)


def must_groups(need: Need) -> list[list[SkillRequirement]]:
    """The musts as a conjunction of alternatives."""
    return _grouped([r for r in need.skills if r.must])


def _grouped(asked: Sequence[SkillRequirement]) -> list[list[SkillRequirement]]:
    if not [r for r in asked if r.group]:
        return [[r] for r in asked]
    groups: dict[str | int, list[SkillRequirement]] = {}
    for number, requirement in enumerate(asked):
        shared = requirement.group if requirement.must else None
        groups.setdefault(shared or number, []).append(requirement)
    return list(groups.values())


def needs_presence(need: Need) -> bool:
    """Part of the work is on site."""
    return need.mode != "online"


def _spans(need: Need, columns: Columns) -> list[tuple[int, int]]:
    return [(need.months[0], need.months[-1])]


def _is_member(people: People, span: tuple[int, int]) -> Bools:
    inside = (people.member_from <= span[0]) & (people.member_until >= span[1])
    return np.asarray(inside & people.consents)


def _musts(need: Need, columns: Columns) -> list[tuple[tuple[int, int], ...]]:
    number = columns.skills
    return [
        tuple(sorted({(number[r.skill], r.level) for r in group}))
        if len(group) > 1
        else ((number[group[0].skill], group[0].level),)
        for group in must_groups(need)
    ]


def _has_skill(people: People, alternatives: tuple[tuple[int, int], ...]) -> Bools:
    level = people.claims.level
    return reduce(
        np.logical_or, [(level >= least).take(people.claim[s]) for s, least in alternatives]
    )


def _forms(need: Need, columns: Columns) -> list[tuple[int, ...]]:
    return [tuple(sorted(columns.forms[form] for form in need.forms))]


def _accepts_form(people: People, issued: tuple[int, ...]) -> Bools:
    return np.asarray(people.forms[list(issued)].any(axis=0))


def _modes(need: Need, columns: Columns) -> list[tuple[int, str]]:
    sides = ("online", "onsite") if need.mode == "hybrid" else (need.mode,)
    return [(columns.months[month], side) for month in need.months for side in sides]


def _works_so(people: People, mode: tuple[int, str]) -> Bools:
    month, side = mode
    return np.asarray((people.online if side == "online" else people.onsite)[month])


def _places(need: Need, columns: Columns) -> list[int]:
    return [columns.places[need.place]] if needs_presence(need) else []


def _reaches(people: People, place: int) -> Bools:
    near = people.minutes[place].take(people.home) <= people.travel_limit
    near |= people.overnight
    return np.asarray(near)


def _weekdays(need: Need, columns: Columns) -> list[tuple[int, int, int]]:
    days = -(-need.half_days // HALF_DAYS_A_WEEKDAY)
    return [(columns.months[month], need.weekdays, days) for month in need.months]


def _has_weekdays(people: People, wanted: tuple[int, int, int]) -> Bools:
    month, weekdays, days = wanted
    return np.asarray(np.bitwise_count(people.weekdays[month] & np.uint8(weekdays)) >= days)


def _amounts(need: Need, columns: Columns) -> list[tuple[int, int]]:
    return [(columns.months[month], need.half_days) for month in need.months]


def _is_free(people: People, amount: tuple[int, int]) -> Bools:
    month, half_days = amount
    return np.asarray(people.half_days[month] >= half_days)


def _months(need: Need, columns: Columns) -> list[int]:
    return [columns.months[month] for month in need.months]


def _has_room(people: People, month: int) -> Bools:
    return np.asarray(people.engagements[month] < people.most_at_once)


def _pay(need: Need, columns: Columns) -> list[int]:
    return [need.pay]


def _takes_pay(people: People, pay: int) -> Bools:
    return np.asarray(people.pay_minimum <= pay)


def _training(need: Need, columns: Columns) -> list[int]:
    return [need.months[-1]] if need.requires_training else []


def _is_trained(people: People, last: int) -> Bools:
    return np.asarray(people.training_until >= last)


CONDITIONS: Mapping[Rule, Condition] = {
    Rule.MEMBERSHIP: Condition(_spans, _is_member, attrgetter("months")),
    Rule.SKILL: Condition(_musts, _has_skill, attrgetter("id")),
    Rule.FORM: Condition(_forms, _accepts_form, attrgetter("forms")),
    Rule.MODE: Condition(_modes, _works_so, attrgetter("months", "mode")),
    Rule.TRAVEL: Condition(_places, _reaches, attrgetter("place", "mode")),
    Rule.WEEKDAYS: Condition(
        _weekdays, _has_weekdays, attrgetter("months", "weekdays", "half_days")
    ),
    Rule.CAPACITY: Condition(_amounts, _is_free, attrgetter("months", "half_days")),
    Rule.ENGAGEMENTS: Condition(_months, _has_room, attrgetter("months")),
    Rule.PAY: Condition(_pay, _takes_pay, attrgetter("pay")),
    Rule.TRAINING: Condition(_training, _is_trained, attrgetter("months", "requires_training")),
}


def named_pairs(candidates: Sequence[Candidate]) -> Iterator[tuple[str, int, Rule]]:
    """(need id, index of the person, rule) of every pair that is ruled out by name."""
    for index, person in enumerate(candidates):
        for need, severity in person.conflicts.items():
            if severity in NAMED:
                yield need, index, NAMED[severity]
        for need in person.forbidden:
            yield need, index, Rule.FORBIDDEN


def named_by_need(candidates: Sequence[Candidate]) -> dict[str, list[tuple[int, Rule]]]:
    """Need id → (index of the person, rule) of everybody who is ruled out for it by name."""
    named: dict[str, list[tuple[int, Rule]]] = {}
    for need, index, rule in named_pairs(candidates):
        named.setdefault(need, []).append((index, rule))
    return named


def broken_rules(
    people: People, need: Need, columns: Columns, named: Iterable[tuple[int, Rule]]
) -> dict[Rule, Bools]:
    """Rule → (n,) bool: who breaks it for this need; in the order of the rules. named: who is ruled out for it by
    name."""
    broken = {rule: np.zeros(people.n, bool) for rule in Rule}
    for rule, condition in CONDITIONS.items():
        for key in condition.asks(need, columns):
            broken[rule] |= ~condition.holds(people, key)
    for index, rule in named:
        broken[rule][index] = True
    return broken


def feasible(broken: Mapping[Rule, Bools]) -> Bools:
    """(n,) bool: who breaks no rule."""
    return np.asarray(~np.logical_or.reduce(list(broken.values())))
