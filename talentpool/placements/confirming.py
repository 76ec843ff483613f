"""確定 and 取消し: the booking, the frozen paper and the engagement, and how they are taken back."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from ..db import Session
from ..engagements.models import Engagement
from ..errors import Conflict
from ..ledger import service as ledger
from ..permissions import Action, Actor, require
from ..states import PlacementState, move
from . import terms
from .ending import advance, end_placement
from .guards import check_pair
from .locking import lock_placements
from .models import Placement
from .notices import notify
from .papers import freeze_paper

WINDOW_OVER = "取り消せる期間を過ぎています。活動の終了として手続きしてください。"


def confirm_placement(
    session: Session, placement: Placement, *, actor: Actor, now: datetime
) -> None:
    """確定する: the hold becomes a booking, the decision is frozen and numbered, an engagement begins."""
    require(session, actor, Action.CONFIRM_PLACEMENT, placement)
    lock_placements(session, [placement])
    if placement.state is PlacementState.AGREED:
        check_pair(session, placement)
    step = move(session, placement, "confirm", actor=actor, now=now)
    placement.confirmed_at, placement.confirmed_by = now, actor.user_id
    placement.undo_until = terms.end_of_term(now, terms.UNDO_DAYS)
    booked = ledger.book_held(session, placement.id, now)
    freeze_paper(session, placement, booked, now=now)
    session.add(
        Engagement(
            placement_id=placement.id,
            prefecture_code=placement.prefecture_code,
            first_month=min(booked),
            last_month=max(booked),
            created_at=now,
        )
    )
    notify(session, placement, step, actor=actor, now=now)


def undo_confirmation(
    session: Session,
    placement: Placement,
    *,
    reason: str | None,
    actor: Actor,
    now: datetime,
    comment: str = "",
) -> None:
    """取り消す inside the window: half-days free again, engagement ended, those told who were told before."""
    require(session, actor, Action.CONFIRM_PLACEMENT, placement)
    lock_placements(session, [placement])
    if placement.state is PlacementState.CONFIRMED:
        _check_window(placement, now)
    end_placement(session, placement, "undo", reason=reason, actor=actor, now=now, comment=comment)
    engagement = session.scalars(
        sa.select(Engagement).where(Engagement.placement_id == placement.id).with_for_update()
    ).one()
    move(session, engagement, "undo", actor=actor, now=now, reason=reason)
    advance(session, placement.need, now=now)


def revoke_placement(
    session: Session,
    placement: Placement,
    *,
    reason: str | None,
    actor: Actor,
    now: datetime,
    comment: str = "",
) -> None:
    """取り消す before the confirmation: the hold is given back and the next alternate is offered."""
    require(session, actor, Action.CONFIRM_PLACEMENT, placement)
    lock_placements(session, [placement])
    end_placement(
        session,
        placement,
        "revoke",
        reason=reason,
        actor=actor,
        now=now,
        comment=comment,
    )
    advance(session, placement.need, now=now)


def can_be_undone(placement: Placement, now: datetime) -> bool:
    return placement.undo_until is not None and now <= placement.undo_until


def _check_window(placement: Placement, now: datetime) -> None:
    if not can_be_undone(placement, now):
        raise Conflict(WINDOW_OVER)
