"""What of a count is told to whom: everything to the prefecture, towns only in steps of three people.

A town can ask as often as it likes, with any conditions. From two exact counts it could tell what one person would
accept: the pay at which 12 become 11 is somebody's least pay. Two answers in steps leave open by how many people they
differ: where the step is the same up to two, where it is another at least one. So most single persons come and go
unseen, but the one with whom a step ends is seen, as somebody: steps make single terms hard to find, not impossible.
Therefore what no town may learn at all, as conflicts of interest, counts nobody out for it (surveying.py). Everything
a town is shown, with its order and its bars, follows from the steps alone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from .. import matching as m
from ..matching.scoring.rules import Rule
from .counting import Costly, Counted, Must, Near, Stage
from .easing import LIFTED_BY, Party

FEW = 3  # people in a step


@dataclass(frozen=True, slots=True, order=True)
class Figure:
    """At least and at most so many people; both are the same where it is told exactly."""

    least: int
    most: int

    @property
    def is_exact(self) -> bool:
        return self.least == self.most


def exactly(people: int) -> Figure:
    return Figure(people, people)


def in_steps(people: int) -> Figure:
    """Nobody, fewer than three, 3 to 5, 6 to 8 and so on."""
    if not people:
        return Figure(0, 0)
    least = people // FEW * FEW
    return Figure(max(least, 1), least + FEW - 1)


@dataclass(frozen=True, slots=True)
class ToldCost:
    rule: Rule
    skill: str | None
    gain: Figure


@dataclass(frozen=True, slots=True)
class ToldMust:
    group: Sequence[m.SkillRequirement]
    people: Figure
    lower: Figure
    without: Figure


@dataclass(frozen=True, slots=True)
class ToldWish:
    asked: m.SkillRequirement
    people: Figure


@dataclass(frozen=True, slots=True)
class ToldEase:
    kind: str
    subject: str | None
    party: Party
    gain: Figure


@dataclass(frozen=True, slots=True)
class ToldNear:
    rule: Rule
    party: Party
    people: Figure


@dataclass(frozen=True, slots=True)
class Told:
    """A count for one reader. people: all who are counted, exactly; eases: what brings most first."""

    people: int
    fitting: Figure
    left: Mapping[Stage, Figure]
    costliest: ToldCost | None
    musts: Sequence[ToldMust]
    wishes: Sequence[ToldWish]
    eases: Sequence[ToldEase]
    near: Sequence[ToldNear]
    nearest: Sequence[Near]
    undecided: Collection[Rule]


def tell(counted: Counted, undecided: Collection[Rule], *, is_exact: bool) -> Told:
    """In figures first, so that no order and no choice after it depends on what is not told."""
    show: Callable[[int], Figure] = exactly if is_exact else in_steps
    costs = [_cost(cost, show) for cost in counted.costs]
    eases = [ToldEase(e.kind, e.subject, e.party, show(e.gain)) for e in counted.eases]
    near = [ToldNear(rule, LIFTED_BY[rule], show(n)) for rule, n in counted.near.items()]
    costliest = max(costs, key=lambda cost: cost.gain, default=None)
    return Told(
        people=counted.people,
        fitting=show(counted.fitting),
        left={stage: show(n) for stage, n in counted.left.items()},
        costliest=costliest if costliest is not None and costliest.gain.least else None,
        musts=[_must(must, show) for must in counted.musts],
        wishes=[ToldWish(wish.asked, show(wish.people)) for wish in counted.wishes],
        eases=sorted(eases, key=lambda ease: -ease.gain.least),
        near=sorted(near, key=lambda one: -one.people.least),
        nearest=counted.nearest if is_exact else (),
        undecided=undecided,
    )


def _cost(cost: Costly, show: Callable[[int], Figure]) -> ToldCost:
    return ToldCost(cost.rule, cost.skill, show(cost.gain))


def _must(must: Must, show: Callable[[int], Figure]) -> ToldMust:
    return ToldMust(must.group, show(must.people), show(must.lower), show(must.without))
