"""Who has confirmed the months lately: nearly everybody; a few were asked, and three of them long ago."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ..candidates.confirming import confirm_availability, remind
from ..candidates.freshness import ASKED_AFTER
from ..candidates.models import Membership
from ..db import Session
from ..placements.models import Placement
from ..states import MembershipState
from .drawing import Draw
from .joining import actor_of

ASKED = (33, 18, 5)  # days ago: left out by now, flagged, asked
OF_EACH = 3
NINE = timedelta(hours=9)


def confirm_months(session: Session, draw: Draw, midnight: datetime) -> None:
    """Those who are asked have nothing going on; everybody else has confirmed since."""
    joined = midnight - timedelta(days=ASKED_AFTER)
    query = (
        sa.select(Membership)
        .where(Membership.state == MembershipState.ACTIVE, Membership.applied_at < joined)
        .options(joinedload(Membership.candidate))
        .order_by(Membership.id)
    )
    members = session.scalars(query).all()
    busy = set(session.scalars(sa.select(Placement.candidate_id).distinct()))
    idle = draw.shuffled([row for row in members if row.candidate_id not in busy])
    silent = {row.candidate_id: ASKED[n // OF_EACH] for n, row in enumerate(idle[: 3 * OF_EACH])}
    for row in members:
        days = draw.whole(1, ASKED_AFTER - 5)
        since = silent.get(row.candidate_id)
        if since is not None:
            days = since + ASKED_AFTER
        moment = midnight - timedelta(days=days) + timedelta(hours=draw.whole(8, 20))
        person = row.candidate
        if row.applied_at is not None and row.applied_at < moment:
            confirm_availability(session, person, actor=actor_of(person), now=moment)
    for days in ASKED:
        remind(session, midnight - timedelta(days=days) + NINE)
