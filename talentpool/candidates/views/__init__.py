"""The pages of profiles: the person's own, the staff's, and what a town sees after the introduction."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _

from ...permissions import Role
from . import (
    blank_form,
    confirming,
    employment,
    months,
    own,
    receiving,
    records,
    renewing,
    showing,
    staff,
    steps,
)
from .blueprint import blueprint

__all__ = [
    "blank_form",
    "blueprint",
    "confirming",
    "employment",
    "init_app",
    "months",
    "own",
    "receiving",
    "records",
    "renewing",
    "showing",
    "staff",
    "steps",
]


def init_app(app: Flask) -> None:
    menu = app.extensions["talentpool_navigation"]
    menu.add(_("登録情報"), "candidates.show_profile", Role.CANDIDATE, position=10, icon="record")
    menu.add(
        _("稼働"), "candidates.show_availability", Role.CANDIDATE, position=12, icon="calendar"
    )
    menu.add(_("閲覧履歴"), "candidates.list_views", Role.CANDIDATE, position=60, icon="eye")
    menu.add(_("閲覧の記録"), "candidates.show_oversight", Role.AUDITOR, position=81, icon="eye")
    staff_roles = (Role.COORDINATOR, Role.APPROVER, Role.AUDITOR)
    menu.add(_("登録者"), "candidates.list_candidates", *staff_roles, position=10, icon="people")
