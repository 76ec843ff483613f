"""Open needs that fit a person, what people say of them, and what towns say of whom they were introduced to."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _

from ...permissions import Role
from . import needs, own, ranking, recording, watching
from .blueprint import blueprint

__all__ = ["blueprint", "init_app", "needs", "own", "ranking", "recording", "watching"]


def init_app(app: Flask) -> None:
    menu = app.extensions["talentpool_navigation"]
    menu.add(
        _("あなたに合う募集"), "preferences.list_suiting", Role.CANDIDATE, position=25, icon="list"
    )
