"""Where a placement stands on a day: its state, whether it was returned, and when its need's months are over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import sqlalchemy as sa

from ..dates import month_of
from ..db import Session
from ..needs.models import Need
from ..standing import PlacementStanding
from ..states import PlacementState
from .models import Placement


def standing_on(today: date) -> sa.ColumnElement[str]:
    """The standing of a placement, for queries."""
    of_need = (
        sa.select(Need.last_month)
        .where(Need.id == Placement.need_id)
        .correlate(Placement)
        .scalar_subquery()
    )
    last_month = sa.func.coalesce(Placement.agreed_last_month, of_need)
    return sa.case(
        (Placement.is_returned, str(PlacementStanding.RETURNED)),
        (
            (Placement.state == PlacementState.CONFIRMED) & (last_month < month_of(today)),
            str(PlacementStanding.FINISHED),
        ),
        else_=sa.type_coerce(Placement.state, sa.String),
    )


def standings(
    session: Session, placements: Iterable[Placement], today: date
) -> Mapping[int, PlacementStanding]:
    """By id of the placement."""
    session.flush()
    ids = [row.id for row in placements]
    query = sa.select(Placement.id, standing_on(today)).where(Placement.id.in_(ids))
    return {ident: PlacementStanding(value) for ident, value in session.execute(query)}
