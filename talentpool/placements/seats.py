"""Seats that nobody is on the way to: who cannot be asked, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload

from ..dates import month_of
from ..db import Session
from ..needs.models import Need
from ..permissions import Actor, visible
from ..states import LIVE, SEATED, NeedState, PlacementState
from .models import Placement
from .offering import free_seats

_P = Placement
# What may still lead to somebody who is asked. SQL and Python agree on it by `is_on_the_way`.
_COMING = {PlacementState.SUGGESTED, PlacementState.PROPOSED}


@dataclass(frozen=True, slots=True)
class Seats:
    """The free seats of an open need whose papers have been approved before."""

    free: int
    passed: Sequence[Placement]  # approved people who cannot be asked, in their order
    stuck: int  # of them, those to which nobody is on the way

    @property
    def is_stuck(self) -> bool:
        return self.stuck > 0

    @property
    def people(self) -> set[int]:
        """Ids of those whose names are shown."""
        return {row.candidate_id for row in self.passed}


def is_on_the_way(placement: Placement) -> bool:
    if placement.state in _COMING:
        return True
    return placement.state is PlacementState.APPROVED and placement.passed_at is None


def look_at_seats(session: Session, need: Need, today: date) -> Seats | None:
    """None where there is nothing to say: no free seat, not open, its months over, or nobody approved yet."""
    if need.state is not NeedState.OPEN or need.last_month < month_of(today):
        return None
    rows = session.scalars(
        sa.select(_P)
        .where(_P.need_id == need.id, _P.state.in_(LIVE) | _P.approved_at.is_not(None))
        .options(joinedload(_P.candidate))
        .order_by(_P.rank, _P.id)
    ).all()
    live = [row for row in rows if row.state in LIVE]
    free = set(free_seats(need, live))
    if not free or not any(row.approved_at for row in rows):
        return None
    near = [row for row in live if row.seat is None or row.seat in free]
    coming = [row.seat for row in near if is_on_the_way(row)]
    seated = {seat for seat in coming if seat is not None}
    return Seats(
        free=len(free),
        passed=[row for row in near if row.passed_at is not None],
        stuck=max(0, len(free) - len(seated) - coming.count(None)),
    )


def list_stuck(session: Session, actor: Actor, today: date) -> list[Need]:
    """Open needs with months ahead, a free seat and nobody on the way to it, although somebody was approved before.

    Whoever is on the way without a seat yet comes to one of those that are left.
    """
    taken = sa.select(sa.func.count(_P.id)).where(_P.need_id == Need.id, _P.state.in_(SEATED))
    is_asked_next = (_P.state == PlacementState.APPROVED) & _P.passed_at.is_(None)
    holder = aliased(_P)
    is_taken = sa.exists().where(
        holder.need_id == _P.need_id, holder.seat == _P.seat, holder.state.in_(SEATED)
    )
    is_coming = _P.state.in_(_COMING) | is_asked_next
    seated = sa.select(sa.func.count(_P.seat.distinct())).where(
        _P.need_id == Need.id, is_coming, _P.seat <= Need.seats, ~is_taken
    )
    loose = sa.select(sa.func.count(_P.id)).where(
        _P.need_id == Need.id, is_coming, _P.seat.is_(None)
    )
    coming = (query.scalar_subquery() for query in (taken, seated, loose))
    query = visible(actor, Need).where(
        Need.state == NeedState.OPEN,
        Need.last_month >= month_of(today),
        sum(coming, sa.literal(0)) < Need.seats,
        sa.exists().where(_P.need_id == Need.id, _P.approved_at.is_not(None)),
    )
    return list(session.scalars(query.order_by(Need.id)))
