"""A placement with the price of a kilometre, in one query."""

from __future__ import annotations

import sqlalchemy as sa

from ..db import Session
from ..needs.costing import TravelRate
from .models import Placement


def load_priced(session: Session, placement_id: int) -> tuple[Placement, TravelRate | None]:
    query = sa.select(Placement, TravelRate).where(Placement.id == placement_id)
    query = query.outerjoin(TravelRate, TravelRate.prefecture_code == Placement.prefecture_code)
    placement, rate = session.execute(query).one()
    return placement, rate
