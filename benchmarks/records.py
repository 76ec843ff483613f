"""The drawn markets as records, for what begins with people and needs rather than with arrays."""

from __future__ import annotations

from functools import cache

import numpy as np

from talentpool import matching as m

from .instances import Size
from .market import MONTHS, Needs, People, Towns, draw_needs, draw_people, draw_towns

START = m.month_number(2027, 4)
MINUTES_A_KILOMETRE = 1.2
FARTHEST = 180  # minutes
MOSTLY_REMOTE = 80  # per cent: from there on a need is served online
KINDS = ("official", "specialist", "freelance")
BOTH = frozenset({"online", "onsite"})
month_of = cache(m.Month)  # equal months are one object: a nation has few kinds of them
claim_of = cache(m.SkillClaim)


def draw_records(size: Size, seed: int = 0) -> tuple[list[m.Candidate], list[m.Need]]:
    r = np.random.default_rng(seed)
    towns = draw_towns(r, size.regions)
    people = draw_people(r, size.people, towns)
    needs = draw_needs(r, size.needs, towns)
    return _candidates(r, towns, people), _needs(towns, needs)


@cache
def names(kind: str, bits: int) -> frozenset[str]:
    return frozenset(f"{kind}{k}" for k in range(bits.bit_length()) if bits >> k & 1)


def _ways(towns: Towns) -> list[dict[str, int]]:
    """From each town the minutes to every town in reach; all who live there share it."""
    minutes = np.rint(towns.kilometres * MINUTES_A_KILOMETRE).astype(int)
    return [
        {f"t{town}": int(row[town]) for town in np.flatnonzero(row <= FARTHEST)} for row in minutes
    ]


def _candidates(r: np.random.Generator, towns: Towns, people: People) -> list[m.Candidate]:
    n, ways = len(people.home), _ways(towns)
    limit = r.choice([60, 90, 0], n, p=[0.5, 0.35, 0.15])
    years, used = r.integers(0, 40, n), r.integers(2012, 2027, people.level.shape)
    evidence = r.choice(3, people.level.shape, p=[0.5, 0.3, 0.2])
    load, themes = r.integers(0, 60, n), r.integers(1, 256, n)
    answer = []
    for i in range(n):
        home = int(people.home[i])
        pay = 500 * int(people.pay[i])  # yen per half-day of 1,000 yen per day
        answer.append(
            m.Candidate(
                id=f"c{i:06d}",
                kind=KINDS[int(r.integers(3))],
                availability=_availability(people, i),
                most_at_once=int(min(people.half_days[i].max(), 3)),
                skills={
                    f"s{s}": claim_of(
                        int(people.level[i, s]),
                        int(used[i, s]),
                        ("self", "documented", "confirmed")[evidence[i, s]],
                    )
                    for s in np.flatnonzero(people.level[i]).tolist()
                },
                roles=names("r", int(people.roles[i])),
                forms=names("f", int(people.forms[i])),
                travel=ways[home],
                travel_limit=int(limit[i]) or None,
                pay_minimum=pay,
                pay_wish=pay * 5 // 4,
                member_until=START + 2 * MONTHS,
                service_years=int(years[i]),
                themes=names("h", int(themes[i])),
                regions=names("g", 1 << int(towns.region[home])),
                load=int(load[i]),
            )
        )
    return answer


def _availability(people: People, i: int) -> dict[int, m.Month]:
    modes = BOTH if people.remote_from[i] <= MOSTLY_REMOTE else frozenset({"onsite"})
    weekdays = int(people.weekdays[i])
    return {
        START + t: month_of(int(people.half_days[i, t]), weekdays, modes)
        for t in range(int(people.first[i]), int(people.last[i]) + 1)
    }


def _needs(towns: Towns, needs: Needs) -> list[m.Need]:
    size = np.digitize(towns.population, [15e3, 60e3])
    answer = []
    for j, town in enumerate(needs.town.tolist()):
        remote = int(needs.remote[j])
        answer.append(
            m.Need(
                id=f"n{j:05d}",
                municipality=f"t{town}",
                region=f"g{towns.region[town]}",
                size_class=int(size[town]),
                place=f"t{town}",
                theme=f"h{j % 8}",
                seats=int(needs.seats[j]),
                half_days=int(needs.half_days[j]),
                months=tuple(range(START + int(needs.first[j]), START + int(needs.last[j]) + 1)),
                mode="onsite" if remote < 40 else "online" if remote >= MOSTLY_REMOTE else "hybrid",
                on_site_share=100 - remote,
                weekdays=int(needs.weekdays[j]),
                roles=names("r", 1 << int(needs.role[j])),
                forms=names("f", int(needs.forms[j])),
                pay=500 * int(needs.pay[j]),
                skills=tuple(
                    m.SkillRequirement(
                        f"s{s}",
                        int(needs.wish[j, s]),
                        int(needs.weight[j, s]),
                        must=bool(needs.must[j, s]),
                    )
                    for s in np.flatnonzero(needs.wish[j]).tolist()
                ),
                priority=j % 4,
                posted=j,
                preferred_kinds=names_of_kind(j),
            )
        )
    return answer


def names_of_kind(j: int) -> frozenset[str]:
    return frozenset() if j % 3 else frozenset({KINDS[j // 3 % 3]})
