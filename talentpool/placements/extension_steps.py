"""The steps of an extension and who is told of them; apart from what leads to them, so that an end can take them too."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ..accounts import telling
from ..db import Session
from ..engagements.models import Engagement
from ..engagements.plan_changes import PlanChange, find_open
from ..language import say
from ..permissions import SYSTEM, Actor
from ..states import Audience, PlanChangeState, Transition, move

BOTH = frozenset({Audience.CANDIDATE, Audience.MUNICIPALITY})


def drop_open(session: Session, engagement: Engagement, *, now: datetime) -> None:
    """An engagement whose end is decided, or comes, is not extended any more."""
    change = find_open(session, engagement)
    if change is not None:
        session.refresh(change, with_for_update=True)
        comment = say("活動の終わりが決まったため。")
        take(
            session, change, "withdraw", actor=SYSTEM, now=now, reason="other", end_comment=comment
        )


def take(
    session: Session,
    change: PlanChange,
    verb: str,
    *,
    actor: Actor,
    now: datetime,
    reason: str | None = None,
    **columns: Any,
) -> None:
    """One step, and those who are told: both sides only of what they were asked about."""
    with session.no_autoflush:  # the state and what it implies change together
        step = move(session, change, verb, actor=actor, now=now, reason=reason)
        if step.target is PlanChangeState.OPEN:
            change.opened_at = now
        if step.is_end:
            change.end_reason, change.ended_at = reason, now
        for name, value in columns.items():
            setattr(change, name, value)
    _tell(session, change, step, actor, now)


def _tell(
    session: Session, change: PlanChange, step: Transition, actor: Actor, now: datetime
) -> None:
    told = [who for who in step.notice if who not in BOTH or change.opened_at is not None]
    links = dict.fromkeys(told, f"/plan_changes/{change.id}")
    user_id = change.engagement.candidate.user_id
    telling.tell(session, change, step, links, user_id=user_id, actor=actor, now=now)
