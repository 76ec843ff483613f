"""What each step of the profile holds, as plain values: what the forms give and the services take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _

from .models import Mode


class Step(StrEnum):
    BASICS = "basics"
    CAREER = "career"
    SKILLS = "skills"
    AVAILABILITY = "availability"
    WISHES = "wishes"
    CONSENTS = "consents"

    @property
    def label(self) -> Any:
        return LABELS[self]

    @property
    def following(self) -> Step | None:
        order = list(Step)
        place = order.index(self) + 1
        return order[place] if place < len(order) else None


LABELS: Mapping[Step, Any] = {
    Step.BASICS: _("登録情報"),
    Step.CAREER: _("経歴"),
    Step.SKILLS: _("技能"),
    Step.AVAILABILITY: _("稼働"),
    Step.WISHES: _("希望条件"),
    Step.CONSENTS: _("同意"),
}


@dataclass(frozen=True, slots=True)
class Basics:
    kind: str  # vocabulary candidate_kind
    family_name: str
    given_name: str
    family_kana: str
    given_kana: str
    phone: str
    home_code: str  # municipality
    birth_date: str | None = None  # ISO date
    contact_email: str | None = None
    postal_code: str | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Post:
    body: str
    first_month: int
    last_month: int | None = None  # none = still there
    department: str = ""
    title: str = ""
    grade: str | None = None  # vocabulary grade
    is_public: bool = True


@dataclass(frozen=True, slots=True)
class Work:
    """A company the person works for, worked for, or owns a part of."""

    name: str
    position: str = ""
    has_shares: bool = False
    is_present: bool = True


@dataclass(frozen=True, slots=True)
class Matter:
    vendor: str
    month: int
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Career:
    posts: Sequence[Post] = ()
    companies: Sequence[Work] = ()
    decisions: Sequence[Matter] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    level: int  # 1..4
    last_used: int | None = None  # year
    evidence_note: str = ""


@dataclass(frozen=True, slots=True)
class Exam:
    name_then: str
    exam: str | None = None  # vocabulary exam
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Skills:
    claims: Mapping[str, Claim] = field(default_factory=dict)  # by code of the vocabulary skill
    exams: Sequence[Exam] = ()


WORKDAYS = 0b0011111  # Monday to Friday


@dataclass(frozen=True, slots=True)
class Span:
    """A window: months when the person can work (`half_days` in each), or a pause."""

    first_month: int
    last_month: int
    half_days: int = 0
    weekdays: int = WORKDAYS
    mode: Mode = Mode.BOTH
    is_available: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True)
class Availability:
    windows: Sequence[Span] = ()
    travel_limit_minutes: int | None = None  # none = any
    overnight: bool = False
    most_at_once: int = 1


@dataclass(frozen=True, slots=True)
class Wishes:
    forms: Sequence[str] = ()  # vocabulary form
    roles: Sequence[str] = ()  # vocabulary role
    pay_minimum: int = 0  # yen per half-day
    pay_wish: int = 0
    themes: Sequence[str] = ()
    regions: Sequence[str] = ()
    motives: Sequence[str] = ()
    motive: str = ""
    heard_from: str | None = None
