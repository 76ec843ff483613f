"""The pages of matching rounds: prepared and run, and what they found."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _

from ...permissions import Role
from . import making, showing, unfilled
from .blueprint import blueprint

__all__ = ["blueprint", "init_app", "making", "showing", "unfilled"]


def init_app(app: Flask) -> None:
    staff = (Role.COORDINATOR, Role.APPROVER, Role.AUDITOR)
    menu = app.extensions["talentpool_navigation"]
    menu.add(_("マッチング"), "rounds.list_rounds", *staff, position=30, icon="swap")
