"""What time alone brings: deadlines that have passed, and seats that alternates can take by now.

Called by the worker's timer; calling it twice changes nothing.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from ..db import Database, Session
from ..needs.models import Need
from ..permissions import SYSTEM
from ..states import SEATED, NeedState, PlacementState
from .ending import advance, end_placement
from .locking import lock_needs, lock_placements
from .models import Placement

_OFFER_OVER, _INTRODUCTION_OVER = (
    "candidate_deadline",
    "town_deadline",
)  # vocabulary lapse_reason


def list_overdue(session: Session, now: datetime) -> list[int]:
    """Ids of placements whose answer is late."""
    return list(session.scalars(sa.select(Placement.id).where(_late(now)).order_by(Placement.id)))


def lapse_overdue(session: Session, now: datetime) -> list[Placement]:
    """End every placement whose answer is late and offer its seat to the next alternate; the ended ones."""
    late = session.scalars(sa.select(Placement).where(_late(now)).order_by(Placement.id)).all()
    lock_placements(session, late)
    lapsed = [placement for placement in late if _deadline(placement) is not None]
    for placement in lapsed:
        reason = _OFFER_OVER if placement.state is PlacementState.OFFERED else _INTRODUCTION_OVER
        end_placement(session, placement, "lapse", reason=reason, actor=SYSTEM, now=now)
    for need in {placement.need.id: placement.need for placement in lapsed}.values():
        advance(session, need, now=now)
    return lapsed


def list_waiting(session: Session) -> list[int]:
    """Ids of open needs with a free seat and somebody approved for it."""
    taken = (
        sa.select(sa.func.count(Placement.id))
        .where(Placement.need_id == Need.id, Placement.state.in_(SEATED))
        .scalar_subquery()
    )
    waits = sa.exists().where(
        Placement.need_id == Need.id, Placement.state == PlacementState.APPROVED
    )
    query = sa.select(Need.id).where(Need.state == NeedState.OPEN, waits, taken < Need.seats)
    return list(session.scalars(query.order_by(Need.id)))


def fill_seats(session: Session, now: datetime) -> list[Placement]:
    """Offer free seats to alternates who could not be asked before: a need was on hold, a person had no time."""
    ids = list_waiting(session)
    lock_needs(session, ids)
    return [row for ident in ids for row in advance(session, session.get_one(Need, ident), now=now)]


def keep_time(database: Database, now: datetime) -> None:
    """What the worker does every minute; it writes only when something is due."""
    with database.reading() as session:
        is_late, is_waiting = bool(list_overdue(session, now)), bool(list_waiting(session))
    if is_late:
        database.repeat(lambda session: lapse_overdue(session, now))
    if is_waiting:
        database.repeat(lambda session: fill_seats(session, now))


def _late(now: datetime) -> sa.ColumnElement[bool]:
    return (Placement.state == PlacementState.OFFERED) & (Placement.offer_until < now) | (
        Placement.state == PlacementState.INTRODUCED
    ) & (Placement.introduction_until < now)


def _deadline(placement: Placement) -> datetime | None:
    """When the present answer is due; None where nobody is asked."""
    if placement.state is PlacementState.OFFERED:
        return placement.offer_until
    if placement.state is PlacementState.INTRODUCED:
        return placement.introduction_until
    return None
