"""The days of every deadline, and how they were changed."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _

from ...permissions import Role
from . import setting
from .blueprint import blueprint

__all__ = ["blueprint", "init_app", "setting"]


def init_app(app: Flask) -> None:
    menu = app.extensions["talentpool_navigation"]
    menu.add(_("期限の日数"), "deadlines.set_days", Role.COORDINATOR, position=83, icon="clock")
