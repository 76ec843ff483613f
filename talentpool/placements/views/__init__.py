"""The pages of placements, by audience: staff, approvers, the person, the town; and how a need or round ends in them."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _

from ...permissions import Role
from . import (
    adding,
    answers,
    approvals,
    bulk,
    comparing,
    costs,
    counters,
    courses,
    deferring,
    drafts,
    extending,
    finishing,
    joint,
    leaving,
    letters,
    needs,
    papers,
    progress,
    questions,
    reasons,
    recording,
    revising,
    skills,
    staff,
    statements,
    stating,
    steps,
    weighing,
)
from .blueprint import blueprint

__all__ = [
    "adding", "answers", "approvals", "blueprint", "bulk", "comparing", "costs", "counters", "courses", "deferring", "drafts", "extending",
    "finishing", "init_app", "joint", "leaving", "letters", "needs", "papers", "progress", "questions", "reasons", "recording", "revising", "skills", "staff",
    "statements", "stating", "steps", "weighing",
]  # fmt: skip


def init_app(app: Flask) -> None:
    app.extensions["talentpool_seats"] = needs.look_at_seats
    menu = app.extensions["talentpool_navigation"]
    menu.add(_("打診"), "placements.list_offers", Role.CANDIDATE, position=20, icon="mail")
    menu.add(
        _("紹介"), "placements.list_introductions", Role.MUNICIPALITY, position=40, icon="people"
    )
    readers = (Role.COORDINATOR, Role.APPROVER, Role.AUDITOR)
    menu.add(_("推薦"), "placements.list_placements", *readers, position=40, icon="next")
    posting = (Role.COORDINATOR, Role.AUDITOR)
    menu.add(_("郵送"), "placements.list_letters", *posting, position=72, icon="mail")
    menu.add(_("起案書"), "placements.list_papers", Role.AUDITOR, position=42, icon="record")
    menu.add(_("決裁"), "placements.list_approvals", Role.APPROVER, position=35, icon="seal")
