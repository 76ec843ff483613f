"""What ten points more or less for one skill would do to the ten who come first, by the engine's own score."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..matching import Need, Policy
from ..matching.arrays import Ints
from ..matching.scoring.encode import numbering_of
from ..matching.scoring.rules import Rule, feasible
from ..matching.scoring.score import Encoded
from ..needs.content import SkillRequirement
from ..needs.weights import shift_weight, unit_of
from ..reference.catalogue import Catalogue
from .records import Profile, Request
from .translate import translate

TOP = 10  # people
STEP = 10  # points
Move = tuple[int, int]  # rank now → rank then


@dataclass(frozen=True, slots=True)
class Shift:
    """skills: those that share the weight; moves: of everybody who is, or would be, among the first ten."""

    skills: tuple[str, ...]
    before: int
    after: int
    moves: Sequence[Move]


@dataclass(frozen=True, slots=True)
class Weighing:
    people: int  # who could do it
    shifts: Sequence[Shift]


def weigh(
    request: Request,
    profiles: Sequence[Profile],
    catalogue: Catalogue,
    undecided: Collection[Rule] = (),
) -> Weighing:
    """`undecided`: rules about what the need does not say yet; they rule nobody out."""
    people, needs = translate(profiles, [replace(request, filled=0)], catalogue)
    if not people:
        return Weighing(0, ())
    need = needs[0]
    known = Encoded.of(people, numbering_of([need]))
    broken = known.broken(need)
    able = np.flatnonzero(feasible({r: mask for r, mask in broken.items() if r not in undecided}))
    changes = list(_changes(request.skills))
    wanted = [request.skills, *(skills for _, _, skills in changes)]
    fits = known.fits([_asking(need, skills) for skills in wanted], Policy())
    ranks = [_ranks(fit[able]) for fit in fits]
    shifts = [
        Shift(
            tuple(s.skill for s in request.skills if s in unit), unit[0].weight, after,
            _moves(ranks[0], then),
        )
        for (unit, after, _), then in zip(changes, ranks[1:], strict=True)
    ]  # fmt: skip
    return Weighing(len(able), shifts)


def _changes(
    skills: Sequence[SkillRequirement],
) -> list[tuple[list[SkillRequirement], int, tuple[SkillRequirement, ...]]]:
    """(alternatives, their weight then, all skills then) of each weight, up and down."""
    units: dict[object, list[SkillRequirement]] = {}
    for place, asked in enumerate(skills):
        units.setdefault(unit_of(place, asked.group, must=asked.must), []).append(asked)
    found = []
    for unit in units.values() if len(units) > 1 else ():
        for points in (STEP, -STEP):
            then = shift_weight(skills, unit[0], points)
            after = next(s.weight for s, old in zip(then, skills, strict=True) if old is unit[0])
            if after != unit[0].weight:
                found.append((unit, after, then))
    return found


def _asking(need: Need, skills: Sequence[SkillRequirement]) -> Need:
    weights = [asked.weight for asked in skills]
    return replace(
        need,
        skills=tuple(
            replace(asked, weight=weight)
            for asked, weight in zip(need.skills, weights, strict=True)
        ),
    )


def _ranks(fits: Ints) -> Ints:
    """From 1; who is equal stands in the order of the pool."""
    ranks = np.empty(len(fits), np.int64)
    ranks[np.argsort(-fits, kind="stable")] = np.arange(1, len(fits) + 1)
    return ranks


def _moves(now: Ints, then: Ints) -> list[Move]:
    concerned = np.flatnonzero((now != then) & ((now <= TOP) | (then <= TOP)))
    return sorted((int(now[i]), int(then[i])) for i in concerned)
