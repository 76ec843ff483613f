"""Where a need stands: its state, and what follows from a return and from its seats."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import sqlalchemy as sa

from ..db import Session
from ..standing import NeedStanding
from ..states import SEATED, NeedState, PlacementState
from .models import Need

# Placements lie above this package, so their table is named here.
_PLACEMENT = sa.table("placement", sa.column("need_id"), sa.column("state"))


def _count_seats(states: Collection[PlacementState]) -> sa.ScalarSelect[int]:
    return (
        sa.select(sa.func.count())
        .select_from(_PLACEMENT)
        .where(
            _PLACEMENT.c.need_id == Need.id,
            _PLACEMENT.c.state.in_([str(state) for state in sorted(states)]),
        )
        .correlate(Need)
        .scalar_subquery()
    )


def standing() -> sa.ColumnElement[str]:
    """The standing of a need, for queries."""
    is_open = Need.state == NeedState.OPEN
    is_confirmed = Need.seats <= _count_seats({PlacementState.CONFIRMED})
    is_taken = Need.seats <= _count_seats(SEATED)
    return sa.case(
        (Need.is_returned, str(NeedStanding.RETURNED)),
        (is_open & is_confirmed, str(NeedStanding.FILLED)),
        (is_open & is_taken, str(NeedStanding.UNDER_WAY)),
        else_=sa.type_coerce(Need.state, sa.String),
    )


def standings(session: Session, needs: Iterable[Need]) -> Mapping[int, NeedStanding]:
    """By id of the need."""
    session.flush()
    query = sa.select(Need.id, standing()).where(Need.id.in_([need.id for need in needs]))
    return {ident: NeedStanding(value) for ident, value in session.execute(query)}


def confirmed_seats(session: Session, needs: Iterable[Need]) -> Mapping[int, int]:
    """By id of the need."""
    count = _count_seats({PlacementState.CONFIRMED})
    query = sa.select(Need.id, count).where(Need.id.in_([need.id for need in needs]))
    return dict(session.execute(query).all())
