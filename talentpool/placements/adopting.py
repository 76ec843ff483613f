"""Adopting a round: its plan becomes suggestions. Above rounds, because suggestions are placements."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from ..db import Session
from ..needs.models import Need
from ..permissions import SYSTEM, Action, Actor, require
from ..rounds.models import PlanPair, Round
from ..rounds.service import check_unchanged
from ..states import ROUND, PlacementState, move
from .drafting import add_suggestion, has_live
from .ending import end_placement
from .locking import lock_memberships, lock_needs
from .models import Placement


def adopt_round(session: Session, round_: Round, *, actor: Actor, now: datetime) -> list[Placement]:
    """Adopt a plan whose inputs have not changed since; the new suggestions, one for each pair not yet live.

    Suggestions of earlier rounds for the same needs that nobody has drafted give way to the new plan.
    """
    require(session, actor, Action.RUN_ROUND, round_)
    session.flush()
    session.refresh(round_, with_for_update=True)
    pairs = sorted(round_.pairs, key=_by_seat)
    members = lock_memberships(
        session, round_.prefecture_code, [pair.candidate_id for pair in pairs]
    )
    lock_needs(session, [row.need_id for row in round_.needs])
    if ROUND.transition("adopt", round_.state) is not None:
        check_unchanged(session, round_)
    move(
        session,
        round_,
        "adopt",
        actor=actor,
        now=now,
        detail={"input_hash": round_.input_hash},
    )
    round_.adopted_at, round_.adopted_by = now, actor.user_id
    _supersede_stale(session, round_, actor=actor, now=now)
    return [
        add_suggestion(
            session, round_, session.get_one(Need, pair.need_id), pair.candidate_id,
            {"fit": pair.fit, "parts": pair.parts, "reason": pair.reason}, actor=actor, now=now,
        )
        for pair in pairs
        if pair.candidate_id in members and not has_live(session, pair.need_id, pair.candidate_id)
    ]  # fmt: skip


def _supersede_stale(session: Session, round_: Round, *, actor: Actor, now: datetime) -> None:
    planned = {(pair.need_id, pair.candidate_id) for pair in round_.pairs}
    stale = session.scalars(
        sa.select(Placement)
        .where(
            Placement.need_id.in_([row.need_id for row in round_.needs]),
            Placement.state == PlacementState.SUGGESTED,
            Placement.drafted_at.is_(None),
        )
        .order_by(Placement.id)
    ).all()
    for placement in stale:
        if (placement.need_id, placement.candidate_id) not in planned:
            end_placement(
                session,
                placement,
                "supersede",
                reason="new_round",
                actor=SYSTEM,
                now=now,
                caused_by=actor,
            )


def _by_seat(pair: PlanPair) -> tuple[int, int]:
    return pair.need_id, pair.seat
