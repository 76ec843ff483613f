"""What the newest adopted round said of a need that it could not fill."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from ..db import Session
from ..needs.models import Need
from ..states import RoundState
from .models import Round, RoundNeed
from .plan import empty_seats


def find_unfilled(session: Session, need: Need) -> tuple[Round, Mapping[str, Any]] | None:
    """The round and its entry of the empty seats; None where that round filled every seat, or there is none."""
    query = (
        sa.select(Round)
        .join(RoundNeed, RoundNeed.round_id == Round.id)
        .where(RoundNeed.need_id == need.id, Round.state == RoundState.ADOPTED)
        .order_by(Round.adopted_at.desc(), Round.id.desc())
        .limit(1)
    )
    round_ = session.scalar(query)
    entry = empty_seats(round_).get(need.code) if round_ is not None else None
    return (round_, entry) if round_ is not None and entry is not None else None
