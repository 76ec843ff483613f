"""Seeded problems of six sizes: `make("B", months=12)`.

A is a prefecture's round, B a region's, C the nation's, D ten times that; S and T are scarce (more is asked for
than there is time). The same seed draws the same people and needs for one month and for twelve: with one month
all engagements overlap; with twelve their windows overlap in part. `unit` makes every need one seat of one
half-day and every person one half-day.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from talentpool import matching as m

from .market import (
    FORMS,
    LEVELS,
    MONTHS,
    WEEKDAYS,
    Needs,
    People,
    Towns,
    draw_needs,
    draw_people,
    draw_towns,
)

SKILL_BP, TRAVEL_BP, PERIOD_BP, PAY_BP, PLACE_BP = 5000, 1500, 1500, 1000, 1000


@dataclass(frozen=True)
class Size:
    people: int
    needs: int
    regions: int


SIZES = {
    "A": Size(200, 60, 1),
    "B": Size(2_000, 500, 4),
    "C": Size(20_000, 2_000, 47),
    "D": Size(200_000, 20_000, 47),
    "S": Size(800, 1_000, 4),
    "T": Size(2_000, 2_500, 47),
}


def make(name: str, *, months: int = 1, unit: bool = False, seed: int = 0) -> m.Problem:
    return make_sized(SIZES[name], months=months, unit=unit, seed=seed)


def make_sized(size: Size, *, months: int = 1, unit: bool = False, seed: int = 0) -> m.Problem:
    if months not in {1, MONTHS}:
        raise ValueError(f"months is 1 or {MONTHS}, not {months}")
    r = np.random.default_rng(seed)
    towns = draw_towns(r, size.regions)
    people = draw_people(r, size.people, towns)
    needs = draw_needs(r, size.needs, towns)
    if unit:
        one = np.ones_like(needs.seats)
        people = replace(people, half_days=np.ones_like(people.half_days))
        needs = replace(needs, half_days=one, seats=one)
    ptr, candidate, fit = Pairs(towns, people, needs).listed()
    calendar = people.half_days
    month = np.arange(MONTHS)
    window = (month >= needs.first[:, None]) & (month <= needs.last[:, None])
    if months == 1:
        calendar, window = calendar.max(axis=1)[:, None], np.ones((size.needs, 1), bool)
    return m.Problem(
        ptr=ptr,
        candidate=candidate,
        fit=fit,
        seats=needs.seats.astype(np.int16),
        half_days=needs.half_days.astype(np.int16),
        months=window,
        capacity=calendar,
        most_at_once=np.minimum(calendar.max(axis=1), 3).astype(np.int8),
        candidate_ids=[f"c{i:06d}" for i in range(size.people)],
        need_ids=[f"n{j:05d}" for j in range(size.needs)],
        posted=r.permutation(size.needs),
    )


class Pairs:
    """Hard rules and fit of one need after another against the people of its role and reach."""

    def __init__(self, towns: Towns, people: People, needs: Needs) -> None:
        self.towns, self.people, self.needs = towns, people, needs
        self._reached: dict[tuple[int, int, int], NDArray[np.int32]] = {}
        self._levels = np.ascontiguousarray(people.level.T)
        self._pattern = people.weekdays.astype(np.int16) | people.forms.astype(np.int16) << WEEKDAYS
        # (MONTHS, MONTHS, n) would be too much: the least half-days of each window, when it is met
        self._least: dict[tuple[int, int], NDArray[np.int16]] = {}

    def listed(self) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int16]]:
        """ptr (m+1,), candidate (E,), fit (E,): one need at a time, so that memory follows E."""
        rows = [self.row(j) for j in range(len(self.needs.role))]
        ptr = np.concatenate([[0], np.cumsum([len(who) for who, _ in rows])]).astype(np.int64)
        candidate, fit = np.empty(ptr[-1], np.int32), np.empty(ptr[-1], np.int16)
        for j, (who, worth) in enumerate(rows):
            candidate[ptr[j] : ptr[j + 1]], fit[ptr[j] : ptr[j + 1]] = who, worth
        return ptr, candidate, fit

    def row(self, j: int) -> tuple[NDArray[np.int32], NDArray[np.int16]]:
        """Who could serve need j, ascending, and the fit of each."""
        people, needs = self.people, self.needs
        who = self._in_reach(j)
        who = who[self._has_pattern(j)[self._pattern[who]] & (people.pay[who] <= needs.pay[j])]
        who = who[self._window(j)[who] >= needs.half_days[j]]
        for skill in np.flatnonzero(needs.must[j]):
            who = who[self._levels[skill][who] >= needs.must[j, skill]]
        return who, self._fit(j, who)

    def _in_reach(self, j: int) -> NDArray[np.int32]:
        people, needs = self.people, self.needs
        region, remote = int(self.towns.region[needs.town[j]]), int(needs.remote[j])
        key = (region, remote, int(needs.role[j]))
        if key not in self._reached:
            plays = (people.roles >> key[2]) & 1 > 0
            goes = people.regions >> np.uint64(region) & np.uint64(1) > 0
            self._reached[key] = np.flatnonzero(
                plays & (goes | (people.remote_from <= remote))
            ).astype(np.int32)
        return self._reached[key]

    def _has_pattern(self, j: int) -> NDArray[np.bool_]:
        """(2^(FORMS+WEEKDAYS),) whether weekdays and forms of a person suit need j."""
        code = np.arange(1 << (FORMS + WEEKDAYS))
        days = np.bitwise_count(code & self.needs.weekdays[j])
        suits: NDArray[np.bool_] = (days >= (self.needs.half_days[j] + 1) // 2) & (
            code >> WEEKDAYS & self.needs.forms[j] > 0
        )
        return suits

    def _window(self, j: int) -> NDArray[np.int16]:
        """(n,) least half-days in need j's months; 0 for who is not there all the time."""
        first, last = int(self.needs.first[j]), int(self.needs.last[j])
        if (first, last) not in self._least:
            there = (self.people.first <= first) & (self.people.last >= last)
            least = self.people.half_days[:, first : last + 1].min(axis=1)
            self._least[first, last] = np.where(there, least, 0).astype(np.int16)
        return self._least[first, last]

    def _fit(self, j: int, who: NDArray[np.int32]) -> NDArray[np.int16]:
        """Five parts, 10,000 in all; each a look-up, so that equal cases are worth the same."""
        people, needs = self.people, self.needs
        worth = self._travel(j)[people.home[who]]
        pay = np.arange(needs.pay[j] + 1)
        slack = PAY_BP * 5 * (needs.pay[j] - pay) // (2 * needs.pay[j])
        worth += np.minimum(slack, PAY_BP).astype(np.int16)[people.pay[who]]
        spare = np.arange(people.half_days.max() + 1) - needs.half_days[j]
        worth += (PERIOD_BP * (6 + np.clip(spare, 0, 4)) // 10).astype(np.int16)[
            self._window(j)[who]
        ]
        region = np.uint64(self.towns.region[needs.town[j]])
        is_near = people.regions[who] >> region & np.uint64(1) > 0
        worth += np.where(is_near, PLACE_BP, PLACE_BP * needs.remote[j] // 100).astype(np.int16)
        asked = np.flatnonzero(needs.wish[j])
        total = needs.weight[j].sum()
        for skill in asked:
            known = np.minimum(np.arange(LEVELS + 1), needs.wish[j, skill])
            share = SKILL_BP * needs.weight[j, skill] * known // (total * needs.wish[j, skill])
            worth += share.astype(np.int16)[self._levels[skill][who]]
        return worth

    def _travel(self, j: int) -> NDArray[np.int16]:
        """(towns,) the nearer the home, the more; remote work counts as near."""
        remote = int(self.needs.remote[j])
        near = np.exp(-self.towns.kilometres[self.needs.town[j]].astype(float) / 120)
        worth: NDArray[np.float64] = np.floor(TRAVEL_BP / 100 * (remote + (100 - remote) * near))
        return worth.astype(np.int16)
