"""Whom a joint need brings, and the days that they worked, by the town whose days they were."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ..candidates.models import Candidate
from ..db import Session
from ..engagements.models import Engagement, WorkDay, WorkLog
from ..needs.joint.reading import parts_of
from ..needs.joint.shares import town_of
from ..needs.models import Need
from ..permissions import Action, Actor, Role, condition
from ..states import NAMED, WorkLogState
from .models import Placement


@dataclass(frozen=True, slots=True)
class Month:
    """A month that was logged. half_days: by town, None for days that are nobody's by the rota."""

    month: int
    is_signed: bool
    days: Sequence[date]  # of the reader's town; all where the reader sees every town's
    half_days: Mapping[str | None, int]


@dataclass(frozen=True, slots=True)
class Work:
    engagement: Engagement
    person: Candidate | None  # none where the reader may no longer see the name
    months: Sequence[Month]


def list_introduced(session: Session, need: Need, actor: Actor) -> Sequence[Placement]:
    """The people whose names the town of `actor` knows through this need, as far as they work there not yet."""
    known = sa.select(Candidate.id).where(condition(actor, Action.VIEW_CANDIDATE, Candidate))
    query = sa.select(Placement).where(
        Placement.need_id == need.id, Placement.state.in_(NAMED), Placement.candidate_id.in_(known)
    )
    options = joinedload(Placement.candidate)
    return session.scalars(query.options(options).order_by(Placement.seat, Placement.id)).all()


def list_work(session: Session, need: Need, actor: Actor) -> list[Work]:
    """The work of the need with its logged days; a member town is shown those of its own days alone."""
    query = sa.select(Engagement).where(
        Engagement.need_id == need.id, condition(actor, Action.VIEW_JOINT_WORK, Engagement)
    )
    found = session.scalars(query.order_by(Engagement.id)).all()
    known = sa.select(Candidate).where(
        Candidate.id.in_([row.candidate_id for row in found]),
        condition(actor, Action.VIEW_CANDIDATE, Candidate),
    )
    people = {person.id: person for person in session.scalars(known)}
    logs = session.scalars(
        sa.select(WorkLog)
        .where(
            WorkLog.engagement_id.in_([row.id for row in found]),
            WorkLog.state != WorkLogState.DRAFT,
        )
        .order_by(WorkLog.month)
    ).all()
    own = _only(need, actor)
    return [
        Work(
            row,
            people.get(row.candidate_id),
            [_month(need, log, own) for log in logs if log.engagement_id == row.id],
        )
        for row in found
    ]


def _only(need: Need, actor: Actor) -> str | None:
    """The town whose days alone the reader is shown; none for the lead town and the prefecture."""
    is_member = (
        actor.role is Role.MUNICIPALITY and actor.municipality_code != need.municipality_code
    )
    return actor.municipality_code if is_member else None


def _month(need: Need, log: WorkLog, own: str | None) -> Month:
    parts = parts_of(need)
    counts: Counter[str | None] = Counter()
    days = []
    for row in log.days:
        town = town_of(parts, row.day)
        if own is None or town == own:
            counts[town] += _half_days(row)
            days.append(row.day)
    return Month(log.month, log.state is WorkLogState.CLOSED, days, counts)


def _half_days(row: WorkDay) -> int:
    return row.part.half_days if row.part is not None else 0
