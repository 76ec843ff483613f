"""Before anybody waits in vain: how many people could do a need now, and which condition costs most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from .. import matching as m
from ..matching.encode import Bools, columns_of, encode
from ..matching.rules import Rule, broken_rules, feasible, must_groups
from ..reference.catalogue import Catalogue
from .records import Profile, Request
from .translate import translate


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
    removed: tuple[tuple[Rule, int], ...]  # people each condition excludes, most first
    costliest: Costliest | None

    @property
    def is_impossible(self) -> bool:
        return self.feasible == 0


def survey_pool(request: Request, profiles: Sequence[Profile], catalogue: Catalogue) -> Survey:
    """Count who could do `request` with what they still have free."""
    candidates, needs = translate(profiles, [replace(request, filled=0)], catalogue)
    if not candidates:
        return Survey(0, 0, (), None)
    need = needs[0]
    columns = columns_of([need])
    broken = broken_rules(candidates, encode(candidates, columns), need, columns)
    count = int(feasible(broken).sum())
    removed = sorted(
        ((rule, int(mask.sum())) for rule, mask in broken.items() if mask.any()),
        key=lambda item: (-item[1], item[0]),
    )
    return Survey(len(candidates), count, tuple(removed), _costliest(candidates, need, count))


def _costliest(candidates: Sequence[m.Candidate], need: m.Need, count: int) -> Costliest | None:
    """By trying: each condition is taken away alone."""
    columns = columns_of([need])
    arrays = encode(candidates, columns)
    broken = broken_rules(candidates, arrays, need, columns)
    options = [
        Costliest(rule, None, _count(broken, rule) - count)
        for rule in broken
        if rule not in {Rule.SKILL, Rule.CONFLICT, Rule.HOLD, Rule.FORBIDDEN, Rule.MEMBERSHIP}
    ]
    for group in must_groups(need):
        rest = replace(need, skills=tuple(s for s in need.skills if s not in group))
        eased = feasible(broken_rules(candidates, arrays, rest, columns))
        options.append(Costliest(Rule.SKILL, group[0].skill, int(eased.sum()) - count))
    best = max(options, key=lambda option: option.gain, default=None)
    return best if best is not None and best.gain > 0 else None


def _count(broken: dict[Rule, Bools], without: Rule) -> int:
    return int(feasible({rule: mask for rule, mask in broken.items() if rule != without}).sum())
