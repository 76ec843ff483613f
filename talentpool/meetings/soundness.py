"""What must hold of meetings, as queries."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from ..accounts.models import User
from ..db import Session
from ..permissions import Role
from .models import Circle, Meeting, MeetingInterest


def violations(session: Session) -> Iterator[str]:
    """Whoever is interested is a person or an officer of a town of the prefecture, with its code, and in the circle."""
    query = (
        sa.select(MeetingInterest.meeting_id, MeetingInterest.user_id)
        .join(Meeting, Meeting.id == MeetingInterest.meeting_id)
        .join(User, User.id == MeetingInterest.user_id)
        .where(
            (User.prefecture_code != Meeting.prefecture_code)
            | User.role.not_in((Role.CANDIDATE, Role.MUNICIPALITY))
            | ((User.role == Role.MUNICIPALITY) != MeetingInterest.municipality_code.is_not(None))
            | ((User.role == Role.CANDIDATE) & (Meeting.circle == Circle.TOWNS))
            | ((User.role == Role.MUNICIPALITY) & (Meeting.circle == Circle.PEOPLE))
        )
    )
    for meeting, user in session.execute(query):
        yield f"meeting {meeting}: account {user} cannot be interested in it"
