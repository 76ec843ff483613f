"""Records as arrays: every name becomes a column number, so that rules and fit are vector arithmetic."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from .errors import InvalidProblem
from .records import Candidate, Need

EVIDENCE = ("self", "documented", "confirmed")
BRIDGING = "bridging"
NEVER = -1  # year of a skill that is not claimed, minutes of an unknown way
ANY_TIME = 10**6  # minutes: no limit
K = TypeVar("K", int, str)

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class People:
    """n candidates as arrays; columns are the months, skills, roles … that the needs mention.

    half_days, weekdays, engagements, online, onsite: (n, T). level, last_used, evidence: (n, S).
    roles: (n, R), forms: (n, F), minutes: (n, P), all others (n,).
    """

    half_days: Ints
    weekdays: Ints
    engagements: Ints
    online: Bools
    onsite: Bools
    level: Ints
    last_used: Ints
    evidence: Ints
    roles: Bools
    forms: Bools
    minutes: Ints
    themes: Bools
    has_themes: Bools
    regions: Bools
    has_regions: Bools
    kinds: Bools
    most_at_once: Ints
    travel_limit: Ints  # minutes; a great number where there is none
    overnight: Bools
    pay_minimum: Ints
    pay_wish: Ints
    member_from: Ints
    member_until: Ints
    consents: Bools
    training_until: Ints
    service_years: Ints
    rating_sum: Ints
    rating_count: Ints
    load: Ints


@dataclass(frozen=True, slots=True)
class Columns:
    """What stands for which column."""

    months: dict[int, int]
    skills: dict[str, int]
    roles: dict[str, int]
    forms: dict[str, int]
    places: dict[str, int]
    themes: dict[str, int]
    regions: dict[str, int]
    kinds: dict[str, int]


def columns_of(needs: Sequence[Need]) -> Columns:
    return Columns(
        months=_numbered(month for need in needs for month in need.months),
        skills=_numbered([*(s.skill for need in needs for s in need.skills), BRIDGING]),
        roles=_numbered(role for need in needs for role in need.roles),
        forms=_numbered(form for need in needs for form in need.forms),
        places=_numbered(need.place for need in needs),
        themes=_numbered(need.theme for need in needs),
        regions=_numbered(need.region for need in needs),
        kinds=_numbered(kind for need in needs for kind in need.preferred_kinds),
    )


def _numbered(keys: Iterable[K]) -> dict[K, int]:
    return {key: number for number, key in enumerate(sorted(set(keys)))}


def encode(candidates: Sequence[Candidate], columns: Columns) -> People:
    """Arrays of all candidates, rows in the order given."""
    n = len(candidates)
    months = {
        name: np.zeros((n, len(columns.months)), np.int64)
        for name in ("half_days", "weekdays", "engagements", "online", "onsite")
    }
    level, used, evidence = (np.zeros((n, len(columns.skills)), np.int64) for _ in range(3))
    used[:] = NEVER
    minutes = np.full((n, len(columns.places)), NEVER, np.int64)
    for i, person in enumerate(candidates):
        for number, t in columns.months.items():
            month = person.availability.get(number)
            if month is None:
                continue
            months["half_days"][i, t] = month.half_days
            months["weekdays"][i, t] = month.weekdays
            months["engagements"][i, t] = month.engagements
            months["online"][i, t] = "online" in month.modes
            months["onsite"][i, t] = "onsite" in month.modes
        for code, s in columns.skills.items():
            claim = person.skills.get(code)
            if claim is None:
                continue
            level[i, s] = claim.level
            used[i, s] = NEVER if claim.last_used is None else claim.last_used
            evidence[i, s] = _evidence(person, claim.evidence)
        for place, p in columns.places.items():
            minutes[i, p] = person.travel.get(place, NEVER)
    return People(
        half_days=months["half_days"],
        weekdays=months["weekdays"],
        engagements=months["engagements"],
        online=months["online"].astype(bool),
        onsite=months["onsite"].astype(bool),
        level=level,
        last_used=used,
        evidence=evidence,
        roles=_members([c.roles for c in candidates], columns.roles),
        forms=_members([c.forms for c in candidates], columns.forms),
        minutes=minutes,
        themes=_members([c.themes for c in candidates], columns.themes),
        has_themes=np.array([bool(c.themes) for c in candidates], bool),
        regions=_members([c.regions for c in candidates], columns.regions),
        has_regions=np.array([bool(c.regions) for c in candidates], bool),
        kinds=_members([{c.kind} for c in candidates], columns.kinds),
        most_at_once=_vector(candidates, "most_at_once"),
        travel_limit=np.array(
            [ANY_TIME if c.travel_limit is None else c.travel_limit for c in candidates], np.int64
        ),
        overnight=np.array([c.overnight for c in candidates], bool),
        pay_minimum=_vector(candidates, "pay_minimum"),
        pay_wish=_vector(candidates, "pay_wish"),
        member_from=_vector(candidates, "member_from"),
        member_until=_vector(candidates, "member_until"),
        consents=np.array([c.consents for c in candidates], bool),
        training_until=np.array(
            [NEVER if c.training_until is None else c.training_until for c in candidates], np.int64
        ),
        service_years=_vector(candidates, "service_years"),
        rating_sum=_vector(candidates, "rating_sum"),
        rating_count=_vector(candidates, "rating_count"),
        load=_vector(candidates, "load"),
    )


def _vector(candidates: Sequence[Candidate], name: str) -> Ints:
    return np.array([getattr(c, name) for c in candidates], np.int64)


def _members(sets: Sequence[Collection[str]], columns: dict[str, int]) -> Bools:
    """(n, columns) bool: which of the columns each set holds."""
    table = np.zeros((len(sets), len(columns)), bool)
    for i, held in enumerate(sets):
        for name in held:
            if name in columns:
                table[i, columns[name]] = True
    return table


def _evidence(person: Candidate, state: str) -> int:
    if state not in EVIDENCE:
        raise InvalidProblem("candidates", f"unknown evidence {state!r}", person.id)
    return EVIDENCE.index(state)
