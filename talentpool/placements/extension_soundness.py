"""What must hold of the half-days that an extension asks for, as queries."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from ..db import Session
from ..engagements.models import Engagement
from ..engagements.plan_changes import PlanChange
from ..ledger.models import Commitment, CommitmentState
from ..states import PlanChangeState

_IS_ASKED = PlanChange.state == PlanChangeState.OPEN
_IS_HOLD = Commitment.state == CommitmentState.HOLD


def is_extended() -> sa.ColumnElement[bool]:
    """For queries of commitments: of an engagement for which both sides are asked about more months."""
    return sa.exists().where(
        Engagement.placement_id == Commitment.placement_id,
        PlanChange.engagement_id == Engagement.id,
        _IS_ASKED,
    )


def violations(session: Session) -> Iterator[str]:
    """From the question to both sides on, until it is over, exactly the new months are held."""
    query = (
        sa.select(PlanChange, Commitment.month, Commitment.half_days)
        .join(Engagement, Engagement.id == PlanChange.engagement_id)
        .outerjoin(Commitment, (Commitment.placement_id == Engagement.placement_id) & _IS_HOLD)
        .where(_IS_ASKED)
    )
    held: dict[PlanChange, dict[int, int]] = {}
    for change, month, n in session.execute(query.order_by(PlanChange.id, Commitment.month)):
        rows = held.setdefault(change, {})
        if month is not None:
            rows[month] = n
    for change, rows in held.items():
        if rows != dict(change.months):
            yield f"plan_change {change.id}: asks for {dict(change.months)}, holds {rows}"
