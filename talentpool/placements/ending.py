"""How a placement ends, and how the next approved alternate takes its seat by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import sqlalchemy as sa

from ..db import Session
from ..errors import Conflict
from ..ledger import service as ledger
from ..needs.models import Need
from ..permissions import SYSTEM, Actor
from ..states import SEATED, NeedState, PlacementState, Transition, move
from . import terms
from .guards import Rules
from .models import Placement
from .notices import notify
from .reasons import check_comment, check_reason


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
) -> Transition:
    """Take a step that ends the placement: everything on the ledger is given back, all who knew are told.

    `caused_by`: who acted, when the step itself is the system's.
    """
    check_reason(session, verb, placement.state, reason, comment)
    check_comment(comment)
    detail = {"caused_by": caused_by.user_id} if caused_by else None
    step = move(session, placement, verb, actor=actor, now=now, reason=reason, detail=detail)
    placement.ended_at, placement.end_reason, placement.end_comment = (
        now,
        reason,
        comment,
    )
    ledger.release(session, placement.id)
    notify(session, placement, step, actor=caused_by or actor, now=now)
    return step


def advance(session: Session, need: Need, *, now: datetime) -> list[Placement]:
    """Offer free seats to the approved alternates in their order, passing by those whose guards fail."""
    session.flush()
    waiting = list_due(session, need)
    if not waiting:
        return []
    rules = Rules.read(session, waiting)
    offered: list[Placement] = []
    while due := [row for row in list_due(session, need) if row not in offered and row in waiting]:
        placement = due[0]
        waiting.remove(placement)
        if not rules.faults(placement) and _try_hold(session, placement, now):
            offer_held(session, placement, actor=SYSTEM, now=now)
            offered.append(placement)
    return offered


def list_due(session: Session, need: Need, approving: Sequence[Placement] = ()) -> list[Placement]:
    """Approved placements, and those being approved, that may be offered a free seat now, in their order.

    An alternate waits while somebody before it is undecided: proposed, or returned to be drafted again.
    """
    if need.state is not NeedState.OPEN:
        return []
    live = list(_ordered(session, need))
    if not list(free_seats(need, live)):
        return []
    due = []
    for placement in live:
        if placement.state is PlacementState.APPROVED or placement in approving:
            due.append(placement)
        elif placement.state in UNDECIDED:
            break
    return due


UNDECIDED = frozenset({PlacementState.SUGGESTED, PlacementState.PROPOSED})


def free_seats(need: Need, live: Sequence[Placement]) -> Iterator[int]:
    taken = {row.seat for row in live if row.state in SEATED}
    return (seat for seat in range(1, need.seats + 1) if seat not in taken)


def take_hold(session: Session, placement: Placement, now: datetime) -> None:
    """The need's half-days of every month, or NoCapacity and nothing."""
    need = placement.need
    half_days = dict.fromkeys(need.months, need.half_days)
    ledger.hold(
        session,
        placement.id,
        placement.candidate_id,
        placement.municipality_code,
        half_days,
        now,
    )


def offer_held(session: Session, placement: Placement, *, actor: Actor, now: datetime) -> None:
    """Ask the person, once the hold is taken: a seat, a deadline, a mail."""
    live = list(_ordered(session, placement.need))
    seat = next(free_seats(placement.need, live), None)
    if seat is None:
        raise Conflict("この募集の枠は、すでにほかの推薦で埋まっています。")
    placement.seat = seat
    placement.offered_at = now
    placement.offer_until = terms.end_of_term(now, terms.OFFER_DAYS)
    step = move(session, placement, "offer", actor=actor, now=now, detail={"seat": seat})
    notify(session, placement, step, actor=actor, now=now)


def _try_hold(session: Session, placement: Placement, now: datetime) -> bool:
    try:
        take_hold(session, placement, now)
    except Conflict:
        return False
    return True


def _ordered(session: Session, need: Need) -> Iterator[Placement]:
    """Placements of the need that have been drafted and not ended, in the order of the approved list."""
    wanted = SEATED | {PlacementState.APPROVED} | UNDECIDED
    yield from session.scalars(
        sa.select(Placement)
        .where(
            Placement.need_id == need.id,
            Placement.state.in_(wanted),
            Placement.drafted_at.is_not(None),
        )
        .order_by(Placement.rank, Placement.id)
    )
