"""The pages of placements, by audience: staff, approvers, the person, the town; and how a need or round ends in them."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _

from ...permissions import Role
from . import answers, approvals, drafts, needs, staff, steps
from .blueprint import blueprint

__all__ = [
    "answers", "approvals", "blueprint", "drafts", "init_app", "needs", "staff", "steps",
]  # fmt: skip


def init_app(app: Flask) -> None:
    menu = app.extensions["talentpool_navigation"]
    menu.add(_("打診"), "placements.list_offers", Role.CANDIDATE, position=20)
    menu.add(_("紹介"), "placements.list_introductions", Role.MUNICIPALITY, position=40)
    readers = (Role.COORDINATOR, Role.APPROVER, Role.AUDITOR)
    menu.add(_("推薦"), "placements.list_placements", *readers, position=40)
    menu.add(_("決裁"), "placements.list_approvals", Role.APPROVER, position=35)
