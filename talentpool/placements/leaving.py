"""What ends when a person leaves the pool or withdraws a consent that a placement rests on."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from ..candidates import endings
from ..candidates.models import Candidate
from ..dates import local_date, month_of
from ..db import Session
from ..engagements.models import Engagement
from ..errors import Conflict
from ..permissions import SYSTEM, Actor
from ..states import HOLDING, LIVE, NAMED, EngagementState, PlacementState
from .ending import advance, end_placement
from .locking import lock_memberships, lock_placements
from .models import Placement

WORK_AHEAD = "確定した活動がまだ終わっていないため、退会できません。県の担当者に連絡し、活動の取り消しまたは終了の後で手続きしてください。"


def end_placements(
    session: Session,
    candidate: Candidate,
    prefecture_code: str,
    reason: str,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """End what is live of the person in a prefecture's pool, or, for a municipality's code, what that town was told.

    Confirmed work is an agreement between three parties: who has some ahead cannot leave before it is over.
    """
    lock_memberships(session, prefecture_code[:2], [candidate.id], is_ending=True)
    live = _list_live(session, candidate, prefecture_code)
    lock_placements(session, live)
    if reason == endings.LEFT and _has_work_ahead(session, candidate, prefecture_code, now):
        raise Conflict(WORK_AHEAD)
    ended = [row for row in live if row.state in LIVE - {PlacementState.CONFIRMED}]
    for placement in ended:
        verb = "revoke" if placement.state in HOLDING else "supersede"
        end_placement(
            session,
            placement,
            verb,
            reason=reason,
            actor=SYSTEM,
            now=now,
            caused_by=actor,
        )
    for need in {row.need_id: row.need for row in ended}.values():
        advance(session, need, now=now)


def _list_live(session: Session, candidate: Candidate, audience: str) -> list[Placement]:
    is_prefecture = len(audience) == 2
    where = Placement.prefecture_code == audience
    states = LIVE - {PlacementState.CONFIRMED}
    if not is_prefecture:
        where, states = (
            Placement.municipality_code == audience,
            NAMED - {PlacementState.CONFIRMED},
        )
    query = sa.select(Placement).where(
        Placement.candidate_id == candidate.id, where, Placement.state.in_(states)
    )
    return list(session.scalars(query.order_by(Placement.id)))


def _has_work_ahead(
    session: Session, candidate: Candidate, prefecture_code: str, now: datetime
) -> bool:
    query = (
        sa.select(Engagement.id)
        .join(Placement, Placement.id == Engagement.placement_id)
        .where(
            Placement.candidate_id == candidate.id,
            Placement.prefecture_code == prefecture_code,
            Placement.state == PlacementState.CONFIRMED,
            Engagement.state != EngagementState.ENDED,
            Engagement.last_month >= month_of(local_date(now)),
        )
    )
    return session.scalars(query).first() is not None


def town_may_contact(session: Session, actor: Actor, candidate_id: int) -> bool:
    """Both have said yes: the town may telephone."""
    query = sa.select(Placement.id).where(
        Placement.candidate_id == candidate_id,
        Placement.municipality_code == actor.municipality_code,
        Placement.state.in_([PlacementState.AGREED, PlacementState.CONFIRMED]),
    )
    return session.scalars(query).first() is not None
