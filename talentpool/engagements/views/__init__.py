"""The pages of engagements, for the person, the town and the staff, and the log of each month."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _

from ...permissions import Role
from . import calendar, logs, outlook, preparing, recording, showing, statement, steps
from .blueprint import blueprint

__all__ = [
    "blueprint",
    "calendar",
    "init_app",
    "logs",
    "outlook",
    "preparing",
    "recording",
    "showing",
    "statement",
    "steps",
]


def init_app(app: Flask) -> None:
    menu = app.extensions["talentpool_navigation"]
    readers = (Role.CANDIDATE, Role.MUNICIPALITY, Role.COORDINATOR, Role.APPROVER, Role.AUDITOR)
    menu.add(_("活動"), "engagements.list_engagements", *readers, position=45, icon="calendar")
