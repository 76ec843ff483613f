"""The pages of accounts, of the audit trail and of the outbox."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _

from ...permissions import Role
from . import administration, entering, own, records
from .blueprint import blueprint, set_up_sessions

__all__ = ["administration", "blueprint", "entering", "init_app", "own", "records"]


def init_app(app: Flask) -> None:
    set_up_sessions(app)
    menu = app.extensions["talentpool_navigation"]
    menu.add(_("アカウント"), "accounts.list_accounts", Role.ADMIN, Role.AUDITOR, position=80)
    menu.add(_("監査記録"), "accounts.list_audit", Role.AUDITOR, position=81)
    menu.add(_("メール"), "accounts.list_mails", Role.COORDINATOR, Role.AUDITOR, position=82)
    menu.add(_("自分の設定"), "accounts.show_own", *_everybody(), position=90)


def _everybody() -> list[Role]:
    return [role for role in Role if role is not Role.SYSTEM]
