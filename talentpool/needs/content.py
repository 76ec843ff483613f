"""What a town writes into a need, as plain values between form and service."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AskedSkill:
    skill: str
    is_must: bool
    level: int  # 1..4
    weight: int = 3  # 1..9
    either: str | None = None  # musts that share it are alternatives


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
    seats: int = 1
    on_site_share: int = 0  # percent
    weekdays: int = 31
    pay_amount: int = 0
    funding_source: str | None = None
    after_fiscal_year: str = ""
    touches_procurement: bool = False
    requires_training: bool = False
    roles: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    skills: tuple[AskedSkill, ...] = ()
    vendors: tuple[str, ...] = ()
