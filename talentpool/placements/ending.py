"""How a placement ends: by hand, by time, or with what it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ..db import Session
from ..ledger import service as ledger
from ..permissions import SYSTEM, Action, Actor, require
from ..reference.reasons import check_said
from ..states import HOLDING, PLACEMENT, move
from .counters.ending import supersede_open
from .locking import lock_placements
from .models import Placement
from .notices import notify
from .offering import advance
from .papers import note_end, note_undoing


def end_placement(
    session: Session,
    placement: Placement,
    verb: str,
    *,
    reason: str | None,
    actor: Actor,
    now: datetime,
    comment: str = "",
    caused_by: Actor | None = None,
    right: Action | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Take a step that ends the placement: everything on the ledger is given back, all who knew are told.

    `caused_by`: who acted, when the step itself is the system's. `right`: as for `move`; `detail`: more for the trail.
    """
    check_said(session, PLACEMENT.transition(verb, placement.state), reason, comment)
    placement.passed_at = placement.passed_why = None
    told = {"caused_by": caused_by.user_id} if caused_by else {}
    step = move(
        session, placement, verb, actor=actor, now=now, reason=reason,
        detail={**told, **(detail or {})}, right=right,
    )  # fmt: skip
    placement.ended_at, placement.end_reason, placement.end_comment = now, reason, comment
    ledger.release(session, placement.id)
    supersede_open(session, placement, now)
    if verb == "undo":
        note_undoing(session, placement, actor=actor, now=now)
    note_end(session, placement, actor=actor, now=now)
    notify(session, placement, step, actor=caused_by or actor, now=now)


def end_by_hand(
    session: Session,
    placement: Placement,
    verb: str,
    *,
    reason: str | None,
    actor: Actor,
    now: datetime,
    comment: str = "",
) -> None:
    """Take a step by which somebody ends the placement; the next alternate is offered."""
    require(session, actor, PLACEMENT.steps[verb].action, placement)
    lock_placements(session, [placement])
    end_placement(session, placement, verb, reason=reason, actor=actor, now=now, comment=comment)
    advance(session, placement.need, now=now)


def end_with_cause(
    session: Session, placement: Placement, *, reason: str, caused_by: Actor, now: datetime
) -> None:
    """End what cannot outlive its cause: a hold is revoked, what comes before one is superseded."""
    verb = "revoke" if placement.state in HOLDING else "supersede"
    end_placement(
        session, placement, verb, reason=reason, actor=SYSTEM, now=now, caused_by=caused_by
    )
