"""The pages of needs: written by a town, shown to it and the staff, moved on."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _

from ...permissions import Role
from . import joint, priorities, showing, versions, wizard, writing
from .blueprint import blueprint
from .showing import ELSEWHERE
from .steps import STEPS

__all__ = [
    "ELSEWHERE",
    "STEPS",
    "blueprint",
    "init_app",
    "joint",
    "priorities",
    "showing",
    "versions",
    "wizard",
    "writing",
]


def init_app(app: Flask) -> None:
    app.register_blueprint(joint.blueprint)
    staff = (Role.MUNICIPALITY, Role.COORDINATOR, Role.APPROVER, Role.AUDITOR)
    menu = app.extensions["talentpool_navigation"]
    menu.add(_("募集"), "needs.list_needs", *staff, position=20, icon="list")
