"""Sessions of browsers: the cookie holds a secret and nothing else, the content stays on the server."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from flask import Flask, Request, Response
from flask.sessions import SessionInterface, SessionMixin
from werkzeug.datastructures import CallbackDict

TOUCH = timedelta(minutes=1)  # how often an unchanged session is noted as seen


class Stored(Protocol):
    @property
    def content(self) -> dict[str, Any]: ...
    @property
    def seen_at(self) -> datetime: ...
    @property
    def account(self) -> Any: ...


class Store(Protocol):
    """Keeps the rows; each call is a unit of work of its own, never inside the request's."""

    def load(self, token_hash: str, *, now: datetime) -> Stored | None: ...
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
    """Flask's session; `renew()` gives it a new secret, `account` is whom the row belongs to."""

    def __init__(self, row: str | None = None, stored: Stored | None = None) -> None:
        super().__init__(stored.content if stored else {}, on_update=BrowserSession._note_change)
        self.row = row  # hash that names the stored row, none before it is stored
        self.seen_at = stored.seen_at if stored else None
        self.account = stored.account if stored else None
        self.is_renewed = False
        self.modified = False

    def _note_change(self) -> None:
        self.modified = True

    def renew(self) -> None:
        """Forget everything and take a new secret: one fixed on a browser before sign-in is worth nothing."""
        self.clear()
        self.is_renewed = self.modified = True


class DatabaseSessions(SessionInterface):
    def __init__(self, store: Store, *, is_secure: bool, now: Callable[[], datetime]) -> None:
        self.store = store
        self.is_secure = is_secure
        self.now = now
        self.cookie = "__Host-session" if is_secure else "session"

    def open_session(self, app: Flask, request: Request) -> BrowserSession:
        secret = request.cookies.get(self.cookie)
        is_static = request.path.startswith(f"{app.static_url_path}/")
        if not secret or is_static:
            return BrowserSession()
        row = _digest(secret)
        stored = self.store.load(row, now=self.now())
        return BrowserSession(row, stored) if stored else BrowserSession()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if not isinstance(session, BrowserSession):
            return
        now = self.now()
        if session.row is None or session.is_renewed:
            if session:
                self._begin(session, response, now)
            elif session.row is not None:
                self._end(session, response)
        elif not session:
            self._end(session, response)
        elif session.modified:
            if not self.store.update(session.row, _plain(session), now=now):
                self._drop_cookie(response)
        elif session.seen_at is None or now - session.seen_at >= TOUCH:
            self.store.touch(session.row, now=now)

    def _begin(self, session: BrowserSession, response: Response, now: datetime) -> None:
        secret = secrets.token_urlsafe(32)
        self.store.begin(_digest(secret), _plain(session), now=now, replaces=session.row)
        response.set_cookie(
            self.cookie,
            secret,
            path="/",
            httponly=True,
            secure=self.is_secure,
            samesite="Lax",
        )
        response.vary.add("Cookie")

    def _end(self, session: BrowserSession, response: Response) -> None:
        if session.row is not None:
            self.store.end(session.row)
        self._drop_cookie(response)

    def _drop_cookie(self, response: Response) -> None:
        response.delete_cookie(
            self.cookie, path="/", httponly=True, secure=self.is_secure, samesite="Lax"
        )


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _plain(session: BrowserSession) -> dict[str, Any]:
    """As JSON will give it back; lazy texts of messages become text."""
    content: dict[str, Any] = json.loads(json.dumps(dict(session), default=str))
    return content
