"""Records of people as arrays: every name becomes a row number, so that rules and fit are vector arithmetic.

One pass over what each record really holds; nothing is looked up for every person and every column. Arrays
lie with the people along the last axis, because rules and fit read one month or one skill of everybody.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from .records import MOST_HALF_DAYS, Candidate, Month, Need, SkillClaim
from .wholes import refuse, wholes

EVIDENCE = ("self", "documented", "confirmed")
SEVERITIES = frozenset({"block", "hold", "warn"})
BRIDGING = "bridging"
NEVER = -1  # year of a skill that is not dated, month of no training
ANY_TIME = 30_000  # minutes: no limit
LOST = 32_767  # minutes of an unknown way: beyond any limit
GREATEST_PAY = 10**9  # yen a half-day
LAST_MONTH = 12 * 10_000
K = TypeVar("K", int, str)

Ints = NDArray[np.int64]
Whole = NDArray[np.integer[Any]]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Claims:
    """The K distinct claims of a skill in the pool; number 0 is no claim (level 0). All (K,) int64."""

    level: Ints
    last_used: Ints  # year, NEVER where it is not known
    evidence: Ints  # index in EVIDENCE


@dataclass(frozen=True, slots=True)
class People:
    """n candidates as arrays; rows are the months, skills, roles … that the needs mention.

    half_days, weekdays (bits), engagements: (T, n) uint8; online, onsite: (T, n) bool. claim: (S + 1, n), number
    of the claim in `claims`, the last row is nobody's. roles (R, n), forms (F, n), themes (H, n), regions (G, n)
    bool. kind (n,): number among the preferred kinds, or one more than the last. home (n,): column of minutes
    (P, homes) int16; people with one mapping of travel share a home. All others (n,).
    """

    half_days: NDArray[np.uint8]
    weekdays: NDArray[np.uint8]
    engagements: NDArray[np.uint8]
    online: Bools
    onsite: Bools
    claim: Whole
    claims: Claims
    roles: Bools
    forms: Bools
    themes: Bools
    has_themes: Bools
    regions: Bools
    has_regions: Bools
    kind: Ints
    home: Ints
    minutes: NDArray[np.int16]
    most_at_once: NDArray[np.uint8]
    travel_limit: NDArray[np.int16]  # minutes; ANY_TIME where there is none
    overnight: Bools
    pay_minimum: NDArray[np.int32]
    pay_wish: NDArray[np.int32]
    member_from: NDArray[np.int32]
    member_until: NDArray[np.int32]
    consents: Bools
    training_until: NDArray[np.int32]
    service_years: NDArray[np.int16]
    rating_sum: NDArray[np.int32]
    rating_count: NDArray[np.int32]
    load: NDArray[np.int32]

    @property
    def n(self) -> int:
        return len(self.load)


@dataclass(frozen=True, slots=True)
class Columns:
    """What stands for which number."""

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
    """Arrays of all candidates, in the order given. Raises InvalidProblem for what no array could hold."""
    ids = [c.id for c in candidates]
    homes, minutes = _travel(candidates, ids, columns.places)
    half_days, weekdays, engagements, online, onsite = _months(candidates, ids, columns.months)
    claim, claims = _skills(candidates, ids, columns.skills)
    _check_names(candidates)

    def vector(name: str, least: int, most: int, dtype: Any, absent: int | None = None) -> Any:
        values = [getattr(c, name) for c in candidates]
        if absent is not None:
            values = [absent if value is None else value for value in values]
        return wholes("candidates", name, values, ids, least, most).astype(dtype)

    rating_count = vector("rating_count", 0, 10**6, np.int32)
    rating_sum = vector("rating_sum", 0, 5 * 10**6, np.int32)
    refuse("candidates", "rating_sum out of range", rating_sum > 5 * rating_count, ids)
    return People(
        half_days=half_days,
        weekdays=weekdays,
        engagements=engagements,
        online=online,
        onsite=onsite,
        claim=claim,
        claims=claims,
        roles=_members([c.roles for c in candidates], columns.roles),
        forms=_members([c.forms for c in candidates], columns.forms),
        themes=_members([c.themes for c in candidates], columns.themes),
        has_themes=np.array([bool(c.themes) for c in candidates], bool),
        regions=_members([c.regions for c in candidates], columns.regions),
        has_regions=np.array([bool(c.regions) for c in candidates], bool),
        kind=np.array(
            [columns.kinds.get(c.kind, len(columns.kinds)) for c in candidates], np.int64
        ),
        home=homes,
        minutes=minutes,
        most_at_once=vector("most_at_once", 0, 100, np.uint8),
        travel_limit=vector("travel_limit", 0, ANY_TIME, np.int16, ANY_TIME),
        overnight=np.array([bool(c.overnight) for c in candidates], bool),
        pay_minimum=vector("pay_minimum", 0, GREATEST_PAY, np.int32),
        pay_wish=vector("pay_wish", 0, GREATEST_PAY, np.int32),
        member_from=vector("member_from", 0, LAST_MONTH, np.int32),
        member_until=vector("member_until", 0, LAST_MONTH, np.int32),
        consents=np.array([bool(c.consents) for c in candidates], bool),
        training_until=vector("training_until", NEVER, LAST_MONTH, np.int32, NEVER),
        service_years=vector("service_years", 0, 1000, np.int16),
        rating_sum=rating_sum,
        rating_count=rating_count,
        load=vector("load", 0, GREATEST_PAY, np.int32),
    )


def _owners(candidates: Sequence[Candidate], held: Sequence[Mapping[Any, Any]]) -> Ints:
    return np.repeat(np.arange(len(candidates)), [len(mapping) for mapping in held])


def _months(
    candidates: Sequence[Candidate], ids: Sequence[str], columns: Mapping[int, int]
) -> tuple[Any, Any, Any, Bools, Bools]:
    """half_days, weekdays, engagements, online, onsite: (T, n) each."""
    held = [c.availability for c in candidates]
    found: list[Month] = [month for mapping in held for month in mapping.values()]
    column = np.array([columns.get(t, NEVER) for mapping in held for t in mapping], np.int64)
    owner = _owners(candidates, held)
    names = np.array(ids, object)[owner]
    known = column >= 0
    place = (column[known], owner[known])

    def table(values: Sequence[Any], most: int | None, dtype: Any) -> Any:
        array = np.zeros((len(columns), len(candidates)), dtype)
        flags = np.array(values, bool) if most is None else wholes(
            "candidates", "availability", values, names, 0, most)  # fmt: skip
        array[place] = flags[known]
        return array

    return (
        table([month.half_days for month in found], MOST_HALF_DAYS, np.uint8),
        table([month.weekdays for month in found], 127, np.uint8),
        table([month.engagements for month in found], 100, np.uint8),
        table(["online" in month.modes for month in found], None, bool),
        table(["onsite" in month.modes for month in found], None, bool),
    )


def _skills(
    candidates: Sequence[Candidate], ids: Sequence[str], columns: Mapping[str, int]
) -> tuple[Whole, Claims]:
    held = [c.skills for c in candidates]
    found: list[SkillClaim] = [claim for mapping in held for claim in mapping.values()]
    column = np.array([columns.get(code, NEVER) for mapping in held for code in mapping], np.int64)
    owner = _owners(candidates, held)
    names = np.array(ids, object)[owner]
    level = wholes("candidates", "level", [c.level for c in found], names, 1, 4)
    years = [NEVER if c.last_used is None else c.last_used for c in found]
    used = wholes("candidates", "last_used", years, names, NEVER, 9999)
    grades = {state: number for number, state in enumerate(EVIDENCE)}
    evidence = np.array([grades.get(c.evidence, NEVER) for c in found], np.int64)
    refuse("candidates", "unknown evidence", evidence < 0, names)
    known = column >= 0
    # one number for level, year and evidence: 4 × 10,001 × 3 of them at most
    packed = ((used + 1) * 3 + evidence)[known] * 5 + level[known]
    distinct, number = np.unique(packed, return_inverse=True)
    claim = np.zeros((len(columns) + 1, len(candidates)), np.min_scalar_type(len(distinct)))
    claim[column[known], owner[known]] = number + 1
    rest, levels = np.divmod(np.concatenate([[0], distinct]), 5)
    last_used, evidences = np.divmod(rest, 3)
    return claim, Claims(levels, last_used - 1, evidences)


def _travel(
    candidates: Sequence[Candidate], ids: Sequence[str], columns: Mapping[str, int]
) -> tuple[Ints, NDArray[np.int16]]:
    """Home of each person, and (P, homes) minutes; a mapping that many people share is read once."""
    places = list(columns)
    shared: dict[int, int] = {}
    homes: dict[bytes, int] = {}
    ways: list[NDArray[np.int16]] = []
    for name, person in zip(ids, candidates, strict=True):
        if id(person.travel) in shared:
            continue
        held = list(map(person.travel.get, places, repeat(LOST)))
        own = wholes("candidates", "travel", held, [name] * len(held), 0, LOST).astype(np.int16)
        shared[id(person.travel)] = home = homes.setdefault(own.tobytes(), len(homes))
        if home == len(ways):
            ways.append(own)
    home_of = np.array([shared[id(c.travel)] for c in candidates], np.int64)
    table = np.array(ways, np.int16).reshape(len(ways), len(places))
    return home_of, np.ascontiguousarray(table.T)


def _members(sets: Sequence[Collection[str]], columns: Mapping[str, int]) -> Bools:
    """(columns, n) bool: who holds what."""
    owner = np.repeat(np.arange(len(sets)), [len(held) for held in sets])
    column = np.array([columns.get(name, NEVER) for held in sets for name in held], np.int64)
    table = np.zeros((len(columns), len(sets)), bool)
    table[column[column >= 0], owner[column >= 0]] = True
    return table


def _check_names(candidates: Sequence[Candidate]) -> None:
    unknown = [not SEVERITIES.issuperset(c.conflicts.values()) for c in candidates]
    refuse("candidates", "unknown severity of a conflict", np.array(unknown, bool),
           [c.id for c in candidates])  # fmt: skip
