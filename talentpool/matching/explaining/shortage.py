"""Whom the pool lacks: kinds of people, by what one more of them could be worth to the plan.

A kind is what several needs ask for alike: roles, musts and, for work on site, the region. Its newcomer lives nearby,
is free for the largest of these needs in all their months, and takes one engagement at a time. At the plan's prices
the newcomer's best pattern bounds the gain, and equals it where it only takes seats that the plan leaves empty;
otherwise `gain` solves again for the exact figure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..arrays import Ints
from ..errors import InvalidProblem
from ..names import by_id, check_same
from ..pairs import Pair, Pairs, pairs_of, pinned_edges
from ..plan import SCALE, Plan, check_plan
from ..policy import Policy
from ..problem import QUICK, Problem
from ..records import EVERY_DAY, Candidate, Month, Need, SkillClaim
from ..scoring.build import build
from ..scoring.rules import must_groups, needs_presence
from ..solving.clock import Clock, Tick
from ..solving.market import open_market
from ..solving.pricing import priced, whole_prices
from ..solving.sweep import NONE
from .marginal import gain, like, with_people

ANYWHERE = ""  # the region of a kind whose needs are met online


@dataclass(frozen=True, slots=True, order=True)
class Kind:
    """A kind of person, as several needs ask for it.

    Attributes
    ----------
    region : str
        `ANYWHERE` where all work is online.
    roles : tuple of str
    skills : tuple of (str, int)
        Code and level of the musts; of a group of alternatives, the first.

    See Also
    --------
    kinds : Groups needs by it.
    """

    region: str
    roles: tuple[str, ...]
    skills: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Shortage:
    """What one more person of a kind would be worth.

    Attributes
    ----------
    kind : Kind
    needs : tuple of str
        Ids of the needs that ask for the kind.
    empty : int
        Seats of these needs that the plan leaves empty.
    at_most : int
        What one more would gain at most, in bp.
    gained : int or None
        What one more would gain exactly; None where neither the prices nor another solve tell.

    See Also
    --------
    shortages : Finds them.
    """

    kind: Kind
    needs: tuple[str, ...]
    empty: int
    at_most: int
    gained: int | None = None


def kinds(needs: Sequence[Need]) -> dict[Kind, list[Need]]:
    """Group needs by the kind of person they ask for.

    Parameters
    ----------
    needs : sequence of Need

    Returns
    -------
    dict of Kind to list of Need

    Examples
    --------
    >>> from talentpool import matching as m
    >>> from talentpool.matching.example import NEEDS, PEOPLE
    >>> for kind, needs in m.kinds(NEEDS).items():
    ...     print(kind.region, kind.skills, [need.id for need in needs])
    tajima (('cloud', 2),) ['migration']
     (('procurement', 2),) ['tender']
    """
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
    """Invent a person of a kind who could serve any one of its needs.

    Parameters
    ----------
    kind : Kind
    needs : sequence of Need
        The needs that ask for the kind, see `kinds`.
    ident : str
        Id of the person.

    Returns
    -------
    Candidate

    Examples
    --------
    >>> from talentpool import matching as m
    >>> from talentpool.matching.example import NEEDS, PEOPLE
    >>> kind, needs = next(iter(m.kinds(NEEDS).items()))
    >>> person = m.newcomer(kind, needs, "new")
    >>> m.excluded_from(person, needs)
    {}
    """
    if not needs:
        raise InvalidProblem("needs", "must not be empty")
    months = {month for need in needs for month in need.months}
    largest = max(need.half_days for need in needs)
    free = Month(largest, EVERY_DAY, frozenset({"online", "onsite"}))
    return Candidate(
        id=ident,
        kind=None,
        availability=dict.fromkeys(sorted(months), free),
        skills={skill: SkillClaim(level, _used(skill, needs)) for skill, level in kind.skills},
        roles=frozenset(kind.roles),
        forms=frozenset(form for need in needs for form in need.forms),
        travel={need.place: 0 for need in needs},
        member_from=min(months),
        member_until=max(months),
        training_until=max(months),
    )


def _used(skill: str, needs: Sequence[Need]) -> int | None:
    """The latest year of last use that any of the needs asks for; None where none does."""
    asked = [s.since for need in needs for s in need.skills if s.must and s.skill == skill]
    return max((year for year in asked if year is not None), default=None)


def shortages(
    problem: Problem,
    plan: Plan,
    needs: Sequence[Need],
    policy: Policy | None = None,
    *,
    pins: Pairs = (),
    forbids: Pairs = (),
    most: int = 5,
    solves: bool = False,
    clock: Clock | None = None,
) -> list[Shortage]:
    """Find the kinds of people of whom one more could be worth most.

    Parameters
    ----------
    problem : Problem
    plan : Plan
    needs : sequence of Need
        Those of the problem.
    policy : Policy, optional
    pins, forbids : sequence of (need, candidate) pairs, ids or row numbers, optional
        Those the plan was made with.
    most : int, optional
        How many kinds to return, at most.
    solves : bool, optional
        Solve for gains that the prices do not tell, if the problem is small enough (`QUICK`). The size decides and
        not the clock, so that the answer stays the same.
    clock : Clock, optional
        Once it is over, nothing is solved any more. Raises Stop where not even the prices could be read.

    Returns
    -------
    list of Shortage
        The greatest gain first; without `solves`, the greatest possible gain.

    Examples
    --------
    >>> from talentpool import matching as m
    >>> from talentpool.matching.example import NEEDS, PEOPLE
    >>> problem = m.build(PEOPLE, NEEDS)
    >>> plan = m.solve(problem)
    >>> shortage = m.shortages(problem, plan, NEEDS)[0]
    >>> shortage.kind.skills, shortage.empty, shortage.gained
    ((('cloud', 2),), 1, 25277)
    """
    check_plan(problem, plan)
    check_same("needs", needs, problem.need_ids)
    pins, forbids = pairs_of(problem, "pins", pins), pairs_of(problem, "forbids", forbids)
    clock = clock or Clock()
    found = kinds(needs)
    newcomers = _newcomers(found, needs, policy)
    joined = with_people(problem, newcomers)
    left = problem.seats - np.bincount(plan.pairs[:, 0], minlength=problem.m)
    at_least, at_most = _gains(problem, plan, joined, left, pins, forbids, clock.tick)
    is_exact = (at_least == at_most) & plan.is_proved
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
    if not solves or not plan.is_proved or len(problem.candidate) > QUICK:
        return answer[:most]
    places = {kind: place for place, kind in enumerate(found)}

    def solved(entry: Shortage) -> Shortage:
        if entry.gained is not None or clock.is_over:
            return entry
        more = like(newcomers, places[entry.kind], "+")
        better = gain(
            problem, plan, more, pins=pins, forbids=forbids,
            time_limit=clock.limit, progress=clock.repeat,
        )  # fmt: skip
        return replace(entry, gained=better.bp if better.is_exact else None)

    answer = [solved(entry) for entry in answer[:most]]
    if any(entry.gained is None for entry in answer) and clock.is_over:
        return answer
    return sorted(answer, key=lambda entry: (-(entry.gained or 0), -entry.at_most, entry.kind))


def _newcomers(
    found: Mapping[Kind, Sequence[Need]], needs: Sequence[Need], policy: Policy | None
) -> Problem:
    """Build a problem with one person of each kind, in this order."""
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
    tick: Tick,
) -> tuple[Ints, Ints]:
    """Bound what each newcomer gains, in bp: (k,) at least and (k,) at most.

    At least it is the worth of their best pattern, if that takes only seats that are `left` (m,), else 0. At most it
    also contains what the proof left open, rounded down.
    """
    pinned = pinned_edges(joined, pins, ())
    market = open_market(joined, pinned, forbids)
    prices = whole_prices(market, plan.need_price)
    reached, patterns, _ = priced(market, prices, tick)
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
