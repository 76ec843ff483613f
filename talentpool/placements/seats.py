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
    is_stuck: bool  # nobody is on the way

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
    coming = [row for row in live if row.seat is None or row.seat in free]
    return Seats(
        free=len(free),
        passed=[row for row in coming if row.passed_at is not None],
        is_stuck=not any(is_on_the_way(row) for row in coming),
    )


def list_stuck(session: Session, actor: Actor, today: date) -> list[Need]:
    """Open needs with months ahead, a free seat and nobody on the way to it, although somebody was approved before."""
    taken = sa.select(sa.func.count(_P.id)).where(_P.need_id == Need.id, _P.state.in_(SEATED))
    is_asked_next = (_P.state == PlacementState.APPROVED) & _P.passed_at.is_(None)
    holder = aliased(_P)
    is_taken = sa.exists().where(
        holder.need_id == _P.need_id, holder.seat == _P.seat, holder.state.in_(SEATED)
    )
    coming = sa.exists().where(
        _P.need_id == Need.id, _P.state.in_(_COMING) | is_asked_next, ~is_taken
    )
    query = visible(actor, Need).where(
        Need.state == NeedState.OPEN,
        Need.last_month >= month_of(today),
        taken.scalar_subquery() < Need.seats,
        sa.exists().where(_P.need_id == Need.id, _P.approved_at.is_not(None)),
        ~coming,
    )
    return list(session.scalars(query.order_by(Need.id)))
