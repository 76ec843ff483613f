"""Required skills that nobody in the pool has together: found before a need waits for somebody who does not exist."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

import sqlalchemy as sa

from ..candidates.models import CandidateSkill, Membership
from ..db import Session
from ..needs.content import SkillRequirement
from ..needs.weights import unit_of
from ..states import MembershipState

Group = tuple[SkillRequirement, ...]  # alternatives: one of them is enough
# candidate → skill → level and year of the last use
Levels = Mapping[int, Mapping[str, tuple[int, int | None]]]
NOTHING = (0, None)
LARGEST = 3  # groups that are named together


def read_levels(session: Session, prefecture_code: str) -> Levels:
    """What the active people of the pool claim; those without any skill are not among them."""
    query = (
        sa.select(
            CandidateSkill.candidate_id, CandidateSkill.skill, CandidateSkill.level,
            CandidateSkill.last_used,
        )
        .join(Membership, Membership.candidate_id == CandidateSkill.candidate_id)
        .where(
            Membership.prefecture_code == prefecture_code,
            Membership.state == MembershipState.ACTIVE,
        )
    )  # fmt: skip
    levels: dict[int, dict[str, tuple[int, int | None]]] = {}
    for person, skill, level, used in session.execute(query):
        levels.setdefault(person, {})[skill] = level, used
    return levels


def find_impossible(
    skills: Sequence[SkillRequirement], levels: Levels, first_month: int
) -> list[list[Group]]:
    """The smallest sets of required skills that nobody satisfies for work from `first_month` on; nothing where
    somebody satisfies all.

    Sets of more than `LARGEST` groups are not told apart: all of the groups are named then.
    """
    groups = _groups(skill for skill in skills if skill.must)
    able = [_who(group, levels, first_month) for group in groups]
    if not groups or set.intersection(*able):
        return []
    for size in range(1, min(LARGEST, len(groups)) + 1):
        found = [
            [groups[i] for i in chosen]
            for chosen in combinations(range(len(groups)), size)
            if not set.intersection(*(able[i] for i in chosen))
        ]
        if found:
            return found
    return [groups]


def _groups(skills: Iterable[SkillRequirement]) -> list[Group]:
    groups: dict[object, list[SkillRequirement]] = {}
    for place, skill in enumerate(skills):
        groups.setdefault(unit_of(place, skill.group, must=True), []).append(skill)
    return [tuple(group) for group in groups.values()]


def _who(group: Group, levels: Levels, first_month: int) -> set[int]:
    asked = [(skill.skill, skill.level, skill.since(first_month)) for skill in group]
    return {
        person
        for person, claims in levels.items()
        if any(_meets(claims.get(skill, NOTHING), level, since) for skill, level, since in asked)
    }


def _meets(claim: tuple[int, int | None], level: int, since: int | None) -> bool:
    own, used = claim
    return own >= level and (since is None or (used is not None and used >= since))
