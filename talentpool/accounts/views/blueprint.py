from __future__ import annotations

from flask import Blueprint, Flask, session
from flask_login import LoginManager, login_user

from ... import clock
from ...web.sessions import BrowserSession, DatabaseSessions
from ...web.unit import TalentpoolFlask
from ..models import User
from ..sessions import SessionStore, SignedIn

blueprint = Blueprint("accounts", __name__)


def set_up_sessions(app: Flask) -> None:
    """Register the stored sessions and the loader of the signed-in account."""
    assert isinstance(app, TalentpoolFlask)
    app.session_interface = DatabaseSessions(
        SessionStore(app.database), is_secure=app.config["TALENTPOOL"].is_secure, now=clock.now
    )
    manager = LoginManager(app)
    manager.session_protection = None  # the session lives on the server and ends with the account
    manager.user_loader(load_account)


def load_account(ident: str) -> SignedIn | None:
    """The account that came with the session's row, if it still is what it was at sign-in."""
    account = session.account if isinstance(session, BrowserSession) else None
    return account if account is not None and account.get_id() == ident else None


def begin_session(user: User) -> None:
    """Sign the browser in, with a new secret in its cookie."""
    session.renew()  # type: ignore[attr-defined]
    login_user(SignedIn.of(user))
