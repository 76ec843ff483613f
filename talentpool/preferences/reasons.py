"""Why a need fits a person, from what both have written: never a sentence that is true of every need of the list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ..matching.scoring.rules import needs_presence
from .suiting import Suiting

MOST = 3  # reasons of one need
MOST_SKILLS = 3  # named in one reason
STEP = 30  # minutes: a way is told rounded up, so that it does not name the town
AMPLE = 2  # times the half-days that are asked for


class Ground(StrEnum):
    SAID = "said"
    SKILLS = "skills"
    ROLE = "role"
    THEME = "theme"
    REGION = "region"
    ONLINE = "online"
    NEAR = "near"
    PAY = "pay"
    ROOM = "room"
    KIND = "kind"


PART = {  # of the fit, that a ground is about
    Ground.SAID: "wish", Ground.SKILLS: "skills", Ground.ROLE: "role", Ground.THEME: "wish",
    Ground.REGION: "wish", Ground.ONLINE: "travel", Ground.NEAR: "travel", Ground.PAY: "pay",
    Ground.ROOM: "capacity", Ground.KIND: "preference",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reason:
    """codes: of skills, roles, a theme, a region or a kind; number: of minutes or half-days."""

    ground: Ground
    codes: tuple[str, ...] = ()
    number: int = 0


def reasons_of(rows: Sequence[Suiting]) -> list[list[Reason]]:
    """For each need up to `MOST`, what counts most in its fit first."""
    all_of = [_in_order(row) for row in rows]
    counts = Counter(reason for found in all_of for reason in found)
    common = {reason for reason, n in counts.items() if n == len(rows) > 1}
    return [[reason for reason in found if reason not in common][:MOST] for found in all_of]


def _in_order(row: Suiting) -> list[Reason]:
    return sorted(_grounds(row), key=lambda reason: -row.parts[PART[reason.ground]])


def _grounds(row: Suiting) -> Iterator[Reason]:
    person, need = row.person, row.wanted
    if person.wishes.get(need.id):
        yield Reason(Ground.SAID)
    held = [
        asked.skill
        for asked in sorted(need.skills, key=lambda asked: (not asked.must, -asked.weight))
        if (claim := person.skills.get(asked.skill)) is not None and claim.level >= asked.level
    ]
    if held:
        yield Reason(Ground.SKILLS, tuple(held[:MOST_SKILLS]))
    if roles := sorted(need.roles & person.roles):
        yield Reason(Ground.ROLE, tuple(roles))
    if need.theme in person.themes:
        yield Reason(Ground.THEME, (need.theme,))
    if need.region in person.regions:
        yield Reason(Ground.REGION, (need.region,))
    yield from _ways(row)
    if person.pay_wish and need.pay >= person.pay_wish:
        yield Reason(Ground.PAY)
    free = min(person.availability[month].half_days for month in need.months)
    if free >= AMPLE * need.half_days:
        yield Reason(Ground.ROOM, number=free)
    if person.kind in need.preferred_kinds:
        yield Reason(Ground.KIND, (person.kind or "",))


def _ways(row: Suiting) -> Iterator[Reason]:
    need = row.wanted
    if not needs_presence(need):
        yield Reason(Ground.ONLINE)
    elif (minutes := row.person.travel[need.place]) <= 2 * STEP:
        yield Reason(Ground.NEAR, number=in_steps(minutes))


def in_steps(minutes: int) -> int:
    """Rounded up to the half hour."""
    return max(-(-minutes // STEP), 1) * STEP
