"""The pages of consultations: written by towns, answered by the prefecture, found by other towns, counted."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _

from ...permissions import Role
from . import listing, showing, stepping, writing
from .blueprint import blueprint

__all__ = ["blueprint", "init_app", "listing", "showing", "stepping", "writing"]


def init_app(app: Flask) -> None:
    readers = (Role.MUNICIPALITY, Role.COORDINATOR, Role.APPROVER, Role.AUDITOR)
    menu = app.extensions["talentpool_navigation"]
    menu.add(_("相談"), "consultations.list_consultations", *readers, position=8, icon="people")
