"""Browser sessions. Once somebody is signed in, the cookie holds only a secret and the content stays on the server.

A visitor leaves nothing on the server: what a visitor's pages need (the token of a form, a message) is in the
cookie itself, signed. It names no account, and a new secret takes its place at sign-in.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from flask import Flask, Request, Response
from flask.sessions import SessionInterface, SessionMixin
from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.datastructures import CallbackDict

ACCOUNT = "_user_id"  # where Flask-Login says who is signed in
VISIT = timedelta(hours=12)
SIGNED = "."  # in a visitor's cookie; a secret has none
PROBES = ("/healthz", "/readyz")  # ask for no session, so that they answer without a database
UNAVAILABLE = 503
TOUCH = timedelta(minutes=1)  # how often an unchanged session is marked as seen


class Stored(Protocol):
    @property
    def content(self) -> dict[str, Any]: ...
    @property
    def created_at(self) -> datetime: ...
    @property
    def seen_at(self) -> datetime: ...
    @property
    def account(self) -> Any: ...


class Store(Protocol):
    """Stores the rows; each call is a unit of work of its own, separate from the request's."""

    def load(self, token_hash: str, *, now: datetime) -> Stored | None: ...
    def load_over(self, token_hash: str, *, now: datetime) -> Stored | None: ...
    def begin(
        self,
        token_hash: str,
        content: Mapping[str, Any],
        *,
        now: datetime,
        replaces: str | None,
    ) -> None: ...
    def update(self, token_hash: str, content: Mapping[str, Any], *, now: datetime) -> bool: ...
    def touch(self, token_hash: str, *, now: datetime) -> None: ...
    def end(self, token_hash: str) -> None: ...


class BrowserSession(CallbackDict[str, Any], SessionMixin):
    """Flask's session. `renew()` gives it a new secret; `account` owns the stored row.

    `failure` is why the row could not be read; no view runs then.
    """

    def __init__(
        self,
        row: str | None = None,
        stored: Stored | None = None,
        visit: Mapping[str, Any] | None = None,
        failure: Exception | None = None,
    ) -> None:
        content = stored.content if stored else visit
        super().__init__(content or {}, on_update=BrowserSession._note_change)
        self.row = row  # key of the stored row: a hash of the secret
        self.seen_at = stored.seen_at if stored else None
        self.account = stored.account if stored else None
        self.created_at = stored.created_at if stored else None
        self.asked_for: str | None = None  # hash of a cookie's secret that names no living row
        self.failure = failure
        self.is_renewed = False
        self.modified = False

    def _note_change(self) -> None:
        self.modified = True

    def renew(self) -> None:
        """Drop the content and take a new secret, which defeats session fixation."""
        self.clear()
        self.is_renewed = self.modified = True


class DatabaseSessions(SessionInterface):
    """A row for each browser that is signed in; a signed cookie for the others."""

    def __init__(
        self, store: Store, secret_key: str, *, is_secure: bool, now: Callable[[], datetime]
    ) -> None:
        self.store = store
        self.visits = URLSafeSerializer(secret_key, salt="visit")
        self.is_secure = is_secure
        self.now = now
        self.cookie = "__Host-session" if is_secure else "session"

    def open_session(self, app: Flask, request: Request) -> BrowserSession:
        value = request.cookies.get(self.cookie)
        if not value or request.path.startswith((f"{app.static_url_path}/", *PROBES)):
            return BrowserSession()
        if SIGNED in value:
            return BrowserSession(visit=self._read_visit(value))
        row = _digest(value)
        try:
            stored = self.store.load(row, now=self.now())
        except SQLAlchemyError as error:  # too early for Flask to make a page of it
            return BrowserSession(failure=error)
        if stored is not None:
            return BrowserSession(row, stored)
        session = BrowserSession()
        session.asked_for = row
        return session

    def load_over(self, session: BrowserSession) -> Stored | None:
        """The session that the cookie named until its time was over."""
        row = session.asked_for
        return None if row is None else self.store.load_over(row, now=self.now())

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if not isinstance(session, BrowserSession) or response.status_code == UNAVAILABLE:
            return
        if ACCOUNT in session:
            self._save_row(session, response)
            return
        if session.row is not None:
            self.store.end(session.row)
        if session.modified or session.row is not None:
            self._save_visit(session, response)

    def _save_row(self, session: BrowserSession, response: Response) -> None:
        now = self.now()
        if session.row is None or session.is_renewed:
            self._begin(session, response, now)
        elif session.modified:
            if not self.store.update(session.row, _plain(session), now=now):
                self._drop_cookie(response)
        elif session.seen_at is None or now - session.seen_at >= TOUCH:
            self.store.touch(session.row, now=now)

    def _read_visit(self, value: str) -> dict[str, Any] | None:
        try:
            ends, content = self.visits.loads(value)
        except BadData:
            return None
        is_valid = ends > self.now().timestamp() and ACCOUNT not in content
        return content if is_valid else None

    def _save_visit(self, session: BrowserSession, response: Response) -> None:
        if session:
            ends = (self.now() + VISIT).timestamp()
            self._set_cookie(response, str(self.visits.dumps([ends, _plain(session)])))
        else:
            self._drop_cookie(response)

    def _begin(self, session: BrowserSession, response: Response, now: datetime) -> None:
        secret = secrets.token_urlsafe(32)
        self.store.begin(_digest(secret), _plain(session), now=now, replaces=session.row)
        self._set_cookie(response, secret)

    def _set_cookie(self, response: Response, value: str) -> None:
        response.set_cookie(
            self.cookie, value, path="/", httponly=True, secure=self.is_secure, samesite="Lax"
        )
        response.vary.add("Cookie")

    def _drop_cookie(self, response: Response) -> None:
        response.delete_cookie(
            self.cookie, path="/", httponly=True, secure=self.is_secure, samesite="Lax"
        )


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _plain(session: BrowserSession) -> dict[str, Any]:
    """The content as JSON returns it, with lazy messages as strings."""
    content: dict[str, Any] = json.loads(json.dumps(dict(session), default=str))
    return content
