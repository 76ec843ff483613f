"""A meeting as an entry of calendars."""

from __future__ import annotations

from ..dates import local_date
from ..ical import Event
from .models import Meeting


def event_of(meeting: Meeting, reader: int | None) -> Event:
    """Busy for who wants to come."""
    told = (meeting.text, meeting.address)
    return Event(
        uid=f"meeting-{meeting.id}@talentpool",
        first=local_date(meeting.begins_at),
        last=local_date(meeting.ends_at),
        summary=meeting.title,
        changed=meeting.saved_at,
        description="\n".join(part for part in told if part),
        is_busy=reader in {row.user_id for row in meeting.interests},
        begins=meeting.begins_at,
        ends=meeting.ends_at,
        place=meeting.place,
    )
