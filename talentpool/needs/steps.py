"""The topics in which a need is asked for: which answers each takes, and which the hand-in cannot do without."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from ..language import Words


class NeedStep(StrEnum):
    OUTCOME = "outcome"
    WORK = "work"
    SKILLS = "skills"
    PERIOD = "period"
    PLACE = "place"
    COST = "cost"

    @property
    def ja(self) -> str:
        return LABELS[self][0]

    @property
    def en(self) -> str:
        return LABELS[self][1]

    @property
    def question(self) -> Words:
        """What the page of the step asks."""
        return QUESTIONS[self]

    @property
    def fields(self) -> tuple[str, ...]:
        """Of the form of a need."""
        return FIELDS[self]

    @property
    def neighbours(self) -> tuple[NeedStep | None, NeedStep | None]:
        """The step before and the one after."""
        order: list[NeedStep | None] = [None, *NeedStep, None]
        place = order.index(self)
        return order[place - 1], order[place + 1]


LABELS: Mapping[NeedStep, Words] = {
    NeedStep.OUTCOME: ("得たい結果", "Outcome"),
    NeedStep.WORK: ("仕事と役割", "Work and role"),
    NeedStep.SKILLS: ("必要な技能", "Skills"),
    NeedStep.PERIOD: ("時期と量", "When and how much"),
    NeedStep.PLACE: ("働き方と任用形態", "Mode and appointment"),
    NeedStep.COST: ("費用と確認", "Cost and checks"),
}

QUESTIONS: Mapping[NeedStep, Words] = {
    NeedStep.OUTCOME: ("何が変わればよいですか", "What should be different afterwards?"),
    NeedStep.WORK: ("どんな仕事を頼みますか", "What work is it?"),
    NeedStep.SKILLS: ("どんな技能が要りますか", "Which skills does it take?"),
    NeedStep.PERIOD: ("いつから、どのくらい頼みますか", "From when, and how much?"),
    NeedStep.PLACE: ("どこで、どの任用形態で頼みますか", "Where, and in which form?"),
    NeedStep.COST: ("費用はどうしますか", "What will it cost?"),
}

FIELDS: Mapping[NeedStep, tuple[str, ...]] = {
    NeedStep.OUTCOME: ("title", "outcome_wanted", "background", "team", "department"),
    NeedStep.WORK: ("tasks", "theme", "stage", "involvement", "roles", "kinds"),
    NeedStep.SKILLS: ("skills", "no_skills"),
    NeedStep.PERIOD: ("half_days", "first_month", "last_month", "seats", "weekdays"),
    NeedStep.PLACE: ("mode", "on_site_share", "place", "forms"),
    NeedStep.COST: (
        "pay_amount", "pay_basis", "funding_source", "after_fiscal_year", "requires_training",
        "touches_procurement", "vendors",
    ),
}  # fmt: skip

ASKED = (  # what a town must answer itself; all else is optional or begins with an answer that is shown
    "title", "outcome_wanted", "background", "theme", "stage", "roles", "skills", "half_days",
    "first_month", "last_month", "forms", "pay_amount",
)  # fmt: skip
MOST_ASKED = 12  # more is more than five minutes


def step_with(field: str) -> NeedStep:
    """The step that asks it."""
    return next(step for step in NeedStep if field in step.fields)
