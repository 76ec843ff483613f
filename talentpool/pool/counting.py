"""How many people could do a need as it is written, which condition costs most, and what one step would bring.

Everything is counted with the engine's conditions over the arrays of a crowd; nothing is solved.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from .. import matching as m
from ..matching.arrays import Bools
from ..matching.explaining.changes import Change, altered_arrays
from ..matching.explaining.empty_seats import NEAREST
from ..matching.scoring.encode import numbering_of
from ..matching.scoring.rules import Rule, feasible, must_groups
from ..matching.scoring.score import Encoded
from ..reference.catalogue import Catalogue
from .crowd import Crowd, Named
from .easing import WISHED, Party, Step, steps_of
from .policy import first_policy
from .records import Profile, Request
from .translate import to_need, translate

# Musts are tried one by one; the other conditions are not the town's to change.
NOT_THE_TOWNS = {Rule.SKILL, Rule.CONFLICT, Rule.HOLD, Rule.FORBIDDEN, Rule.MEMBERSHIP, Rule.INCOME}


class Stage(StrEnum):
    """The conditions in the order in which the page takes them, a few rules each."""

    SKILL = "skill"
    WORK = "work"
    TIME = "time"
    PAY = "pay"
    FORM = "form"
    TRAINING = "training"
    CONFLICT = "conflict"


STAGES: Mapping[Stage, Sequence[Rule]] = {
    Stage.SKILL: (Rule.SKILL,),
    Stage.WORK: (Rule.MODE, Rule.TRAVEL, Rule.WEEKDAYS, Rule.ON_SITE),
    Stage.TIME: (Rule.MEMBERSHIP, Rule.CAPACITY, Rule.ENGAGEMENTS),
    Stage.PAY: (Rule.PAY, Rule.INCOME),
    Stage.FORM: (Rule.FORM,),
    Stage.TRAINING: (Rule.TRAINING,),
    Stage.CONFLICT: (Rule.CONFLICT, Rule.HOLD, Rule.FORBIDDEN),
}


@dataclass(frozen=True, slots=True)
class Costly:
    """One condition whose removal would add `gain` people; `skill` where it is a must skill."""

    rule: Rule
    skill: str | None
    gain: int


@dataclass(frozen=True, slots=True)
class Must:
    """A must with its alternatives: who meets it, and how many more would fit one level lower or as a wish."""

    group: Sequence[m.SkillRequirement]
    people: int
    lower: int
    without: int


@dataclass(frozen=True, slots=True)
class Wish:
    asked: m.SkillRequirement
    people: int


@dataclass(frozen=True, slots=True)
class Ease:
    """A step, and how many more people would fit after it."""

    kind: str
    subject: str | None
    party: Party
    gain: int


@dataclass(frozen=True, slots=True)
class Near:
    """Somebody who breaks one condition alone."""

    person: int  # id of the row
    code: str
    rule: Rule


@dataclass(frozen=True, slots=True)
class Counted:
    """people: all who are counted; left: who is left after each condition in turn; near: who breaks one rule alone.

    nearest: the best fits of those, where they were asked for.
    """

    people: int
    fitting: int
    left: Mapping[Stage, int]
    costs: Sequence[Costly]  # of what the town could take away
    musts: Sequence[Must]
    wishes: Sequence[Wish]
    eases: Sequence[Ease]
    near: Mapping[Rule, int]
    nearest: Sequence[Near] = ()


def count(
    crowd: Crowd,
    counted: Bools,
    request: Request,
    catalogue: Catalogue,
    *,
    undecided: Collection[Rule] = (),
    has_nearest: bool = False,
) -> Counted:
    """Count who of `counted` could do `request` with what they still have free.

    undecided: rules about what the need does not say yet; they rule nobody out.
    """
    need = to_need(replace(request, filled=0), catalogue)
    crowd = crowd.asked_by(need, catalogue)
    counting = _Counting(crowd, counted, crowd.named(request), frozenset(undecided))
    return counting.count(need, request, catalogue, has_nearest=has_nearest)


def look_over(
    crowd: Crowd,
    counted: Bools,
    request: Request,
    catalogue: Catalogue,
    undecided: Collection[Rule] = (),
) -> tuple[int, Rule | None]:
    """How many of `counted` could do `request`, and the rule that rules out most of the others.

    undecided: rules that rule nobody out.
    """
    broken = _broken(crowd, request, catalogue, undecided)
    out = {rule: int((mask & counted).sum()) for rule, mask in broken.items()}
    worst = max(out, key=lambda rule: out[rule])
    return int((feasible(broken) & counted).sum()), worst if out[worst] else None


def list_able(
    crowd: Crowd,
    counted: Bools,
    request: Request,
    catalogue: Catalogue,
    undecided: Collection[Rule] = (),
) -> list[int]:
    """The places in the crowd of those whom `look_over` counts."""
    broken = _broken(crowd, request, catalogue, undecided)
    return [int(place) for place in np.flatnonzero(feasible(broken) & counted)]


def _broken(
    crowd: Crowd, request: Request, catalogue: Catalogue, undecided: Collection[Rule]
) -> dict[Rule, Bools]:
    need = to_need(replace(request, filled=0), catalogue)
    crowd = crowd.asked_by(need, catalogue)
    masks = crowd.broken(need, crowd.named(request))
    return {rule: mask for rule, mask in masks.items() if rule not in undecided}


@dataclass(frozen=True, slots=True)
class _Counting:
    crowd: Crowd
    counted: Bools
    named: Named
    undecided: frozenset[Rule]

    def count(
        self, need: m.Need, request: Request, catalogue: Catalogue, *, has_nearest: bool
    ) -> Counted:
        broken = self.broken(need)
        fitting = self._sum(feasible(broken))
        table = np.stack(list(broken.values()))
        alone = (table.sum(axis=0) == 1) & self.counted
        near = {rule: self._sum(alone & mask) for rule, mask in broken.items()}
        steps = [(step, self.after(step) - fitting) for step in self._steps(need)]
        nearest = self._nearest(broken, alone, request, catalogue) if has_nearest else ()
        return Counted(
            people=self._sum(self.counted),
            fitting=fitting,
            left=self._left(broken),
            costs=[
                *(Costly(rule, None, n) for rule, n in near.items() if rule not in NOT_THE_TOWNS),
                *(Costly(Rule.SKILL, s.subject, n) for s, n in steps if s.kind == WISHED),
            ],
            musts=[self._must(need, group, steps) for group in must_groups(need)],
            wishes=[
                Wish(asked, self._meeting(need, [asked])) for asked in need.skills if not asked.must
            ],
            eases=[Ease(s.kind, s.subject, s.party, n) for s, n in steps if n > 0],
            near={rule: n for rule, n in near.items() if n},
            nearest=nearest,
        )

    def broken(self, need: m.Need, step: Step | None = None) -> dict[Rule, Bools]:
        """Rule → who breaks it, of the rules that are decided."""
        arrays = None
        if step is not None and step.of_people:
            arrays = altered_arrays(Change(step.kind, 0, need), self.crowd.arrays)
        masks = self.crowd.broken(need, self.named, arrays)
        return {rule: mask for rule, mask in masks.items() if rule not in self.undecided}

    def after(self, step: Step) -> int:
        return self._sum(feasible(self.broken(step.need, step)))

    def _sum(self, mask: Bools) -> int:
        return int((mask & self.counted).sum())

    def _steps(self, need: m.Need) -> list[Step]:
        held = self.crowd.arrays.forms & self.counted
        forms = [form for form, row in self.crowd.numbering.forms.items() if held[row].any()]
        return [
            step
            for step in steps_of(need, forms)
            if step.rule not in self.undecided
            and self.crowd.covers(step.need)
            and (step.kind != "level" or len(step.need.skills) == len(need.skills))
        ]  # a must at the lowest level has no lower one

    def _left(self, broken: Mapping[Rule, Bools]) -> dict[Stage, int]:
        mask, left = self.counted, {}
        for stage, rules in STAGES.items():
            decided = [broken[rule] for rule in rules if rule in broken]
            if decided:
                mask = mask & ~np.logical_or.reduce(decided)
                left[stage] = int(mask.sum())
        return left

    def _must(
        self, need: m.Need, group: Sequence[m.SkillRequirement], steps: Sequence[tuple[Step, int]]
    ) -> Must:
        skills = {asked.skill for asked in group}
        lower = [n for step, n in steps if step.kind == "level" and step.subject in skills]
        without = [n for step, n in steps if step.kind == WISHED and step.subject in skills]
        return Must(
            group, self._meeting(need, group), max(lower, default=0), max(without, default=0)
        )

    def _meeting(self, need: m.Need, group: Sequence[m.SkillRequirement]) -> int:
        """Who has one of these skills at its level."""
        alone = replace(need, skills=tuple(replace(asked, must=True) for asked in group))
        return self._sum(~self.crowd.broken(alone, [])[Rule.SKILL])

    def _nearest(
        self,
        broken: Mapping[Rule, Bools],
        alone: Bools,
        request: Request,
        catalogue: Catalogue,
    ) -> list[Near]:
        """The best fits of those who break one rule alone, by the engine's fit for this need."""
        who = np.flatnonzero(alone).tolist()
        if not who:
            return []
        rules = {
            i: rule for rule, mask in broken.items() for i in np.flatnonzero(mask & alone).tolist()
        }
        fits = fits_of([self.crowd.profiles[i] for i in who], request, catalogue)
        order = sorted(
            zip(who, fits, strict=True), key=lambda pair: (-pair[1], self._code(pair[0]))
        )
        return [Near(int(self.crowd.ids[i]), self._code(i), rules[i]) for i, _ in order[:NEAREST]]

    def _code(self, index: int) -> str:
        return self.crowd.profiles[index].code


def fits_of(profiles: Sequence[Profile], request: Request, catalogue: Catalogue) -> list[int]:
    """The fit of each for the need, in bp, as a round begins with it."""
    if not profiles:
        return []
    candidates, needs = translate(profiles, [replace(request, filled=0)], catalogue)
    policy = first_policy(has_ratings=any(profile.rating_count for profile in profiles))
    fits = next(Encoded.of(candidates, numbering_of(needs)).fits(needs, policy))
    return [int(fit) for fit in fits]
