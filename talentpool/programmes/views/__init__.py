"""The catalogue of programmes, and the referrals of towns to them."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _

from ...permissions import Role
from . import catalogue, referrals
from .blueprint import blueprint

__all__ = ["blueprint", "catalogue", "init_app", "referrals"]


def init_app(app: Flask) -> None:
    menu = app.extensions["talentpool_navigation"]
    menu.add(
        _("支援制度"), "programmes.list_programmes", Role.MUNICIPALITY, position=55, icon="yen"
    )
