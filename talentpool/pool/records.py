"""What matching has to know of people and needs, in the words of the sheets.

Both ways in fill these: rows of the database (assemble.py) and sheets of a file (exchange). What follows,
screening and translation for the engine, therefore gives the same plan for both.
Months are numbers (year * 12 + month - 1), both ends included; codes are those of the vocabularies.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass
from enum import StrEnum
from typing import Protocol

from ..candidates.content import Company, Matter, Post, SkillClaim, Window
from ..needs.content import SkillRequirement


@dataclass(frozen=True, slots=True)
class Taken:
    """Half-days of one month that are held or booked already, and for which need; the days on site and yen of these."""

    month: int
    half_days: int
    need_code: str
    days_on_site: int = 0
    pay: int = 0


class Ground(StrEnum):
    """Why an officer has recorded a conflict."""

    FAMILY = "family"
    REQUEST = "request"  # the person's own
    VENDOR = "vendor"
    OFFICE = "office"
    OTHER = "other"


class Lifter(StrEnum):
    """Who can let a recorded conflict pass."""

    COORDINATOR = "coordinator"  # for one vacancy
    PERSON = "person"  # by asking for the end of the record
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Known:
    """A conflict that an officer has recorded, with a town, a vendor or both; months, both included."""

    municipality_code: str | None
    vendor: str | None
    ground: Ground
    lifter: Lifter
    first_month: int
    last_month: int | None = None


def in_order(known: Iterable[Known]) -> tuple[Known, ...]:
    """The same order for rows of a database and of a file."""
    return tuple(sorted(known, key=lambda row: [str(value) for value in astuple(row)]))


@dataclass(frozen=True, slots=True)
class Profile:
    code: str
    kind: str
    member_from: int  # first whole month of the membership
    member_until: int  # last whole month
    consents: bool
    home_code: str
    travel_limit: int | None = None  # minutes
    overnight: bool = False
    most_at_once: int = 1
    pay_minimum: int = 0  # yen per half-day
    pay_wish: int = 0
    themes: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    training_until: int | None = None  # last whole month
    roles: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    skills: tuple[SkillClaim, ...] = ()
    posts: tuple[Post, ...] = ()
    companies: tuple[Company, ...] = ()
    matters: tuple[Matter, ...] = ()
    windows: tuple[Window, ...] = ()
    taken: tuple[Taken, ...] = ()
    known: tuple[Known, ...] = ()  # conflicts that an officer has recorded
    lifted: tuple[tuple[str, str], ...] = ()  # (need code, conflict rule) lifted by a coordinator
    rating_sum: int = 0  # of the reviews of earlier work that count
    rating_count: int = 0
    turned_down: tuple[str, ...] = ()  # need codes that are not to be proposed again
    onsite_days: int | None = None  # most in a month
    income_ceiling: int | None = None  # yen in a fiscal year, over all assignments
    interested: tuple[str, ...] = ()  # need codes: the person would like to be asked
    uninterested: tuple[str, ...] = ()  # need codes: rather not, but may be asked
    preferred: tuple[tuple[str, int], ...] = ()  # (need code, share of the town's preference)


class Screened(Protocol):
    """What the conflict screening reads of a need; a request has it."""

    @property
    def code(self) -> str: ...
    @property
    def municipality_code(self) -> str: ...
    @property
    def members(self) -> tuple[str, ...]: ...
    @property
    def first_month(self) -> int: ...
    @property
    def last_month(self) -> int: ...
    @property
    def vendors(self) -> tuple[str, ...]: ...
    @property
    def touches_procurement(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Procurement:
    """That and no more, where nothing else of the need is asked for."""

    code: str
    municipality_code: str
    first_month: int
    last_month: int
    vendors: tuple[str, ...]
    touches_procurement: bool
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    code: str
    municipality_code: str
    title: str
    theme: str
    half_days: int  # per month
    first_month: int
    last_month: int
    mode: str  # "online", "hybrid", "onsite"
    place_code: str
    pay_basis: str
    pay_amount: int = 0  # yen per unit of the basis
    seats: int = 1
    filled: int = 0  # seats already taken by placements
    on_site_share: int = 0  # percent
    weekdays: int = 31
    roles: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    skills: tuple[SkillRequirement, ...] = ()
    vendors: tuple[str, ...] = ()
    touches_procurement: bool = False
    requires_training: bool = False
    priority: int = 0
    posted: int = 0  # seconds since 1970 of the publication
    members: tuple[str, ...] = ()  # codes of the other towns of a joint need
    begins: int | None = None  # first month of the whole work, where only later ones are asked for
