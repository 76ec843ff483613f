"""The one rule of all deadlines: so many business days after the day of the question, until 23:59 in Japan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .dates import add_business_days, end_of_day, local_date
from .language import Words


class Wait(StrEnum):
    """What is waited for. Only a question to a person or a town ends by itself when nobody answers."""

    OFFER = "offer"
    INTRODUCTION = "introduction"
    COUNTER = "counter"
    COUNTER_REVIEW = "counter_review"
    PROFILE = "profile"
    NEED = "need"
    PLAN = "plan"
    DRAFT = "draft"
    DECISION = "decision"
    CONFIRMATION = "confirmation"
    LOG = "log"
    CONSULTATION = "consultation"

    @property
    def ja(self) -> str:
        return LABELS[self][0]

    @property
    def en(self) -> str:
        return LABELS[self][1]


LAPSING = frozenset({Wait.OFFER, Wait.INTRODUCTION, Wait.COUNTER})
LABELS: Mapping[Wait, Words] = {
    Wait.OFFER: ("打診への本人の返事", "The person's answer to an offer"),
    Wait.INTRODUCTION: ("紹介への市町の返事", "The municipality's answer to an introduction"),
    Wait.COUNTER: (
        "条件の提案への相手の返事",
        "The other side's answer to a proposal of conditions",
    ),
    Wait.COUNTER_REVIEW: ("条件の提案の確認", "Review of a proposal of conditions"),
    Wait.PROFILE: ("登録の確認", "Review of a profile"),
    Wait.NEED: ("募集の確認", "Review of a vacancy"),
    Wait.PLAN: ("割当案の採用", "Adopting a plan"),
    Wait.DRAFT: ("起案", "Drafting"),
    Wait.DECISION: ("決裁", "Decision"),
    Wait.LOG: ("活動記録の市町の確認", "The municipality's signature of a log"),
    Wait.CONFIRMATION: ("双方合意のあとの確定", "Confirming after both have agreed"),
    Wait.CONSULTATION: ("相談への返事", "Answer to a consultation"),
}
DEFAULTS: Mapping[Wait, int] = {
    Wait.OFFER: 5,  # with a weekend in it: people with a main job can ask at home and at work
    Wait.INTRODUCTION: 10,  # a town goes through its own 決裁, twice when somebody is away
    Wait.COUNTER: 5,
    Wait.COUNTER_REVIEW: 3,
    Wait.PROFILE: 10,
    Wait.NEED: 5,
    Wait.PLAN: 5,
    Wait.DRAFT: 5,
    Wait.DECISION: 5,
    Wait.CONFIRMATION: 5,
    Wait.LOG: 10,  # as an introduction; it never ends by itself
    Wait.CONSULTATION: 3,  # a first word, not yet the solution
}
MOST = 60  # business days: about a quarter


def end_of_term(moment: datetime, days: int) -> datetime:
    """The last second, in Japan, of the business day that is `days` business days after the day of `moment`."""
    return end_of_day(add_business_days(local_date(moment), days))


@dataclass(frozen=True, slots=True)
class Setting:
    """Since when a wait has so many days."""

    wait: Wait
    days: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Terms:
    """The days of a prefecture, now and before: what was asked earlier keeps the days of then."""

    settings: tuple[Setting, ...] = ()  # oldest first

    def days(self, wait: Wait, moment: datetime) -> int:
        known = [row.days for row in self.settings if row.wait is wait and row.since <= moment]
        return known[-1] if known else DEFAULTS[wait]

    def due(self, wait: Wait, moment: datetime) -> datetime:
        """When what began to wait at `moment` is due."""
        return end_of_term(moment, self.days(wait, moment))
