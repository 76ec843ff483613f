"""What a profile says, as plain values: the forms and the files give them, services and matching take them.

Codes are those of the vocabularies; months are numbers, both ends included; pay is in yen per half-day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

MOST_ROWS = 30  # of posts, companies, matters or exams
MOST_WINDOWS = 24
MOST_AT_ONCE = 10  # engagements
MOST_PAY = 1_000_000
MOST_INCOME = 100_000_000  # yen in a fiscal year
MOST_ON_SITE = 31  # days in a month
MOST_GROWTH = 5  # skills
MOST_ADDRESS = 200  # characters; its column is encrypted and knows no length
LEVELS = 4  # of a skill
FIRST_YEAR, LAST_YEAR = 1950, 2100  # of a skill's last use, of an exam
WORKDAYS = 0b0011111  # Monday to Friday
EVERY_DAY = 0b1111111
EMPLOYED = "prefectural"  # kind of the people whom the prefecture employs, and their only form
MOST_COST = 1_000_000  # yen of a half-day of theirs


@dataclass(frozen=True, slots=True)
class Basics:
    kind: str  # vocabulary candidate_kind
    family_name: str
    family_kana: str
    home_code: str  # municipality
    given_name: str = ""  # who has one name only leaves the second blank, and its furigana too
    given_kana: str = ""
    phone: str | None = None
    birth_date: str | None = None  # ISO date
    contact_email: str | None = None
    postal_code: str | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Post:
    """A post of the service history; last_month none: still there.

    municipality_code: of the town whose office it is, none for another. Before a post is written, none
    leaves it to the name of the office, and "" says that it is no town's: see `offices.located`.
    """

    body: str  # name of the office or employer
    first_month: int
    last_month: int | None = None
    municipality_code: str | None = None
    department: str = ""
    title: str = ""
    grade: str | None = None  # vocabulary grade
    is_public: bool = True
    systems: str = ""  # that were handled there
    led_procurement: bool = False


@dataclass(frozen=True, slots=True)
class Company:
    """A company the person works for, worked for, or owns a part of."""

    name: str
    position: str = ""
    has_shares: bool = False
    is_present: bool = True


@dataclass(frozen=True, slots=True)
class Matter:
    """A contract or disposition the person decided as an official, and with whom."""

    vendor: str
    month: int
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Career:
    posts: Sequence[Post] = ()
    companies: Sequence[Company] = ()
    matters: Sequence[Matter] = ()
    operations: Sequence[str] = ()  # vocabulary standard_operation


@dataclass(frozen=True, slots=True)
class SkillClaim:
    skill: str  # vocabulary skill
    level: int  # 1..LEVELS
    last_used: int | None = None  # year
    evidence: str = "self"  # vocabulary evidence_state; on the pages the coordinator's to set
    evidence_note: str = ""


@dataclass(frozen=True, slots=True)
class Exam:
    name_then: str = ""  # as it was called when passed
    exam: str | None = None  # vocabulary exam
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Skills:
    skills: Sequence[SkillClaim] = ()
    exams: Sequence[Exam] = ()


@dataclass(frozen=True, slots=True)
class Window:
    """Months in which the person can work, `half_days` in each; one that is not available is a pause."""

    first_month: int
    last_month: int
    half_days: int = 0
    weekdays: int = WORKDAYS  # bits: Monday 1 … Sunday 64
    mode: str = "both"  # vocabulary window_mode
    is_available: bool = True
    note: str = ""


def typed_window(**values: Any) -> Window:
    """A row as it was typed: 0 half-days say that there are none in these months, which is a pause."""
    if values.get("half_days") == 0:
        values["is_available"] = False
    return Window(**values)


@dataclass(frozen=True, slots=True)
class Availability:
    windows: Sequence[Window] = ()
    travel_limit: int | None = None  # minutes one way; none = any
    overnight: bool = False
    most_at_once: int = 1


@dataclass(frozen=True, slots=True)
class Wishes:
    forms: Sequence[str] = ()  # vocabulary form
    roles: Sequence[str] = ()  # vocabulary role
    pay_minimum: int = 0
    pay_wish: int = 0
    themes: Sequence[str] = ()
    regions: Sequence[str] = ()
    motives: Sequence[str] = ()
    motive: str = ""
    heard_from: str | None = None
    involvement: str | None = None  # vocabulary: does the work, or advises; none = either
    growth: Sequence[str] = ()  # vocabulary skill: to be learnt at work
    side_job: str | None = None  # vocabulary side_job_permission: of the present employer
    income_ceiling: int | None = None  # yen in a fiscal year, over all assignments
    onsite_days: int | None = None  # most days on site in a month
    onsite_weekdays: int = 0  # preferred there, bits as in Window; 0: none said


@dataclass(frozen=True, slots=True)
class Term:
    """The term for which the prefecture employs somebody, both days included."""

    post: str  # vocabulary prefectural_post
    first_day: date
    last_day: date
    half_day_cost: int | None = None  # yen, what a half-day costs the prefecture
    note: str = ""


@dataclass(frozen=True, slots=True)
class Contents:
    """A whole profile: one value for each step."""

    basics: Basics
    career: Career
    skills: Skills
    availability: Availability
    wishes: Wishes
    term: Term | None = None  # of who is employed by the prefecture, and of nobody else


def wish_or_minimum(wish: int | None, minimum: int) -> int:
    """A wish that is left open is the minimum."""
    return minimum if wish is None else wish
