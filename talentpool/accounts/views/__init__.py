"""The pages of accounts, of the audit trail and of the outbox."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _

from ...permissions import Role
from . import administration, entering, mail_choices, notices, office, own, records
from .blueprint import blueprint, set_up_sessions

__all__ = [
    "administration",
    "blueprint",
    "entering",
    "init_app",
    "mail_choices",
    "notices",
    "office",
    "own",
    "records",
]


def init_app(app: Flask) -> None:
    set_up_sessions(app)
    office.show_offices(app)
    menu = app.extensions["talentpool_navigation"]
    menu.add(
        _("アカウント"),
        "accounts.list_accounts",
        Role.ADMIN,
        Role.AUDITOR,
        position=80,
        icon="people",
    )
    menu.add(_("担当窓口"), "accounts.edit_office", Role.ADMIN, position=79, icon="phone")
    menu.add(_("監査記録"), "accounts.list_audit", Role.AUDITOR, position=81, icon="shield")
    menu.add(
        _("メール"), "accounts.list_mails", Role.COORDINATOR, Role.AUDITOR, position=82, icon="mail"
    )
