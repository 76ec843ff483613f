"""Who could do it at all: the hard rules, each with a code, a sentence and a mask.

A pair that breaks a rule is absent from the problem; it is never a pair with score 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from .encode import NEVER, Bools, Columns, Ints, People
from .records import Candidate, Need, SkillRequirement

HALF_DAYS_A_WEEKDAY = 8  # two half-days a day, four weeks a month


class Rule(StrEnum):
    MEMBERSHIP = "membership"
    SKILL = "skill"
    FORM = "form"
    MODE = "mode"
    TRAVEL = "travel"
    WEEKDAYS = "weekdays"
    CAPACITY = "capacity"
    ENGAGEMENTS = "engagements"
    PAY = "pay"
    CONFLICT = "conflict"
    HOLD = "hold"
    TRAINING = "training"
    FORBIDDEN = "forbidden"


@dataclass(frozen=True, slots=True)
class RuleText:
    """label: two or three words; sentence: what the rule demands."""

    ja: str
    en: str
    sentence_ja: str
    sentence_en: str


RULES: Mapping[Rule, RuleText] = {
    Rule.MEMBERSHIP: RuleText(
        "登録期間と同意", "Membership and consent",
        "募集の全期間にわたって登録が有効で、利用の同意があること。",
        "The membership is valid in all months of the need and consent is given."),
    Rule.SKILL: RuleText(
        "必須の技能", "Must skills", "必須の技能を、求められた水準以上で持つこと（いずれか指定は一つでよい）。",
        "Every must skill at its level; of an either/or group one is enough."),
    Rule.FORM: RuleText(
        "任用形態", "Appointment form", "市町が用意できる任用形態のどれかを、本人が受け入れること。",
        "A form that the town can issue and the person accepts."),
    Rule.MODE: RuleText(
        "働き方", "Mode", "オンラインまたは現地での勤務が、全期間で可能なこと。",
        "Online and on-site work as the need asks, in all months."),
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


def claimed_at(people: People, columns: Columns, requirement: SkillRequirement) -> Bools:
    """(n,) bool: who claims the skill at the level or above."""
    level: Ints = people.level[:, columns.skills[requirement.skill]]
    return level >= requirement.level


def must_groups(need: Need) -> list[list[SkillRequirement]]:
    """The musts as a conjunction of alternatives."""
    groups: dict[str, list[SkillRequirement]] = {}
    for number, requirement in enumerate(need.skills):
        if requirement.must:
            groups.setdefault(requirement.group or f"\0{number}", []).append(requirement)
    return list(groups.values())


def needs_presence(need: Need) -> bool:
    """Part of the work is on site."""
    return need.mode != "online"


def _months(need: Need, columns: Columns) -> list[int]:
    return [columns.months[month] for month in need.months]


def _breaks_membership(people: People, need: Need, columns: Columns) -> Bools:
    inside = (people.member_from <= min(need.months)) & (people.member_until >= max(need.months))
    return ~(inside & people.consents)


def _breaks_skill(people: People, need: Need, columns: Columns) -> Bools:
    broken = np.zeros(len(people.load), bool)
    for group in must_groups(need):
        broken |= ~np.any([claimed_at(people, columns, r) for r in group], axis=0)
    return broken


def _breaks_form(people: People, need: Need, columns: Columns) -> Bools:
    issued = [columns.forms[form] for form in need.forms]
    return np.asarray(~people.forms[:, issued].any(axis=1))


def _breaks_mode(people: People, need: Need, columns: Columns) -> Bools:
    months = _months(need, columns)
    fits = np.ones(len(people.load), bool)
    if need.mode in {"online", "hybrid"}:
        fits &= people.online[:, months].all(axis=1)
    if need.mode in {"onsite", "hybrid"}:
        fits &= people.onsite[:, months].all(axis=1)
    return ~fits


def _breaks_travel(people: People, need: Need, columns: Columns) -> Bools:
    if not needs_presence(need):
        return np.zeros(len(people.load), bool)
    minutes = people.minutes[:, columns.places[need.place]]
    near = (minutes != NEVER) & (minutes <= people.travel_limit)
    return np.asarray(~(near | people.overnight))


def _breaks_weekdays(people: People, need: Need, columns: Columns) -> Bools:
    common = people.weekdays[:, _months(need, columns)] & need.weekdays
    days = np.sum([(common >> bit) & 1 for bit in range(7)], axis=0)
    return np.asarray((days * HALF_DAYS_A_WEEKDAY < need.half_days).any(axis=1))


def _breaks_capacity(people: People, need: Need, columns: Columns) -> Bools:
    free = people.half_days[:, _months(need, columns)]
    return np.asarray((free < need.half_days).any(axis=1))


def _breaks_engagements(people: People, need: Need, columns: Columns) -> Bools:
    standing = people.engagements[:, _months(need, columns)].max(axis=1)
    return np.asarray(standing >= people.most_at_once)


def _breaks_pay(people: People, need: Need, columns: Columns) -> Bools:
    return people.pay_minimum > need.pay


def _breaks_training(people: People, need: Need, columns: Columns) -> Bools:
    if not need.requires_training:
        return np.zeros(len(people.load), bool)
    return people.training_until < max(need.months)


Mask = Callable[[People, Need, Columns], Bools]
MASKS: Mapping[Rule, Mask] = {
    Rule.MEMBERSHIP: _breaks_membership,
    Rule.SKILL: _breaks_skill,
    Rule.FORM: _breaks_form,
    Rule.MODE: _breaks_mode,
    Rule.TRAVEL: _breaks_travel,
    Rule.WEEKDAYS: _breaks_weekdays,
    Rule.CAPACITY: _breaks_capacity,
    Rule.ENGAGEMENTS: _breaks_engagements,
    Rule.PAY: _breaks_pay,
    Rule.TRAINING: _breaks_training,
}
NAMED = {Rule.CONFLICT: "block", Rule.HOLD: "hold"}  # known pair by pair, from the screening
ORDER = tuple(Rule)


def broken_rules(
    candidates: Sequence[Candidate], people: People, need: Need, columns: Columns
) -> dict[Rule, Bools]:
    """Rule → (n,) bool: who breaks it for this need."""
    broken = {rule: mask(people, need, columns) for rule, mask in MASKS.items()}
    for rule, severity in NAMED.items():
        broken[rule] = np.array([c.conflicts.get(need.id) == severity for c in candidates], bool)
    broken[Rule.FORBIDDEN] = np.array([need.id in c.forbidden for c in candidates], bool)
    return {rule: broken[rule] for rule in ORDER}


def feasible(broken: Mapping[Rule, Bools]) -> Bools:
    """(n,) bool: who breaks no rule."""
    return np.asarray(~np.logical_or.reduce(list(broken.values())))
