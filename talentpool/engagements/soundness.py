"""What must hold of logs, for `talentpool check`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import sqlalchemy as sa

from ..dates import month_of
from ..db import Session
from ..ledger.models import Commitment
from ..states import WorkLogState
from .models import Engagement, Part, WorkLog


def violations(session: Session) -> Iterator[str]:
    """A log that was sent has whole days of its month, in its engagement, and no more half-days than are booked."""
    agreed = {
        (ident, month): half_days
        for ident, month, half_days in session.execute(
            sa.select(Engagement.id, Commitment.month, Commitment.half_days).join(
                Commitment, Commitment.placement_id == Engagement.placement_id
            )
        )
    }
    taken: dict[tuple[int, date, Part], int] = {}
    sent = sa.select(WorkLog).where(WorkLog.state != WorkLogState.DRAFT)
    for log in session.scalars(sent.order_by(WorkLog.id)):
        for row in log.days:
            if row.part is None or row.place is None or month_of(row.day) != log.month:
                yield f"work log {log.id}: {row.day} is not a whole day of its month"
                continue
            for half in (Part.MORNING, Part.AFTERNOON) if row.part is Part.DAY else (row.part,):
                other = taken.setdefault((log.candidate_id, row.day, half), log.id)
                if other != log.id:
                    yield f"work log {log.id}: {row.day} {half} is also in work log {other}"
        if log.half_days > agreed.get((log.engagement_id, log.month), 0):
            yield f"work log {log.id}: more half-days than are booked"
