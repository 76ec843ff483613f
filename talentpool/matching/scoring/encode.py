"""Records of people as arrays: every name becomes a row number, so that rules and fit are vector arithmetic.

One pass reads what each record really holds; nothing is looked up for every person and every column. People run
along the last axis, because rules and fit read one month or one skill of everybody.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..arrays import Bools, Ints, Whole
from ..record_checks import refuse, unknown_word, wholes
from ..records import (
    ANY_TIME,
    BEST_RATING,
    EVERY_DAY,
    EVIDENCE,
    GREATEST_INCOME,
    GREATEST_LEVEL,
    GREATEST_PAY,
    LAST_MONTH,
    LAST_YEAR,
    MONTH_MODES,
    MOST_HALF_DAYS,
    MOST_ON_SITE,
    WHOLE_PART,
    Candidate,
    Month,
    Need,
    SkillClaim,
    fiscal_year,
)

BRIDGING = "bridging"
NEVER = -1  # stands for no year of last use, no month of training, no number
ANY_DAYS = 255  # on site in a month, for no limit
LOST = 32_767  # minutes that stand for an unknown way: beyond any limit
MOST_ENGAGEMENTS = 100  # at once; fits uint8 and int8
MOST_SERVICE_YEARS = 1000
MOST_RATINGS = 10**6

K = TypeVar("K", int, str)


@dataclass(frozen=True, slots=True)
class Claims:
    """The K distinct skill claims of the pool; number 0 is no claim (level 0). All arrays are (K,) int64."""

    level: Ints
    last_used: Ints  # year, NEVER where unknown
    evidence: Ints  # index in EVIDENCE


@dataclass(frozen=True, slots=True)
class Said:
    """What was said of some pairs by name. person (k,): numbers, ascending; share (k,): thousandths of a part."""

    person: Ints
    share: Ints


@dataclass(frozen=True, slots=True)
class People:
    """n candidates as arrays; rows are the months, skills, roles and so on that the needs mention.

    half_days, weekdays (bits), engagements and days_on_site are (T, n) uint8; income_left (Y, n) int64; online and onsite (T, n) bool; claim (S + 1, n) is a
    number in `claims`, and nobody has any in the last row; roles (R, n), forms (F, n), themes (H, n) and regions
    (G, n) are bool; kind (n,) is a number among the preferred kinds, or one past the last; home (n,) is a column of
    minutes (P, homes), shared by people with the same travel times. wishes and preferred: need id → what was said of
    it by the people, and of the people by its town. All others are (n,).
    """

    half_days: NDArray[np.uint8]
    weekdays: NDArray[np.uint8]
    engagements: NDArray[np.uint8]
    online: Bools
    onsite: Bools
    days_on_site: NDArray[np.uint8]  # that are left; ANY_DAYS for no limit
    income_left: Ints  # yen; GREATEST_INCOME for no limit
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
    travel_limit: NDArray[np.int16]  # minutes; ANY_TIME for no limit
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
    wishes: Mapping[str, Said]
    preferred: Mapping[str, Said]

    @property
    def n(self) -> int:
        return len(self.load)


@dataclass(frozen=True, slots=True)
class Numbering:
    """The row number of every month, skill, role and so on that the needs mention."""

    months: dict[int, int]
    years: dict[int, int]  # fiscal
    skills: dict[str, int]
    roles: dict[str, int]
    forms: dict[str, int]
    places: dict[str, int]
    themes: dict[str, int]
    regions: dict[str, int]
    kinds: dict[str, int]


def numbering_of(needs: Sequence[Need]) -> Numbering:
    months = _numbered(month for need in needs for month in need.months)
    return Numbering(
        months=months,
        years=_numbered(map(fiscal_year, months)),
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


def encode(candidates: Sequence[Candidate], numbering: Numbering) -> People:
    """Turn candidates into arrays, in the order given. Raises InvalidProblem for what no array can hold."""
    ids = [c.id for c in candidates]
    homes, minutes = _travel(candidates, ids, numbering.places)
    half_days, weekdays, engagements, online, onsite, days = _months(
        candidates, ids, numbering.months
    )
    claim, claims = _skills(candidates, ids, numbering.skills)

    def vector(name: str, least: int, most: int, dtype: Any, absent: int | None = None) -> Any:
        values = [getattr(c, name) for c in candidates]
        if absent is not None:
            values = [absent if value is None else value for value in values]
        return wholes("candidates", name, values, ids, least, most).astype(dtype)

    rating_count = vector("rating_count", 0, MOST_RATINGS, np.int32)
    rating_sum = vector("rating_sum", 0, BEST_RATING * MOST_RATINGS, np.int32)
    refuse(
        "candidates",
        f"rating_sum must be at most {BEST_RATING} for each rating",
        rating_sum > BEST_RATING * rating_count,
        ids,
    )
    return People(
        half_days=half_days,
        weekdays=weekdays,
        engagements=engagements,
        online=online,
        onsite=onsite,
        days_on_site=days,
        income_left=_income(candidates, numbering.years),
        claim=claim,
        claims=claims,
        roles=_members([c.roles for c in candidates], numbering.roles),
        forms=_members([c.forms for c in candidates], numbering.forms),
        themes=_members([c.themes for c in candidates], numbering.themes),
        has_themes=np.array([bool(c.themes) for c in candidates], bool),
        regions=_members([c.regions for c in candidates], numbering.regions),
        has_regions=np.array([bool(c.regions) for c in candidates], bool),
        kind=np.array(
            [numbering.kinds.get(c.kind or "", len(numbering.kinds)) for c in candidates], np.int64
        ),
        home=homes,
        minutes=minutes,
        most_at_once=vector("most_at_once", 0, MOST_ENGAGEMENTS, np.uint8),
        travel_limit=vector("travel_limit", 0, ANY_TIME, np.int16, ANY_TIME),
        overnight=np.array([bool(c.overnight) for c in candidates], bool),
        pay_minimum=vector("pay_minimum", 0, GREATEST_PAY, np.int32),
        pay_wish=vector("pay_wish", 0, GREATEST_PAY, np.int32),
        member_from=vector("member_from", 0, LAST_MONTH, np.int32),
        member_until=vector("member_until", 0, LAST_MONTH, np.int32, LAST_MONTH),
        consents=np.array([bool(c.consents) for c in candidates], bool),
        training_until=vector("training_until", NEVER, LAST_MONTH, np.int32, NEVER),
        service_years=vector("service_years", 0, MOST_SERVICE_YEARS, np.int16),
        rating_sum=rating_sum,
        rating_count=rating_count,
        load=vector("load", 0, GREATEST_PAY, np.int32),
        wishes=_said("wishes", [c.wishes for c in candidates], ids),
        preferred=_said("preferred", [c.preferred for c in candidates], ids),
    )


def _said(name: str, held: Sequence[Mapping[str, int]], ids: Sequence[str]) -> dict[str, Said]:
    pairs = sorted(
        (need, person, share)
        for person, shares in enumerate(held)
        if shares
        for need, share in shares.items()
    )
    names = [ids[person] for _need, person, _share in pairs]
    wholes("candidates", f"share of {name}", [share for *_, share in pairs], names, 0, WHOLE_PART)
    found: dict[str, tuple[list[int], list[int]]] = {}
    for need, person, share in pairs:
        people, shares = found.setdefault(need, ([], []))
        people.append(person)
        shares.append(share)
    return {
        need: Said(np.array(people, np.int64), np.array(shares, np.int64))
        for need, (people, shares) in found.items()
    }


def _owners(candidates: Sequence[Candidate], held: Sequence[Mapping[Any, Any]]) -> Ints:
    return np.repeat(np.arange(len(candidates)), [len(mapping) for mapping in held])


def _months(
    candidates: Sequence[Candidate], ids: Sequence[str], numbers: Mapping[int, int]
) -> tuple[Any, Any, Any, Bools, Bools, Any]:
    """Return half_days, weekdays, engagements, online, onsite and days_on_site, (T, n) each."""
    held = [c.availability for c in candidates]
    found: list[Month] = [month for mapping in held for month in mapping.values()]
    column = np.array([numbers.get(t, NEVER) for mapping in held for t in mapping], np.int64)
    owner = _owners(candidates, held)
    names = np.array(ids, object)[owner]
    known = column >= 0
    place = (column[known], owner[known])

    def table(values: NDArray[Any], dtype: Any, absent: int = 0) -> Any:
        array = np.full((len(numbers), len(candidates)), absent, dtype)
        array[place] = values[known]
        return array

    def figures(name: str, values: Sequence[int], least: int, most: int) -> Ints:
        return wholes("candidates", f"{name} of a month", values, names, least, most)

    # most months have the same modes: each set of them is opened once
    modes = [month.modes for month in found]
    bits = {some: _bits_of(some) for some in set(modes)}
    unknown = frozenset().union(*bits) - set(MONTH_MODES)
    if unknown:
        ident, some = next(
            (i, some) for i, some in zip(names, modes, strict=True) if some & unknown
        )
        raise unknown_word("candidates", "modes", MONTH_MODES, min(some & unknown, key=repr), ident)
    has = np.array([bits[some] for some in modes], np.uint8)
    refuse("candidates", "modes of a month must not be empty", has == 0, names)
    online, onsite = ((has >> k & 1).astype(bool) for k in range(len(MONTH_MODES)))
    limits = [month.on_site for month in found]
    limited = np.array([limit is not None for limit in limits], bool)
    days = np.full(len(found), ANY_DAYS)
    days[limited] = wholes(
        "candidates", "on_site of a month", [limit for limit in limits if limit is not None],
        names[limited], 0, MOST_ON_SITE,
    )  # fmt: skip
    return (
        table(
            figures("half_days", [month.half_days for month in found], 0, MOST_HALF_DAYS), np.uint8
        ),
        table(figures("weekdays", [month.weekdays for month in found], 1, EVERY_DAY), np.uint8),
        table(
            figures("engagements", [month.engagements for month in found], 0, MOST_ENGAGEMENTS),
            np.uint8,
        ),
        table(online, bool),
        table(onsite, bool),
        table(days, np.uint8, ANY_DAYS),
    )


def _income(candidates: Sequence[Candidate], numbers: Mapping[int, int]) -> Ints:
    """Return (Y, n) what each person may still earn in each fiscal year."""
    left = np.full((len(numbers), len(candidates)), GREATEST_INCOME, np.int64)
    for column, person in enumerate(candidates):
        if person.income_left is not None:
            held = list(person.income_left.values())
            yen = wholes(
                "candidates", "income_left", held, [person.id] * len(held), 0, GREATEST_INCOME
            )
            for year, most in zip(person.income_left, yen, strict=True):
                if year in numbers:
                    left[numbers[year], column] = most
    return left


def _bits_of(modes: Collection[str]) -> int:
    return sum(1 << k for k, mode in enumerate(MONTH_MODES) if mode in modes)


def _skills(
    candidates: Sequence[Candidate], ids: Sequence[str], numbers: Mapping[str, int]
) -> tuple[Whole, Claims]:
    held = [c.skills for c in candidates]
    found: list[SkillClaim] = [claim for mapping in held for claim in mapping.values()]
    column = np.array([numbers.get(code, NEVER) for mapping in held for code in mapping], np.int64)
    owner = _owners(candidates, held)
    names = np.array(ids, object)[owner]
    level = wholes(
        "candidates", "level of a skill", [c.level for c in found], names, 1, GREATEST_LEVEL
    )
    years = [NEVER if c.last_used is None else c.last_used for c in found]
    used = wholes("candidates", "last_used of a skill", years, names, NEVER, LAST_YEAR)
    grades = {state: number for number, state in enumerate(EVIDENCE)}
    evidence = np.array([grades.get(c.evidence, NEVER) for c in found], np.int64)
    if (evidence == NEVER).any():
        place = int((evidence == NEVER).argmax())
        word = found[place].evidence
        raise unknown_word("candidates", "evidence", EVIDENCE, word, names[place])
    known = column >= 0
    # level, year and evidence in one number
    packed = ((used - NEVER) * len(EVIDENCE) + evidence)[known] * (GREATEST_LEVEL + 1) + level[
        known
    ]
    distinct, number = np.unique(packed, return_inverse=True)
    claim = np.zeros((len(numbers) + 1, len(candidates)), np.min_scalar_type(len(distinct)))
    claim[column[known], owner[known]] = number + 1
    rest, levels = np.divmod(np.concatenate([[0], distinct]), GREATEST_LEVEL + 1)
    last_used, evidences = np.divmod(rest, len(EVIDENCE))
    return claim, Claims(levels, last_used + NEVER, evidences)


def _travel(
    candidates: Sequence[Candidate], ids: Sequence[str], numbers: Mapping[str, int]
) -> tuple[Ints, NDArray[np.int16]]:
    """Return everybody's home and minutes (P, homes); a mapping that many people share is read once."""
    places = list(numbers)
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


def _members(sets: Sequence[Collection[str]], numbers: Mapping[str, int]) -> Bools:
    """Return (numbers, n) bool: who holds what."""
    owner = np.repeat(np.arange(len(sets)), [len(held) for held in sets])
    column = np.array([numbers.get(name, NEVER) for held in sets for name in held], np.int64)
    table = np.zeros((len(numbers), len(sets)), bool)
    table[column[column >= 0], owner[column >= 0]] = True
    return table
