"""Whom the pool lacks: kinds of people by what one more of them could be worth to the plan.

A kind is what several needs ask alike: roles, musts and, where work is on site, the region. Its newcomer lives near,
is free for the largest of these needs in all of their months and takes one engagement at a time. At the plan's
prices the newcomer's best pattern bounds the gain, and is the gain where it takes seats that the plan leaves empty;
else `gain` solves again for the exact figure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from .building import build
from .limited import PROVED
from .marginal import gain, like, with_people
from .market import Ints, Pair, open_market, pinned_edges
from .plan import Plan
from .policy import Policy
from .pricing import priced, whole_prices
from .problem import QUICK, Problem, by_id
from .records import Candidate, Month, Need, SkillClaim
from .rules import must_groups, needs_presence
from .search import SCALE
from .sweep import NONE

ANYWHERE = ""  # the region of needs that are met online
EVERY_DAY = 127


@dataclass(frozen=True, slots=True, order=True)
class Kind:
    """skills: (code, level), the first of each group of alternatives; region: ANYWHERE where all is online."""

    region: str
    roles: tuple[str, ...]
    skills: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Shortage:
    """needs: ids that ask for the kind; empty: their seats that the plan leaves; at_most: bp that one more would
    gain at most; gained: what one more gains exactly, None where neither the prices nor a solve tell it."""

    kind: Kind
    needs: tuple[str, ...]
    empty: int
    at_most: int
    gained: int | None = None


def kinds(needs: Sequence[Need]) -> dict[Kind, list[Need]]:
    """Kind → the needs that ask for it."""
    found: dict[Kind, list[Need]] = {}
    for need in by_id(needs):
        firsts = [group[0] for group in must_groups(need)]
        kind = Kind(
            region=need.region if needs_presence(need) else ANYWHERE,
            roles=tuple(sorted(need.roles)),
            skills=tuple(sorted((skill.skill, skill.level) for skill in firsts)),
        )
        found.setdefault(kind, []).append(need)
    return found


def newcomer(kind: Kind, needs: Sequence[Need], ident: str) -> Candidate:
    """Somebody of the kind who could serve any one of these needs."""
    months = {month for need in needs for month in need.months}
    largest = max(need.half_days for need in needs)
    free = Month(largest, EVERY_DAY, frozenset({"online", "onsite"}))
    return Candidate(
        id=ident,
        kind="",
        availability=dict.fromkeys(sorted(months), free),
        skills={skill: SkillClaim(level, None) for skill, level in kind.skills},
        roles=frozenset(kind.roles),
        forms=frozenset(form for need in needs for form in need.forms),
        travel={need.place: 0 for need in needs},
        member_from=min(months),
        member_until=max(months),
        training_until=max(months),
    )


def shortages(
    problem: Problem,
    plan: Plan,
    needs: Sequence[Need],
    policy: Policy | None = None,
    *,
    pins: Sequence[Pair] = (),
    forbids: Sequence[Pair] = (),
    most: int = 5,
    solves: bool = False,
) -> list[Shortage]:
    """The kinds of which one more could be worth most, the dearest first. needs: those of the problem.

    pins, forbids: those the plan was made with. solves: gains that the prices do not tell are solved for where plans
    are quick to prove, and the greatest gain comes first. Whether they are quick is told by the size of the problem
    and not by the clock, so that the answer stays the same. Where a gain is not proved all the same, it is None.
    """
    found = kinds(needs)
    newcomers = _newcomers(found, needs, policy)
    joined = with_people(problem, newcomers)
    left = problem.seats - np.bincount(plan.pairs[:, 0], minlength=problem.m)
    at_least, at_most = _gains(problem, plan, joined, left, pins, forbids)
    is_exact = (at_least == at_most) & (plan.status in PROVED)
    row = {name: j for j, name in enumerate(problem.need_ids)}
    answer = [
        Shortage(
            kind,
            needs=tuple(need.id for need in own),
            empty=sum(int(left[row[need.id]]) for need in own),
            at_most=bound,
            gained=bound if is_known else None,
        )
        for (kind, own), bound, is_known in zip(
            found.items(), at_most.tolist(), is_exact.tolist(), strict=True
        )
        if bound > 0
    ]
    answer.sort(key=lambda entry: (-entry.at_most, -entry.empty, entry.kind))
    if not solves or plan.status not in PROVED or len(problem.candidate) > QUICK:
        return answer[:most]
    places = {kind: place for place, kind in enumerate(found)}

    def solved(entry: Shortage) -> Shortage:
        if entry.gained is not None:
            return entry
        more = like(newcomers, places[entry.kind], "+")
        better = gain(problem, plan, more, pins=pins, forbids=forbids)
        return replace(entry, gained=better.bp if better.is_exact else None)

    answer = [solved(entry) for entry in answer[:most]]
    return sorted(answer, key=lambda entry: (-(entry.gained or 0), -entry.at_most, entry.kind))


def _newcomers(
    found: Mapping[Kind, Sequence[Need]], needs: Sequence[Need], policy: Policy | None
) -> Problem:
    """One person of each kind, in this order."""
    people = [
        newcomer(kind, own, f"+{number:05d}") for number, (kind, own) in enumerate(found.items())
    ]
    return build(people, needs, policy, has_parts=False)


def _gains(
    problem: Problem,
    plan: Plan,
    joined: Problem,
    left: Ints,
    pins: Sequence[Pair],
    forbids: Sequence[Pair],
) -> tuple[Ints, Ints]:
    """(k,) bp each: what the newcomers gain at least, which is their best patterns' worth where these take only seats
    that are `left` (m,), else 0; and at most, with what the proof left open, rounded down."""
    pinned = pinned_edges(joined, pins, ())
    market = open_market(joined, pinned, forbids)
    prices = whole_prices(market, plan.need_price)
    reached, patterns, _ = priced(market, prices)
    worth, value = np.zeros((2, joined.n), np.int64)
    worth[market.candidate] = reached
    is_none = patterns.pairs == NONE
    takes_left = (is_none | (left[market.need[patterns.pairs]] > 0)).all(axis=1)
    taken = np.where(is_none, 0, market.value[patterns.pairs]).sum(axis=1)
    value[market.candidate[patterns.owner]] = np.where(takes_left, taken, 0)
    bound = int((market.seats * prices).sum()) + int(worth[: problem.n].sum())
    planned = plan.value - int(joined.value[pinned].sum())
    still_open = max(0, bound - planned * SCALE)
    return value[problem.n :], (worth[problem.n :] + still_open) // SCALE
