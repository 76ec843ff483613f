"""What is entered about a programme, as plain values between form and service."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from .sourced import Origin


@dataclass(frozen=True, slots=True)
class ProgrammeContent:
    """As an officer enters it; empty where nothing is known. deadlines: (last day, what for)."""

    name: str
    operator: str = ""
    gives: str = ""
    limits: str = ""
    excludes: str = ""
    cost: str = ""
    application: str = ""
    report_days: int | None = None
    successor: int | None = None  # id
    deadlines: tuple[tuple[date, str], ...] = ()
    origin: Origin = field(default_factory=Origin)
