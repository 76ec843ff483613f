"""What must hold of the register, as a query."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from ..db import Session
from ..needs.models import Need
from ..rounds.models import Round
from .models import SupplyGap


def violations(session: Session) -> Iterator[str]:
    """A gap belongs to the prefecture of its need and of the round that left it."""
    query = (
        sa.select(SupplyGap.id)
        .join(Need, Need.id == SupplyGap.need_id)
        .outerjoin(Round, Round.id == SupplyGap.round_id)
        .where(
            (Need.prefecture_code != SupplyGap.prefecture_code)
            | (Round.prefecture_code != SupplyGap.prefecture_code)
        )
    )
    for ident in session.scalars(query.order_by(SupplyGap.id)):
        yield f"supply gap {ident}: not of the prefecture of its need or round"
