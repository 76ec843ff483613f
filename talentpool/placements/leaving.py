"""What ends when a person leaves the pool or withdraws a consent that a placement rests on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from ..candidates import endings
from ..candidates.models import Candidate
from ..dates import local_date, month_of
from ..db import Session
from ..engagements.models import Engagement
from ..errors import Conflict
from ..language import say
from ..ledger.models import Commitment
from ..needs.models import JointMember
from ..permissions import Actor
from ..states import HOLDING, NAMED, PENDING, EngagementState, PlacementState
from .ending import end_with_cause
from .locking import lock_memberships, lock_placements
from .models import Placement
from .offering import advance

WORK_AHEAD = say(
    "確定した活動がまだ終わっていないため、退会できません。活動の期間が終わってから手続きするか、県の担当者に連絡してください。"
)


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
    ended = [row for row in live if row.state in PENDING]
    for placement in ended:
        end_with_cause(session, placement, reason=reason, caused_by=actor, now=now)
    for need in {row.need_id: row.need for row in ended}.values():
        advance(session, need, now=now)


def _list_live(session: Session, candidate: Candidate, audience: str) -> list[Placement]:
    is_prefecture = len(audience) == 2
    where = Placement.prefecture_code == audience
    states = PENDING
    if not is_prefecture:
        joint = sa.select(JointMember.need_id).where(JointMember.municipality_code == audience)
        where = (Placement.municipality_code == audience) | Placement.need_id.in_(joint)
        states = PENDING & NAMED
    query = sa.select(Placement).where(
        Placement.candidate_id == candidate.id, where, Placement.state.in_(states)
    )
    return list(session.scalars(query.order_by(Placement.id)))


@dataclass(frozen=True, slots=True)
class Ending:
    """What the end of a registration means for what the person knows of."""

    offers: int  # that wait for the person's answer
    introductions: int  # to towns that know the name, not confirmed yet
    half_days: int  # held on the ledger
    has_work: bool  # confirmed and not over: that stays


def list_ending(
    session: Session, candidate: Candidate, prefecture_code: str, *, now: datetime
) -> Ending:
    asked = [row for row in _list_live(session, candidate, prefecture_code) if row.state in HOLDING]
    held = sa.select(sa.func.sum(Commitment.half_days)).where(
        Commitment.placement_id.in_([row.id for row in asked])
    )
    offers = sum(row.state is PlacementState.OFFERED for row in asked)
    return Ending(
        offers=offers,
        introductions=len(asked) - offers,
        half_days=session.scalar(held) or 0,
        has_work=_has_work_ahead(session, candidate, prefecture_code, now),
    )


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
