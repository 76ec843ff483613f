"""確定 and 取消し: the booking, the outcome on the paper and the engagement, and how they are taken back."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from ..dates import local_date, month_of
from ..db import Session
from ..engagements.models import Engagement, Outcome
from ..engagements.month_additions import supersede_open
from ..engagements.service import was_logged
from ..errors import Conflict
from ..language import say
from ..ledger import service as ledger
from ..permissions import Action, Actor, require
from ..states import PlacementState, move
from . import terms
from .ending import end_by_hand
from .extension_steps import drop_open
from .guards import check_pair
from .locking import lock_placements
from .models import Placement
from .notices import notify
from .papers import note_confirmation
from .stating import check_accepted

WINDOW_OVER = say("取り消せる期間を過ぎています。")
WORKED = say("活動記録が送られているため、取り消せません。活動の終了を決めてください。")


def confirm_placement(
    session: Session, placement: Placement, *, actor: Actor, now: datetime
) -> None:
    """確定する: the hold becomes a booking, the paper says the outcome, an engagement begins."""
    require(session, actor, Action.CONFIRM_PLACEMENT, placement)
    lock_placements(session, [placement])
    agreed = None
    if placement.state is PlacementState.AGREED:
        check_pair(session, placement, now)
        agreed = check_accepted(session, placement, now)
    step = move(session, placement, "confirm", actor=actor, now=now)
    assert agreed is not None  # no other state is confirmed
    placement.confirmed_at, placement.confirmed_by = now, actor.user_id
    placement.undo_until = terms.end_of_undoing(now)
    ledger.release(session, placement.id, before=month_of(local_date(now)))  # nobody worked then
    booked = ledger.book_held(session, placement.id, now)
    note_confirmation(session, placement, booked, actor=actor, now=now)
    session.add(
        Engagement(
            placement_id=placement.id,
            prefecture_code=placement.prefecture_code,
            municipality_code=placement.municipality_code,
            need_id=placement.need_id,
            candidate_id=placement.candidate_id,
            form=agreed.form,
            terms_id=agreed.id,
            first_month=min(booked),
            last_month=max(booked),
            last_day=agreed.last_day,
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
    if placement.state is PlacementState.CONFIRMED and not can_be_undone(placement, now):
        raise Conflict(WINDOW_OVER)
    if was_logged(session, placement.id):
        raise Conflict(WORKED)
    end_by_hand(session, placement, "undo", reason=reason, actor=actor, now=now, comment=comment)
    engagement = session.scalars(
        sa.select(Engagement).where(Engagement.placement_id == placement.id).with_for_update()
    ).one()
    drop_open(session, engagement, now=now)
    supersede_open(session, engagement, now=now)
    move(session, engagement, "undo", actor=actor, now=now, reason=reason)
    engagement.outcome, engagement.ended_at = Outcome.UNDONE, now


def can_be_undone(placement: Placement, now: datetime) -> bool:
    return placement.undo_until is not None and now <= placement.undo_until
