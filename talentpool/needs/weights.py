"""The weights of a need's skills: 100 points in all. Alternatives of a group share theirs, so they count once."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import replace

from ..errors import Refused
from ..language import say
from .content import FULL_WEIGHT, SkillRequirement


def unit_of(place: int, group: str | None, *, must: bool) -> Hashable:
    """What the skill in this place shares its points with: the musts of its group, or nothing."""
    return group if must and group else place


def total_weight(skills: Iterable[SkillRequirement]) -> int:
    heaviest: dict[Hashable, int] = {}
    for place, asked in enumerate(skills):
        unit = unit_of(place, asked.group, must=asked.must)
        heaviest[unit] = max(heaviest.get(unit, 0), asked.weight)
    return sum(heaviest.values())


def share_rest(stated: Sequence[int | None], units: Sequence[Hashable]) -> list[int]:
    """A weight for each: as stated; what is left of the points goes in equal parts to those without."""
    known: dict[Hashable, int] = {}
    for weight, unit in zip(stated, units, strict=True):
        if weight is not None:
            known[unit] = max(known.get(unit, 0), weight)
    open_units = [unit for unit in dict.fromkeys(units) if unit not in known]
    rest = FULL_WEIGHT - sum(known.values())
    if open_units and rest < len(open_units):
        raise Refused.at(
            "skills", say("重みの残りがありません。空欄の技能にも点を書いてください。")
        )
    for place, unit in enumerate(open_units):
        share, more = divmod(rest, len(open_units))
        known[unit] = share + (place < more)
    return [
        known[unit] if weight is None else weight
        for weight, unit in zip(stated, units, strict=True)
    ]


def even_out(skills: Sequence[SkillRequirement]) -> tuple[SkillRequirement, ...]:
    """The same with 100 points in all, in the proportion that they have now; nobody falls below one."""
    units = [unit_of(place, asked.group, must=asked.must) for place, asked in enumerate(skills)]
    heaviest: dict[Hashable, int] = {}
    for asked, unit in zip(skills, units, strict=True):
        heaviest[unit] = max(heaviest.get(unit, 0), asked.weight)
    if not heaviest or sum(heaviest.values()) == FULL_WEIGHT:
        return tuple(skills)
    points = _in_parts(list(heaviest.values()), FULL_WEIGHT)
    given = dict(zip(heaviest, points, strict=True))
    return tuple(
        replace(asked, weight=max(1, given[unit] * asked.weight // heaviest[unit]))
        for asked, unit in zip(skills, units, strict=True)
    )


def keep_proportions(before: Sequence[SkillRequirement], after: Sequence[SkillRequirement]) -> bool:
    """Whether the skills that stand in both weigh the same: as they were, or in proportion beside others."""
    old, new = _by_skill(before), _by_skill(after)
    both = old.keys() & new.keys()
    if old.keys() == new.keys():
        return old == new
    sum_old, sum_new = sum(old[one] for one in both), sum(new[one] for one in both)
    return all(abs(new[one] * sum_old - old[one] * sum_new) <= sum_old for one in both)


def shift_weight(
    skills: Sequence[SkillRequirement], chosen: SkillRequirement, points: int
) -> tuple[SkillRequirement, ...]:
    """The same with `points` more for `chosen` and its alternatives; the others give or take them in proportion."""
    units = [unit_of(place, asked.group, must=asked.must) for place, asked in enumerate(skills)]
    own = units[next(place for place, asked in enumerate(skills) if asked is chosen)]
    heaviest: dict[Hashable, int] = {}
    for asked, unit in zip(even_out(skills), units, strict=True):
        heaviest[unit] = max(heaviest.get(unit, 0), asked.weight)
    others = {unit: weight for unit, weight in heaviest.items() if unit != own}
    most = FULL_WEIGHT - len(others)
    given = {own: min(max(heaviest[own] + points, 1), most)}
    rest = _in_parts(list(others.values()), FULL_WEIGHT - given[own])
    given |= dict(zip(others, rest, strict=True))
    return tuple(
        replace(asked, weight=given[unit]) for asked, unit in zip(skills, units, strict=True)
    )


def _by_skill(skills: Iterable[SkillRequirement]) -> dict[tuple[str, bool], int]:
    return {(asked.skill, asked.must): asked.weight for asked in skills}


def _in_parts(weights: Sequence[int], whole: int) -> list[int]:
    """Whole numbers from 1 that add up to `whole`, as near as can be to the proportion of `weights`."""
    spare, total = whole - len(weights), sum(weights)
    points = [1 + spare * weight // total for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(spare * weights[i] % total), i))
    for place in by_remainder[: whole - sum(points)]:
        points[place] += 1
    return points
