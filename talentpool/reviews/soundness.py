"""What must hold of reviews, for `talentpool check`."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from ..db import Session
from ..states import REVIEWS_OPEN, ReviewState
from .models import Review


def violations(session: Session) -> Iterator[str]:
    """Both sides are asked together, and one sees the other's when both are open; given alone waits for the other."""
    found: dict[tuple[int, str], list[Review]] = {}
    for row in session.scalars(sa.select(Review).order_by(Review.id)):
        found.setdefault((row.engagement_id, str(row.kind)), []).append(row)
    for (engagement, kind), rows in found.items():
        if len(rows) != 2:
            yield f"engagement {engagement}: {kind} is asked of one side"
            continue
        are_open = {row.state in REVIEWS_OPEN for row in rows}
        if len(are_open) == 2:
            yield f"engagement {engagement}: one side of {kind} is shown and the other is not"
        if all(row.state is ReviewState.GIVEN for row in rows):
            yield f"engagement {engagement}: both answers to {kind} are there and not shown"
