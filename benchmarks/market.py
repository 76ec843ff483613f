"""Made-up people and needs as columns, drawn from one seed: who lives where, knows what, has how much time.

Three kinds of people (officials, engineers, project managers) know different skills and play different roles;
needs ask for what one kind knows. Towns lie around the centres of their regions; people live where many live,
needs come more often from small towns. Time is counted in half-days, twelve months a year.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SKILLS, LEVELS, ROLES, FORMS, WEEKDAYS, MONTHS = 24, 4, 8, 5, 5, 12
NEVER = 101  # per cent of remote work that no need offers
TOWNS_A_REGION = 37
KINDS = (0.45, 0.35, 0.20)
KNOWS = np.repeat([[0.45, 0.10, 0.18], [0.08, 0.50, 0.15], [0.22, 0.25, 0.45]], 8, axis=1)
PLAYS = np.array(
    [
        [0.8, 0.5, 0.3, 0.2, 0.1, 0.4, 0.2, 0.3],
        [0.2, 0.3, 0.7, 0.8, 0.6, 0.2, 0.3, 0.2],
        [0.5, 0.7, 0.4, 0.3, 0.3, 0.6, 0.5, 0.4],
    ]
)

Generator = np.random.Generator
Array = NDArray[np.int64]


@dataclass(frozen=True)
class Towns:
    region: Array  # (towns,)
    kilometres: NDArray[np.float32]  # (towns, towns)
    population: NDArray[np.float64]  # (towns,)
    nearest: Array  # (regions, regions), each row from near to far


@dataclass(frozen=True)
class People:
    """roles, forms, weekdays, regions are bits; regions: where on-site work is accepted."""

    level: NDArray[np.uint8]  # (n, SKILLS), 0 = none
    roles: NDArray[np.uint8]
    forms: NDArray[np.uint8]
    weekdays: NDArray[np.uint8]
    home: NDArray[np.int32]
    regions: NDArray[np.uint64]
    remote_from: NDArray[np.uint8]  # per cent of remote work from which any region will do
    pay: NDArray[np.int16]  # thousand yen a day, at least
    first: NDArray[np.int8]  # months there
    last: NDArray[np.int8]
    half_days: NDArray[np.int16]  # (n, MONTHS)


@dataclass(frozen=True)
class Needs:
    role: Array
    must: Array  # (m, SKILLS) level, 0 = none
    wish: Array  # (m, SKILLS) level, 0 = not asked
    weight: Array  # (m, SKILLS)
    forms: Array
    weekdays: Array
    half_days: Array
    seats: Array
    town: Array
    remote: Array  # per cent
    pay: Array
    first: Array
    last: Array


def bits(table: NDArray[np.bool_]) -> Array:
    """(x, k) yes or no → (x,) bits."""
    answer: Array = (table << np.arange(table.shape[1])).sum(axis=1)
    return answer


def some(r: Generator, chance: NDArray[np.float64], rows: int) -> NDArray[np.bool_]:
    """(rows, k) yes or no, each row with one yes at least; chance (k,) or (rows, k)."""
    width = chance.shape[-1]
    table = r.random((rows, width)) < chance
    table[np.arange(rows), r.integers(0, width, rows)] = True
    return table


def draw_towns(r: Generator, regions: int) -> Towns:
    centre = np.cumsum(r.normal((28, 22), (24, 30), (regions, 2)), axis=0)  # a long island, in km
    weight = np.exp(r.normal(0, 0.4, regions))
    count = regions * TOWNS_A_REGION
    region = r.choice(regions, count, p=weight / weight.sum())
    place = centre[region] + r.normal(0, 33, (count, 2))
    population = np.exp(r.normal(10.2, 1.25, count)) * weight[region] ** 0.6
    return Towns(
        region=region,
        kilometres=_distance(place).astype(np.float32),
        population=population,
        nearest=np.argsort(_distance(centre), axis=1, kind="stable"),
    )


def _distance(place: NDArray[np.float64]) -> NDArray[np.float64]:
    answer: NDArray[np.float64] = np.hypot(*(place[:, None, :] - place[None, :, :]).T)
    return answer


def draw_people(r: Generator, n: int, towns: Towns) -> People:
    kind = r.choice(3, n, p=KINDS)
    mastery = np.clip(r.normal(0.5, 0.18, n), 0.1, 0.95)
    knows = r.random((n, SKILLS)) < KNOWS[kind]
    level = knows * (1 + r.binomial(LEVELS - 1, mastery[:, None], (n, SKILLS)))
    days = some(r, np.full(WEEKDAYS, 0.78), n)
    crowd = towns.population**0.8
    home = r.choice(len(crowd), n, p=crowd / crowd.sum())
    first = np.maximum(r.integers(-6, 7, n), 0)
    return People(
        level=level.astype(np.uint8),
        roles=bits(some(r, PLAYS[kind], n)).astype(np.uint8),
        forms=bits(some(r, np.array([0.35, 0.55, 0.75, 0.5, 0.3]), n)).astype(np.uint8),
        weekdays=bits(days).astype(np.uint8),
        home=home.astype(np.int32),
        regions=_accepted(r, towns, towns.region[home]),
        remote_from=r.choice([40, 60, 80, 90, NEVER], n, p=[0.05, 0.1, 0.2, 0.25, 0.4]).astype(
            np.uint8
        ),
        pay=np.clip(r.normal(32, 10, n), 12, 90).astype(np.int16),
        first=first.astype(np.int8),
        last=np.minimum(first + r.integers(6, 30, n), MONTHS - 1).astype(np.int8),
        half_days=_calendar(r, days.sum(axis=1)),
    )


def _accepted(r: Generator, towns: Towns, region: Array) -> NDArray[np.uint64]:
    """(n,) bits of the own region and the few nearest."""
    count = r.choice([1, 2, 3, 5, 8], len(region), p=[0.30, 0.25, 0.25, 0.14, 0.06])
    answer = np.zeros(len(region), np.uint64)
    for place in range(min(8, len(towns.nearest))):
        bit = np.uint64(1) << towns.nearest[region, place].astype(np.uint64)
        answer |= np.where(count > place, bit, np.uint64(0))
    return answer


def _calendar(r: Generator, days: Array) -> NDArray[np.int16]:
    """(n, MONTHS) half-days: 2 to 10, and for every third person fewer in some months in a row."""
    n = len(days)
    usual = np.minimum(r.choice([2, 4, 4, 6, 6, 8, 10, 10], n), 2 * days)
    begin, length = r.integers(0, MONTHS, n), r.integers(2, 7, n)
    month = np.arange(MONTHS)
    is_busy = (month >= begin[:, None]) & (month < (begin + length)[:, None])
    is_busy &= (r.random(n) < 1 / 3)[:, None]
    booked = 2 * r.integers(1, 3, n)
    answer: NDArray[np.int16] = np.maximum(usual[:, None] - is_busy * booked[:, None], 0)
    return answer.astype(np.int16)


def draw_needs(r: Generator, m: int, towns: Towns) -> Needs:
    kind = r.choice(3, m, p=[0.3, 0.45, 0.25])
    odds = np.cumsum(PLAYS / PLAYS.sum(axis=1, keepdims=True), axis=1)[kind]
    half_days = r.choice([1, 2, 2, 2, 4, 4, 6, 10], m)
    rare = towns.population**-0.5
    town = r.choice(len(rare), m, p=rare / rare.sum())
    must, wish, weight = _asked(r, KNOWS[kind])
    first = r.integers(0, 9, m)
    return Needs(
        role=np.minimum((r.random(m)[:, None] > odds).sum(axis=1), ROLES - 1),
        must=must,
        wish=wish,
        weight=weight,
        forms=bits(some(r, np.array([0.3, 0.4, 0.5, 0.3, 0.2]), m)),
        weekdays=_weekdays(r, (half_days + 1) // 2),
        half_days=half_days,
        seats=r.choice([1, 2, 3], m, p=[0.8, 0.15, 0.05]),
        town=town,
        remote=r.choice([0, 20, 40, 60, 80, 100], m, p=[0.25, 0.15, 0.2, 0.2, 0.15, 0.05]),
        pay=np.clip(
            r.normal(34, 9, m) + 3 * np.digitize(towns.population[town], [15e3, 60e3]), 14, 100
        ).astype(np.int64),
        first=first,
        last=np.minimum(first + r.choice([2, 3, 6, 12], m) - 1, MONTHS - 1),
    )


def _asked(r: Generator, knows: NDArray[np.float64]) -> tuple[Array, Array, Array]:
    """Three to six wished skills a need, up to two of them a must at a level."""
    m = len(knows)
    order = np.argsort(-r.random((m, SKILLS)) * knows, axis=1, kind="stable")
    wished, musts = r.integers(3, 7, m), r.choice([0, 1, 1, 2], m)
    must, wish, weight = (np.zeros((m, SKILLS), np.int64) for _ in range(3))
    for place in range(6):
        rows = np.flatnonzero(wished > place)
        column = order[rows, place]
        wish[rows, column] = r.integers(1, LEVELS + 1, len(rows))
        weight[rows, column] = r.integers(1, 6, len(rows))
    for place in range(2):
        rows = np.flatnonzero(musts > place)
        must[rows, order[rows, place]] = r.choice([1, 1, 2, 2, 3], len(rows))
    return must, np.maximum(wish, must), weight


def _weekdays(r: Generator, least: Array) -> Array:
    table = r.random((len(least), WEEKDAYS)) < 0.7
    for day in range(WEEKDAYS):
        table[table.sum(axis=1) < least, day] = True
    return bits(table)
