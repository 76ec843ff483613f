"""What could be eased so that more people fit: the conditions of a need and of people, and who could lift each."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from .. import matching as m
from ..candidates.content import WORKDAYS
from ..matching.explaining.changes import changes_of
from ..matching.scoring.rules import Rule, must_groups

RAISE = 2_500  # yen per half-day: 5,000 a day


class Party(StrEnum):
    """Who can lift a condition."""

    TOWN = "town"
    PREFECTURE = "prefecture"
    PERSON = "person"
    NOBODY = "nobody"


LIFTED_BY: Mapping[Rule, Party] = {
    Rule.MEMBERSHIP: Party.PERSON,  # renews the registration, consents
    Rule.SKILL: Party.TOWN,
    Rule.FORM: Party.TOWN,
    Rule.MODE: Party.TOWN,
    Rule.TRAVEL: Party.PERSON,
    Rule.WEEKDAYS: Party.TOWN,
    Rule.CAPACITY: Party.PERSON,
    Rule.ENGAGEMENTS: Party.PERSON,
    Rule.PAY: Party.TOWN,
    Rule.ON_SITE: Party.TOWN,
    Rule.INCOME: Party.PERSON,
    Rule.CONFLICT: Party.NOBODY,
    Rule.HOLD: Party.PREFECTURE,  # after looking into it
    Rule.TRAINING: Party.PERSON,  # takes the training
    Rule.FORBIDDEN: Party.NOBODY,  # asked before, or at work there
}

# Beside the engine's published changes (`matching.CHANGES`), which are rounds' answers to an empty seat.
WISHED, PAY, TRAINING, WEEKDAYS = "wished", "pay", "training", "weekdays"

# The rule that each kind of change eases; one that is not decided yet is not proposed to be eased.
EASED: Mapping[str, Rule] = {
    "level": Rule.SKILL, "recency": Rule.SKILL, WISHED: Rule.SKILL, "travel": Rule.TRAVEL, "half_days": Rule.CAPACITY,
    "later": Rule.CAPACITY, "mode": Rule.MODE, "form": Rule.FORM, "engagements": Rule.ENGAGEMENTS,
    PAY: Rule.PAY, TRAINING: Rule.TRAINING, WEEKDAYS: Rule.WEEKDAYS,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """One change of the need, or of all people (`of_people`). subject: a skill, form or mode."""

    kind: str
    need: m.Need
    subject: str | None = None
    of_people: bool = False

    @property
    def rule(self) -> Rule:
        return EASED[self.kind]

    @property
    def party(self) -> Party:
        return Party.PERSON if self.of_people else Party.TOWN


def steps_of(need: m.Need, forms: Collection[str]) -> Iterator[Step]:
    """Every single step, those that cost least first within each kind. forms: all that anybody accepts."""
    for change in changes_of(need, forms):
        yield Step(change.kind, change.need, change.subject, change.of_person)
    for group in must_groups(need):
        yield Step(WISHED, as_wish(need, group), group[0].skill)
    yield Step(PAY, replace(need, pay=need.pay + RAISE, month_pay=None))
    if need.requires_training:
        yield Step(TRAINING, replace(need, requires_training=False))
    if need.weekdays | WORKDAYS != need.weekdays:
        yield Step(WEEKDAYS, replace(need, weekdays=need.weekdays | WORKDAYS))


def as_wish(need: m.Need, group: Collection[m.SkillRequirement]) -> m.Need:
    """The same need without this must, which rules nobody out as a wish."""
    return replace(need, skills=tuple(asked for asked in need.skills if asked not in group))
