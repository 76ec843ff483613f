"""Closing and withdrawing a need. Here and not with the needs, because its placements end with it."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from ..db import Session
from ..errors import Refused
from ..language import say
from ..needs.drafting import free_draft
from ..needs.models import Need, Outcome
from ..needs.reviewing import tell
from ..permissions import Action, Actor, require
from ..reference.reasons import check_said
from ..states import HOLDING, NEED, PENDING, SERVED, Audience, move
from .ending import end_with_cause
from .locking import lock_needs
from .models import Placement
from .questions.answering import dismiss_open

FILLED = "filled"  # code of the vocabulary need_close_reason
_CLOSED = "need_closed"  # code of the vocabularies supersede_reason and revoke_reason


def close_need(
    session: Session,
    need: Need,
    *,
    reason: str | None,
    actor: Actor,
    now: datetime,
    comment: str = "",
) -> None:
    """募集を終了する: the outcome follows from the confirmed seats; what is still live ends with its own reason.

    Refused when the reason says "filled" and not every seat is confirmed.
    """
    require(session, actor, Action.REVIEW_NEED, need)
    lock_needs(session, [need.id])
    confirmed = count_confirmed(session, need)
    if reason == FILLED and confirmed < need.seats:
        message = say(
            "確定した枠は%(seats)s枠のうち%(confirmed)s枠です。「充足した」では終了できません。",
            seats=need.seats,
            confirmed=confirmed,
        )
        raise Refused.at("reason", message)
    _end(session, need, "close", _outcome(need, confirmed), reason, comment, actor, now)


def withdraw_need(
    session: Session,
    need: Need,
    *,
    reason: str | None,
    actor: Actor,
    now: datetime,
    comment: str = "",
) -> None:
    """取り下げる: the town no longer wants it. Confirmed engagements are not touched."""
    require(session, actor, Action.EDIT_NEED, need)
    lock_needs(session, [need.id])
    _end(session, need, "withdraw", Outcome.WITHDRAWN, reason, comment, actor, now)


def count_confirmed(session: Session, need: Need) -> int:
    """Seats that somebody has or had with a confirmation."""
    query = sa.select(sa.func.count(Placement.seat.distinct())).where(
        Placement.need_id == need.id, Placement.state.in_(SERVED)
    )
    return session.scalar(query) or 0


def list_ending(session: Session, need: Need) -> list[Placement]:
    """The placements that end when the need does."""
    query = sa.select(Placement).where(Placement.need_id == need.id, Placement.state.in_(PENDING))
    return list(session.scalars(query.order_by(Placement.rank, Placement.id)))


def people_told(session: Session, need: Need, verb: str) -> list[Audience]:
    """Who hears of the need's end: by the table, and the persons and towns who were asked."""
    step = NEED.transition(verb, need.state)
    told = set(step.notice) if step else set()
    if any(placement.state in HOLDING for placement in list_ending(session, need)):
        told.add(Audience.CANDIDATE)
    return [audience for audience in Audience if audience in told]


def _outcome(need: Need, confirmed: int) -> Outcome:
    if confirmed >= need.seats:
        return Outcome.FILLED
    return Outcome.PARTLY_FILLED if confirmed else Outcome.UNFILLED


def _end(
    session: Session,
    need: Need,
    verb: str,
    outcome: Outcome,
    reason: str | None,
    comment: str,
    actor: Actor,
    now: datetime,
) -> None:
    check_said(session, NEED.transition(verb, need.state), reason, comment)
    ending = list_ending(session, need)
    free_draft(session, need, actor=actor, now=now)
    taken = move(
        session,
        need,
        verb,
        actor=actor,
        now=now,
        reason=reason,
        detail={"outcome": str(outcome)},
    )
    need.closed_at, need.outcome = now, outcome
    need.review_reason, need.review_comment = reason, comment
    tell(session, need, taken, actor=actor, now=now)
    dismiss_open(session, need, now)
    for placement in ending:
        end_with_cause(session, placement, reason=_CLOSED, caused_by=actor, now=now)
