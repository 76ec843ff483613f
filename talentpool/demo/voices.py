"""What people and towns have said of what comes after work that ends soon."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from ..dates import local_date
from ..db import Session
from ..engagements.models import Engagement
from ..engagements.outlook import Answer, asked_from, give_outlook, is_asked, note_seen, remind
from ..permissions import Actor, Role
from ..states import EngagementState
from .accounts import Officers
from .people import HYOGO

_WISHES = (  # of the person, of the town, whether an officer has noted them
    (Answer.EXTEND, Answer.EXTEND, False),
    (Answer.END, Answer.UNDECIDED, True),
    (Answer.TALK, None, False),
)
_COMMENT = "来年度も月4コマほどなら続けられます。"


def look_ahead(session: Session, officers: Officers, midnight: datetime) -> None:
    """Everybody whose work ends within ninety days was asked; three have answered."""
    today = local_date(midnight)
    nine = timedelta(hours=9)
    ending = [row for row in _running(session) if is_asked(row, today)]
    since = {asked_from(row) for row in ending}
    for moment in sorted(day for day in since if day and day < today):
        remind(session, midnight - (today - moment) + nine)
    for engagement, (person, town, is_seen) in zip(ending, _WISHES, strict=False):
        now = midnight - timedelta(hours=20)
        comment = _COMMENT if person is Answer.EXTEND else ""
        give_outlook(session, engagement, person, comment, actor=_person(engagement), now=now)
        if town is not None:
            actor = officers.towns[engagement.municipality_code]
            give_outlook(session, engagement, town, actor=actor, now=now + timedelta(hours=2))
        if is_seen:
            now = midnight - timedelta(hours=8)
            note_seen(session, engagement, actor=officers.coordinator, now=now)


def _running(session: Session) -> list[Engagement]:
    query = sa.select(Engagement).where(Engagement.state == EngagementState.ACTIVE)
    return list(session.scalars(query.order_by(Engagement.id)))


def _person(engagement: Engagement) -> Actor:
    return Actor(engagement.candidate.user_id, Role.CANDIDATE, HYOGO)
