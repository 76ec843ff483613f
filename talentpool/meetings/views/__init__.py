"""Meetings, and towns with the same theme."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _

from ...permissions import Role
from . import companions, meetings
from .blueprint import blueprint

__all__ = ["blueprint", "companions", "init_app", "meetings"]


def init_app(app: Flask) -> None:
    menu = app.extensions["talentpool_navigation"]
    readers = (Role.CANDIDATE, Role.MUNICIPALITY)
    menu.add(_("集まり"), "meetings.list_meetings", *readers, position=57, icon="calendar")
