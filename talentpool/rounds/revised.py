"""What a change of an open need does to the rounds that ask for it and have not been adopted."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from ..db import Session
from ..needs.models import Need
from ..states import SOLVED, RoundState
from .models import Round, RoundNeed

PENDING = SOLVED | {RoundState.QUEUED, RoundState.RUNNING}


def list_pending(session: Session, need: Need) -> Sequence[Round]:
    """Rounds that ask for the need and could still be adopted, oldest first."""
    query = (
        sa.select(Round)
        .join(RoundNeed, RoundNeed.round_id == Round.id)
        .where(
            RoundNeed.need_id == need.id, Round.state.in_(PENDING), Round.what_if.is_(None)
        )
        .order_by(Round.id)
    )  # fmt: skip
    return session.scalars(query).all()


def follow(session: Session, need: Need, rounds: Sequence[Round]) -> None:
    """Nothing that the engine reads has changed: these rounds are about the new version as well."""
    rows = sa.update(RoundNeed).where(
        RoundNeed.need_id == need.id, RoundNeed.round_id.in_([row.id for row in rounds]),
        RoundNeed.content_version == need.content_version - 1,
    ).values(content_version=need.content_version)  # fmt: skip
    session.execute(rows)
