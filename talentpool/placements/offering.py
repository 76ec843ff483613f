"""How the next approved alternate takes a free seat of its need by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import sqlalchemy as sa

from .. import audit
from ..dates import local_date, month_of
from ..db import Session, length_of
from ..deadlines.service import read_terms
from ..errors import Conflict
from ..language import say, sentences
from ..ledger import service as ledger
from ..needs.models import Need
from ..permissions import SYSTEM, Actor
from ..states import LIVE, SEATED, NeedState, PlacementState, move
from ..waits import Wait
from .guards import PERIOD_OVER, Rules, months_ahead
from .models import Placement
from .notices import notify
from .questions.finding import has_open


def advance(session: Session, need: Need, *, now: datetime) -> list[Placement]:
    """Offer free seats to the approved alternates in their order, passing over those who cannot be asked."""
    session.flush()
    waiting = list_due(session, need)
    if not waiting:
        return []
    rules = Rules.read(session, waiting, now)
    offered: list[Placement] = []
    while due := [row for row in list_due(session, need) if row not in offered and row in waiting]:
        placement = due[0]
        waiting.remove(placement)
        why = sentences(rules.faults(placement)) or _try_hold(session, placement, now)
        if why:
            _pass_over(session, placement, why, now)
        else:
            offer_held(session, placement, actor=SYSTEM, now=now)
            offered.append(placement)
    return offered


def list_due(session: Session, need: Need, approving: Sequence[Placement] = ()) -> list[Placement]:
    """Approved placements, and those being approved, whose seat is free, in the order of papers and lists.

    Nobody while a question about the need has no answer.
    """
    if need.state is not NeedState.OPEN or has_open(session, need.id):
        return []
    live = list_drafted(session, need)
    free = set(free_seats(need, live))
    return [
        row
        for row in live
        if row.seat in free and (row.state is PlacementState.APPROVED or row in approving)
    ]


def list_drafted(session: Session, need: Need) -> list[Placement]:
    """Placements of the need that have been drafted and not ended, in the order of papers and lists."""
    query = sa.select(Placement).where(
        Placement.need_id == need.id,
        Placement.state.in_(LIVE),
        Placement.drafted_at.is_not(None),
    )
    order = Placement.paper_id, Placement.rank, Placement.id
    return list(session.scalars(query.order_by(*order)))


def free_seats(need: Need, live: Sequence[Placement]) -> Iterator[int]:
    taken = {row.seat for row in live if row.state in SEATED}
    return (seat for seat in range(1, need.seats + 1) if seat not in taken)


def take_hold(session: Session, placement: Placement, now: datetime) -> None:
    """The need's half-days of every month that is not over, or NoCapacity and nothing."""
    conditions = placement.conditions
    ahead = months_ahead(conditions, month_of(local_date(now)))
    if not ahead:
        raise Conflict(PERIOD_OVER)
    half_days = dict.fromkeys(ahead, conditions.half_days)
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
    live = list_drafted(session, placement.need)
    if placement.seat not in set(free_seats(placement.need, live)):
        raise Conflict(say("この募集の枠は、すでにほかの推薦で埋まっています。"))
    placement.passed_at = placement.passed_why = None
    placement.offered_at = now
    terms = read_terms(session, placement.prefecture_code)
    placement.offer_until = terms.due(Wait.OFFER, now)
    step = move(session, placement, "offer", actor=actor, now=now, detail={"seat": placement.seat})
    notify(session, placement, step, actor=actor, now=now)


def _try_hold(session: Session, placement: Placement, now: datetime) -> str:
    """Why there is no hold; nothing once it is taken."""
    try:
        take_hold(session, placement, now)
    except Conflict as conflict:
        return conflict.message
    return ""


def _pass_over(session: Session, placement: Placement, why: str, now: datetime) -> None:
    """Note why the person could not be asked; the timer tries again, and notes only what is new."""
    if why[: length_of(Placement.passed_why)] == placement.passed_why:
        return
    placement.passed_at, placement.passed_why = now, why
    audit.record(
        session, audit.Deed.PLACEMENT_PASS, placement, actor=SYSTEM, now=now, detail={"why": why}
    )
