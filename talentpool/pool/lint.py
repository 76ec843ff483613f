"""Before anybody waits in vain: how many people could do a need now, and which condition costs most."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from ..matching import Need
from ..matching.arrays import Bools
from ..matching.scoring.encode import numbering_of
from ..matching.scoring.rules import Rule, feasible, must_groups
from ..matching.scoring.score import Encoded
from ..reference.catalogue import Catalogue
from .records import Profile, Request
from .translate import translate

# Musts are tried one by one; the other conditions are not the town's to change.
NOT_THE_TOWNS = {Rule.SKILL, Rule.CONFLICT, Rule.HOLD, Rule.FORBIDDEN, Rule.MEMBERSHIP}


@dataclass(frozen=True, slots=True)
class Costliest:
    """The one condition whose removal would add most people; `skill` where it is a must skill."""

    rule: Rule
    skill: str | None
    gain: int


@dataclass(frozen=True, slots=True)
class Survey:
    people: int  # active in the pool
    feasible: int
    costliest: Costliest | None

    @property
    def is_impossible(self) -> bool:
        return self.feasible == 0


def survey_pool(
    request: Request,
    profiles: Sequence[Profile],
    catalogue: Catalogue,
    undecided: Collection[Rule] = (),
) -> Survey:
    """Count who could do `request` with what they still have free.

    `undecided`: rules about what the need does not say yet; they rule nobody out.
    """
    candidates, needs = translate(profiles, [replace(request, filled=0)], catalogue)
    if not candidates:
        return Survey(0, 0, None)
    need = needs[0]
    known = Encoded.of(candidates, numbering_of([need]))

    def asked(need: Need) -> dict[Rule, Bools]:
        masks = known.broken(need)
        return {rule: mask for rule, mask in masks.items() if rule not in undecided}

    broken = asked(need)
    count = int(feasible(broken).sum())
    eased = {rule: _count(broken, rule) for rule in broken if rule not in NOT_THE_TOWNS}
    options = [Costliest(rule, None, left - count) for rule, left in eased.items()]
    for group in must_groups(need):
        rest = replace(need, skills=tuple(s for s in need.skills if s not in group))
        left = int(feasible(asked(rest)).sum())
        options.append(Costliest(Rule.SKILL, group[0].skill, left - count))
    best = max(options, key=lambda option: option.gain)
    costliest = best if best.gain > 0 else None
    return Survey(len(candidates), count, costliest)


def _count(broken: dict[Rule, Bools], without: Rule) -> int:
    return int(feasible({rule: mask for rule, mask in broken.items() if rule != without}).sum())
