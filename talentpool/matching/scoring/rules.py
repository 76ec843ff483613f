"""Who could do it at all: each hard rule stated once, for the mask of a whole pool and for one row of reasons.

A need asks for conditions. A condition is a small key such as (month, half-days), and many needs share the same key.
`holds` tells for every person whether the condition is met, so each distinct key is checked only once. A pair that
breaks a rule is left out of the problem; it never appears with score 0. The words that a screen or a sheet shows for
a rule stand beside its code.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import reduce
from operator import attrgetter
from typing import Any

import numpy as np

from ..arrays import Bools
from ..records import GREATEST_INCOME, Candidate, Need, SkillRequirement
from .encode import ANY_DAYS, NEVER, Numbering, People


class Rule(StrEnum):
    """The hard rules, in the order in which they are shown. A pair that breaks one is not feasible.

    `RULES` has the words for each.

    Examples
    --------
    >>> from talentpool import matching as m
    >>> m.RULES[m.Rule.PAY].sentence_en
    "The pay is not below the person's minimum."
    """

    MEMBERSHIP = "membership"
    SKILL = "skill"
    FORM = "form"
    MODE = "mode"
    TRAVEL = "travel"
    WEEKDAYS = "weekdays"
    CAPACITY = "capacity"
    ENGAGEMENTS = "engagements"
    PAY = "pay"
    ON_SITE = "on_site"
    INCOME = "income"
    CONFLICT = "conflict"
    HOLD = "hold"
    TRAINING = "training"
    FORBIDDEN = "forbidden"


@dataclass(frozen=True, slots=True)
class RuleText:
    """A label of two or three words, and a sentence that says what the rule demands, in both languages."""

    ja: str
    en: str
    sentence_ja: str
    sentence_en: str


RULES: Mapping[Rule, RuleText] = {
    Rule.MEMBERSHIP: RuleText(
        "登録期間と同意", "Registration and consent",
        "募集の全期間にわたって登録が有効で、利用の同意があること。",
        "The registration is valid in all months of the vacancy and consent is given."),
    Rule.SKILL: RuleText(
        "必須の技能", "Required skills",
        "必須の技能を求められた水準以上で持ち、年が指定されていれば、その年以降に使っていること（いずれか指定は一つでよい）。",
        "Every required skill at its level, and used since the year asked for, if any; of an either/or group one is "
        "enough."),
    Rule.FORM: RuleText(
        "任用形態", "Appointment form", "市町が用意できる任用形態のどれかを、本人が受け入れること。",
        "A form that the municipality can issue and the person accepts."),
    Rule.MODE: RuleText(
        "働き方", "Mode", "オンラインまたは現地での勤務が、全期間で可能なこと。",
        "Online and on-site work as the vacancy asks, in all months."),
    Rule.TRAVEL: RuleText(
        "移動時間", "Travel", "現地での仕事がある場合、移動時間が上限以内か、宿泊できること。",
        "On-site work lies within the travel limit, or the person stays overnight."),
    Rule.WEEKDAYS: RuleText(
        "曜日", "Weekdays", "双方に都合のよい曜日で、必要な半日コマに足りること。",
        "The weekdays that suit both give enough half-days."),
    Rule.CAPACITY: RuleText(
        "稼働", "Capacity", "全ての月に、必要な半日コマが空いていること。",
        "Enough free half-days in every month."),
    Rule.ENGAGEMENTS: RuleText(
        "同時の活動数", "Engagements at once", "全ての月で、同時に引き受けられる活動の数に余裕があること。",
        "Room for one more engagement in every month."),
    Rule.PAY: RuleText(
        "報酬", "Pay", "提示する報酬が、本人の最低額以上であること。",
        "The pay is not below the person's minimum."),
    Rule.ON_SITE: RuleText(
        "現地の日数", "Days on site",
        "全ての月に、現地で働く日が、本人の決めた月の上限の残りに収まること（一件ごとに確かめる）。",
        "In every month the days on site fit what is left of the person's own limit; asked of each vacancy by itself."),
    Rule.INCOME: RuleText(
        "収入の上限", "Income ceiling",
        "全ての年度に、支払われる報酬が、本人の決めた年度の上限の残りに収まること（一件ごとに確かめる）。",
        "In every fiscal year the pay fits what is left of the person's own ceiling; asked of each vacancy by itself."),
    Rule.CONFLICT: RuleText(
        "利益相反", "Conflict of interest", "利益相反による制限がないこと。",
        "No conflict of interest blocks the pair."),
    Rule.HOLD: RuleText(
        "利益相反の確認待ち", "Conflict to be cleared", "利益相反の確認が済んでいること。",
        "No conflict of interest waits to be cleared."),
    Rule.TRAINING: RuleText(
        "必須研修", "Required training", "必須研修が全期間にわたって有効であること。",
        "The required training is valid in all months."),
    Rule.FORBIDDEN: RuleText(
        "組合せの除外", "Forbidden pair", "この組合せが除外されていないこと。",
        "The pair is not ruled out."),
}  # fmt: skip

HALF_DAYS_A_WEEKDAY = 8  # two half-days a day, four weeks a month
NAMED = {"block": Rule.CONFLICT, "hold": Rule.HOLD}  # found pair by pair when people are screened


@dataclass(frozen=True, slots=True)
class Condition:
    """How one rule is checked.

    asks: the keys of all conditions of a need; holds: (n,) bool, who meets the condition of a key; reads: the fields
    of a need that its conditions depend on, so that similar needs are asked only once; concerns: whether the rule can
    rule out anybody of these people at all.
    """

    asks: Callable[[Need, Numbering], Sequence[Hashable]]
    holds: Callable[[People, Any], Bools]
    reads: Callable[[Need], Hashable]
    concerns: Callable[[People], bool] = lambda _people: True


def skill_groups(need: Need) -> list[list[SkillRequirement]]:
    """Return the requested skills as groups of alternatives: musts that share a group, all others alone."""
    return _grouped(need.skills)


def must_groups(need: Need) -> list[list[SkillRequirement]]:
    """Return the musts as groups of alternatives; one skill of every group is required."""
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
    """Tell whether part of the work is on site."""
    return need.mode != "online"


def _spans(need: Need, numbering: Numbering) -> list[tuple[int, int]]:
    return [(need.months[0], need.months[-1])]


def _is_member(people: People, span: tuple[int, int]) -> Bools:
    inside = (people.member_from <= span[0]) & (people.member_until >= span[1])
    return np.asarray(inside & people.consents)


Least = tuple[int, int, int]  # number of a skill, level, year of the last use


def _musts(need: Need, numbering: Numbering) -> list[tuple[Least, ...]]:
    number = numbering.skills
    return [
        tuple(sorted({_least(r, number) for r in group}))
        if len(group) > 1
        else (_least(group[0], number),)
        for group in must_groups(need)
    ]


def _least(asked: SkillRequirement, number: Mapping[str, int]) -> Least:
    return number[asked.skill], asked.level, NEVER if asked.since is None else asked.since


def _has_skill(people: People, alternatives: tuple[Least, ...]) -> Bools:
    level, used = people.claims.level, people.claims.last_used
    return reduce(
        np.logical_or,
        [
            ((level >= least) & (used >= since)).take(people.claim[s])
            for s, least, since in alternatives
        ],
    )


def _forms(need: Need, numbering: Numbering) -> list[tuple[int, ...]]:
    return [tuple(sorted(numbering.forms[form] for form in need.forms))]


def _accepts_form(people: People, issued: tuple[int, ...]) -> Bools:
    return np.asarray(people.forms[list(issued)].any(axis=0))


def _modes(need: Need, numbering: Numbering) -> list[tuple[int, str]]:
    sides = ("online", "onsite") if need.mode == "hybrid" else (need.mode,)
    return [(numbering.months[month], side) for month in need.months for side in sides]


def _works_so(people: People, mode: tuple[int, str]) -> Bools:
    month, side = mode
    return np.asarray((people.online if side == "online" else people.onsite)[month])


def _places(need: Need, numbering: Numbering) -> list[int]:
    return [numbering.places[need.place]] if needs_presence(need) else []


def _reaches(people: People, place: int) -> Bools:
    near = people.minutes[place].take(people.home) <= people.travel_limit
    near |= people.overnight
    return np.asarray(near)


def _weekdays(need: Need, numbering: Numbering) -> list[tuple[int, int, int]]:
    days = -(-need.half_days // HALF_DAYS_A_WEEKDAY)
    return [(numbering.months[month], need.weekdays, days) for month in need.months]


def _has_weekdays(people: People, wanted: tuple[int, int, int]) -> Bools:
    month, weekdays, days = wanted
    return np.asarray(np.bitwise_count(people.weekdays[month] & np.uint8(weekdays)) >= days)


def _amounts(need: Need, numbering: Numbering) -> list[tuple[int, int]]:
    return [(numbering.months[month], need.half_days) for month in need.months]


def _is_free(people: People, amount: tuple[int, int]) -> Bools:
    month, half_days = amount
    return np.asarray(people.half_days[month] >= half_days)


def _months(need: Need, numbering: Numbering) -> list[int]:
    return [numbering.months[month] for month in need.months]


def _has_room(people: People, month: int) -> Bools:
    return np.asarray(people.engagements[month] < people.most_at_once)


def _pay(need: Need, numbering: Numbering) -> list[int]:
    return [need.pay]


def _takes_pay(people: People, pay: int) -> Bools:
    return np.asarray(people.pay_minimum <= pay)


def _days_on_site(need: Need, numbering: Numbering) -> list[tuple[int, int]]:
    days = need.days_on_site
    return [(numbering.months[month], days) for month in need.months] if days else []


def _has_days(people: People, wanted: tuple[int, int]) -> Bools:
    month, days = wanted
    return np.asarray(people.days_on_site[month] >= days)


def _income(need: Need, numbering: Numbering) -> list[tuple[int, int]]:
    return [(numbering.years[year], yen) for year, yen in need.pay_by_year.items() if yen]


def _may_earn(people: People, paid: tuple[int, int]) -> Bools:
    year, yen = paid
    return np.asarray(people.income_left[year] >= yen)


def _training(need: Need, numbering: Numbering) -> list[int]:
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
    Rule.ON_SITE: Condition(
        _days_on_site,
        _has_days,
        attrgetter("months", "mode", "on_site_share", "half_days"),
        lambda people: bool((people.days_on_site < ANY_DAYS).any()),
    ),
    Rule.INCOME: Condition(
        _income,
        _may_earn,
        attrgetter("months", "half_days", "pay", "month_pay"),
        lambda people: bool((people.income_left < GREATEST_INCOME).any()),
    ),
    Rule.TRAINING: Condition(_training, _is_trained, attrgetter("months", "requires_training")),
}


def named_pairs(candidates: Sequence[Candidate]) -> Iterator[tuple[str, int, Rule]]:
    """Yield (need id, index of the person, rule) for every pair ruled out by name."""
    for index, person in enumerate(candidates):
        for need, severity in person.conflicts.items():
            if severity in NAMED:
                yield need, index, NAMED[severity]
        for need in person.forbidden:
            yield need, index, Rule.FORBIDDEN


def named_by_need(candidates: Sequence[Candidate]) -> dict[str, list[tuple[int, Rule]]]:
    """Need id → (index of the person, rule) of everybody ruled out for it by name."""
    named: dict[str, list[tuple[int, Rule]]] = {}
    for need, index, rule in named_pairs(candidates):
        named.setdefault(need, []).append((index, rule))
    return named


def broken_rules(
    people: People,
    need: Need,
    numbering: Numbering,
    named: Iterable[tuple[int, Rule]],
    known: dict[tuple[Rule, Hashable], Bools] | None = None,
) -> dict[Rule, Bools]:
    """Rule → (n,) bool: who breaks it for this need, in the order of the rules. named: who is ruled out by name.

    known: (rule, key) → who does not meet the condition, of these people, for needs that ask alike; is added to.
    """
    known = {} if known is None else known
    broken = {rule: np.zeros(people.n, bool) for rule in Rule}
    for rule, condition in CONDITIONS.items():
        for key in condition.asks(need, numbering):
            if (rule, key) not in known:
                known[rule, key] = ~condition.holds(people, key)
            broken[rule] |= known[rule, key]
    for index, rule in named:
        broken[rule][index] = True
    return broken


def feasible(broken: Mapping[Rule, Bools]) -> Bools:
    """Return (n,) bool: who breaks no rule."""
    return np.asarray(~np.logical_or.reduce(list(broken.values())))
