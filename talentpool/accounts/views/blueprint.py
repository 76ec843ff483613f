from __future__ import annotations

from flask import Blueprint, Flask, session
from flask_login import LoginManager, current_user, login_user

from ... import clock
from ...web import kept
from ...web.sessions import BrowserSession, DatabaseSessions
from ...web.unit import TalentpoolFlask
from .. import keeping
from ..models import User
from ..sessions import SessionStore, SignedIn, ends_in

blueprint = Blueprint("accounts", __name__)


def set_up_sessions(app: Flask) -> None:
    """Set up stored sessions and the loader of the signed-in account."""
    assert isinstance(app, TalentpoolFlask)
    config = app.config["TALENTPOOL"]
    app.session_interface = DatabaseSessions(
        SessionStore(app.database), config.secret_key, is_secure=config.is_secure, now=clock.now
    )
    app.extensions[kept.EXTENSION] = keeping.KeptForms(app.database)
    app.operations = keeping
    app.context_processor(_time_left)
    manager = LoginManager(app)
    manager.session_protection = None  # sessions are on the server and end with the account
    manager.user_loader(load_account)


def _time_left() -> dict[str, object]:
    """For the warning of a page that is left open."""
    created_at = session.created_at if isinstance(session, BrowserSession) else None
    if created_at is None or not current_user.is_authenticated:
        return {}
    return {"session_ends_in": ends_in(created_at, now=clock.now())}


def load_account(ident: str) -> SignedIn | None:
    """The account of the session's row, unless it has changed since the sign-in."""
    account = session.account if isinstance(session, BrowserSession) else None
    return account if account is not None and account.get_id() == ident else None


def begin_session(user: User) -> None:
    """Sign in the browser with a new secret in its cookie."""
    session.renew()  # type: ignore[attr-defined]
    login_user(SignedIn.of(user))
    kept.note_sign_in(user.id)
