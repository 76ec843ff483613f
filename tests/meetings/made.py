"""A meeting, and a town with a theme."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from talentpool.db import Session
from talentpool.meetings.companions import name_theme
from talentpool.meetings.models import Circle, Companion, Kind, Meeting
from talentpool.meetings.service import MeetingContent, save_meeting
from talentpool.permissions import Role
from talentpool.reference.service import load_catalogue
from tests import factories as make


def make_meeting(
    session: Session, *, prefecture_code: str = make.HYOGO, now: datetime = make.NOW, **content: Any
) -> Meeting:
    """Nine days after `now`, for two hours."""
    officer = make.make_user(session, Role.COORDINATOR, prefecture_code=prefecture_code).actor
    given: dict[str, Any] = {
        "kind": Kind.GATHERING, "circle": Circle.BOTH, "title": "つながる場", "place": "県庁",
        "begins_at": now + timedelta(days=9), "ends_at": now + timedelta(days=9, hours=2),
    }  # fmt: skip
    return save_meeting(
        session, None, MeetingContent(**given | content), catalogue=load_catalogue(session),
        actor=officer, now=now,
    )  # fmt: skip


def make_companion(session: Session, town: str = make.HIMEJI, theme: str = "bpr") -> Companion:
    officer = make.make_user(session, Role.MUNICIPALITY, municipality_code=town).actor
    return name_theme(
        session, theme, "デジタル課 0790-00-0000", catalogue=load_catalogue(session), actor=officer,
        now=make.NOW,
    )  # fmt: skip
