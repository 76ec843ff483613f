"""The steps of an extension and who is told of them; apart from what leads to them, so that an end can take them too."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ..accounts import telling
from ..db import Session
from ..engagements.models import Engagement
from ..engagements.plan_changes import PlanChange, find_open
from ..language import say
from ..ledger import service as ledger
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
    """One step, and those who are told: both sides only of what they were asked about.

    The new months are held from the question to both sides until it is over; NoCapacity where they are not free.
    """
    was_asked = change.state is PlanChangeState.OPEN
    with session.no_autoflush:  # the state and what it implies change together
        step = move(session, change, verb, actor=actor, now=now, reason=reason)
        if step.target is PlanChangeState.OPEN:
            change.opened_at = now
        if step.is_end:
            change.end_reason, change.ended_at = reason, now
        for name, value in columns.items():
            setattr(change, name, value)
    if step.target is PlanChangeState.OPEN:
        hold(session, change, change.months, now)
    elif was_asked:
        hold(session, change, {}, now)
    _tell(session, change, step, actor, now)


def hold(session: Session, change: PlanChange, months: Mapping[int, int], now: datetime) -> None:
    """Make `months` all that is held for the engagement: nothing else is, once it is confirmed."""
    ledger.change_hold(
        session, change.engagement.placement_id, change.candidate_id, change.municipality_code,
        months, now,
    )  # fmt: skip


def _tell(
    session: Session, change: PlanChange, step: Transition, actor: Actor, now: datetime
) -> None:
    told = [who for who in step.notice if who not in BOTH or change.opened_at is not None]
    links = dict.fromkeys(told, f"/plan_changes/{change.id}")
    user_id = change.engagement.candidate.user_id
    telling.tell(session, change, step, links, user_id=user_id, actor=actor, now=now)
