"""What the engine is told about people and needs. Months are numbers: year * 12 + month - 1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

MOST_HALF_DAYS = 62  # of a month: two a day


def month_number(year: int, month: int) -> int:
    return year * 12 + month - 1


def month_text(number: int) -> str:
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


@dataclass(frozen=True, slots=True)
class Month:
    """What a person still has to give in one month.

    half_days: free half-days of 4 hours (declared minus held and booked). weekdays: bits, Monday 1 …
    Sunday 64. modes: of "online" and "onsite". engagements: how many already stand in the month.
    capacity: declared half-days, for display only.
    """

    half_days: int
    weekdays: int
    modes: frozenset[str]
    engagements: int = 0
    capacity: int | None = None


@dataclass(frozen=True, slots=True)
class SkillClaim:
    level: int  # 1..4
    last_used: int | None  # year
    evidence: str = "self"  # "self", "documented", "confirmed"


@dataclass(frozen=True, slots=True)
class SkillRequirement:
    """Musts that share a group are alternatives: one of them is enough."""

    skill: str
    level: int  # 1..4
    weight: int = 3  # 1..9
    must: bool = False
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person. Pay in yen per half-day, travel in minutes one way, months as numbers, both ends included."""

    id: str
    kind: str  # "official", "specialist", "freelance", "serving"
    availability: Mapping[int, Month]
    most_at_once: int = 1  # engagements in any month
    skills: Mapping[str, SkillClaim] = field(default_factory=dict)
    roles: frozenset[str] = frozenset()
    forms: frozenset[str] = frozenset()
    travel: Mapping[str, int] = field(default_factory=dict)  # place → minutes; may be shared
    travel_limit: int | None = None  # none = any
    overnight: bool = False
    pay_minimum: int = 0
    pay_wish: int = 0
    member_from: int = 0
    member_until: int = 0
    consents: bool = True
    training_until: int | None = None  # month
    service_years: int = 0
    themes: frozenset[str] = frozenset()  # wished
    regions: frozenset[str] = frozenset()  # wished
    conflicts: Mapping[str, str] = field(default_factory=dict)  # need id → "block", "hold", "warn"
    forbidden: frozenset[str] = frozenset()  # need ids
    rating_sum: int = 0
    rating_count: int = 0
    load: int = 0  # half-days served in the last fiscal year
    in_force: frozenset[str] = frozenset()  # need ids of the plan in force


@dataclass(frozen=True, slots=True)
class Need:
    """What a town asks for. half_days per month in each of `months`; pay in yen per half-day."""

    id: str
    municipality: str
    region: str
    size_class: int  # 0 small, 1 middle, 2 large
    place: str
    theme: str
    seats: int
    half_days: int
    months: tuple[int, ...]
    mode: str  # "online", "hybrid", "onsite"
    on_site_share: int = 0  # percent
    weekdays: int = 31
    roles: frozenset[str] = frozenset()  # empty = any
    forms: frozenset[str] = frozenset()
    pay: int = 0
    skills: tuple[SkillRequirement, ...] = ()
    priority: int = 0  # 0 usual … 3 most urgent
    requires_training: bool = False
    posted: int = 0  # order of posting
    preferred_kinds: frozenset[str] = frozenset()
