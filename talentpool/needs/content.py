"""What a town writes into a need, as plain values between form and service."""

from __future__ import annotations

from dataclasses import dataclass

from ..candidates.content import WORKDAYS

MOST_MONTHS = 60
MOST_SEATS = 20
MOST_PAY = 10_000_000  # yen per unit of the basis
MOST_PRIORITY = 3  # set by the prefecture: 0 usual … 3 most urgent
FULL_WEIGHT = 100  # of all skills of a need together: see weights.py
MOST_WEIGHT = FULL_WEIGHT  # of a skill
USED_WITHIN = (3, 5, 10)  # years before the first month in which a must was used last


@dataclass(frozen=True, slots=True)
class SkillRequirement:
    skill: str  # vocabulary skill
    level: int  # 1..LEVELS
    weight: int = 3  # 1..MOST_WEIGHT
    must: bool = False
    group: str | None = None  # musts that share it are alternatives
    used_within: int | None = None  # years, of USED_WITHIN; of musts alone

    def since(self, first_month: int) -> int | None:
        """The year of last use, at least, for work that begins in `first_month`."""
        return None if self.used_within is None else first_month // 12 - self.used_within


@dataclass(frozen=True, slots=True)
class NeedContent:
    """Codes of the vocabularies; months as numbers, both included; pay in yen per unit of its basis."""

    title: str
    theme: str
    stage: str
    half_days: int  # per month
    first_month: int
    last_month: int
    mode: str
    place_code: str
    pay_basis: str
    department: str = ""
    background: str = ""
    outcome_wanted: str = ""
    tasks: str = ""
    team: str = ""  # who is there already
    seats: int = 1
    on_site_share: int = 0  # percent
    weekdays: int = WORKDAYS
    pay_amount: int = 0
    funding_source: str | None = None
    after_fiscal_year: str = ""
    touches_procurement: bool = False
    requires_training: bool = False
    roles: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    asks_form: bool = False  # the prefecture helps to choose one before it publishes
    kinds: tuple[str, ...] = ()
    involvement: str | None = None  # whether somebody does the work or advises; none = not said
    skills: tuple[SkillRequirement, ...] = ()
    vendors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sketch:
    """A need as far as it is written: None or empty is not said yet, or cannot be read."""

    municipality_code: str
    code: str = ""  # of the need that is stored
    half_days: int | None = None
    first_month: int | None = None
    last_month: int | None = None
    mode: str | None = None
    on_site_share: int = 0
    place_code: str | None = None
    pay_basis: str | None = None
    pay_amount: int | None = None
    weekdays: int = 0
    touches_procurement: bool = False
    requires_training: bool = False
    forms: tuple[str, ...] = ()
    skills: tuple[SkillRequirement, ...] = ()
    vendors: tuple[str, ...] = ()
    members: tuple[str, ...] = ()  # codes of the other towns of a joint need
