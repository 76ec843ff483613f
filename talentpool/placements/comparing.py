"""The people who are introduced for one need, beside each other: what a town weighs before it answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import joinedload

from ..candidates.models import Candidate
from ..db import Session
from ..permissions import Actor, visible
from ..reference.catalogue import Catalogue
from ..rounds.figures import Part
from ..states import PlacementState
from . import service, stepping
from .models import Placement
from .weighing import AskedSkill, Month, weigh


@dataclass(frozen=True, slots=True)
class Person:
    """parts: of the fit, as the round weighed them. skills: what the need asks for beside what the person claims.

    evidence: claims of those skills by the state of their evidence. months: of the need's period.
    """

    placement: Placement
    parts: Sequence[Part]
    skills: Mapping[str, AskedSkill]
    evidence: Mapping[str, int]
    months: Sequence[Month]

    @property
    def candidate(self) -> Candidate:
        return self.placement.candidate


@dataclass(frozen=True, slots=True)
class Answer:
    """What the town says of one person: a verb of the table of states, and why."""

    placement: Placement
    verb: str
    reason: str | None
    comment: str


def list_introduced(session: Session, actor: Actor, need_id: int) -> list[Placement]:
    """Those of a need who wait for the answer of the town, the first choice first."""
    query = visible(actor, Placement).where(
        Placement.need_id == need_id,
        Placement.state == PlacementState.INTRODUCED,
        Placement.introduction_until.is_not(None),  # no other conditions are proposed
    )
    query = query.options(joinedload(Placement.need), joinedload(Placement.candidate))
    return list(session.scalars(query.order_by(Placement.seat, Placement.rank, Placement.id)))


def compare(session: Session, rows: Sequence[Placement], catalogue: Catalogue) -> list[Person]:
    return [_person(session, row, catalogue) for row in rows]


def _person(session: Session, row: Placement, catalogue: Catalogue) -> Person:
    weighed = weigh(session, row, catalogue)
    wanted = {skill.skill for skill in weighed.skills}
    return Person(
        placement=row,
        parts=service.list_parts_for_towns(row),
        skills={skill.skill: skill for skill in weighed.skills},
        evidence=Counter(claim.evidence for claim in row.candidate.skills if claim.skill in wanted),
        months=weighed.months,
    )


def answer_all(session: Session, answers: Sequence[Answer], *, actor: Actor, now: datetime) -> None:
    """Say all of them in one unit: one that cannot be said keeps the others from being said."""
    for answer in answers:
        stepping.take_step(
            session, answer.placement, answer.verb,
            actor=actor, now=now, reason=answer.reason, comment=answer.comment,
        )  # fmt: skip
