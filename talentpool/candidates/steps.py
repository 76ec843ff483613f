"""The steps in which a profile is filled in, in their order."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from ..language import Words


class Step(StrEnum):
    BASICS = "basics"
    CAREER = "career"
    SKILLS = "skills"
    AVAILABILITY = "availability"
    WISHES = "wishes"
    CONSENTS = "consents"

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
    def following(self) -> Step | None:
        order = list(Step)
        place = order.index(self) + 1
        return order[place] if place < len(order) else None


LABELS: Mapping[Step, Words] = {
    Step.BASICS: ("登録情報", "Personal details"),
    Step.CAREER: ("経歴", "Career"),
    Step.SKILLS: ("技能", "Skills"),
    Step.AVAILABILITY: ("稼働", "Availability"),
    Step.WISHES: ("希望条件", "Wishes"),
    Step.CONSENTS: ("同意", "Consents"),
}

QUESTIONS: Mapping[Step, Words] = {
    Step.BASICS: ("お名前と連絡先を教えてください", "Who are you, and how are you reached?"),
    Step.CAREER: ("どこで働いてきましたか", "Where have you worked?"),
    Step.SKILLS: ("どの仕事ができますか", "What can you do?"),
    Step.AVAILABILITY: ("いつ、どのくらい働けますか", "When and how much can you work?"),
    Step.WISHES: ("どんな条件なら働けますか", "On what terms would you work?"),
    Step.CONSENTS: ("情報の使い方に同意しますか", "Do you consent to these uses?"),
}
