"""Nothing typed is lost: neither to the clock nor to a refusal.

A form that was sent after its session was over comes back after signing in: only a cookie that names a session which
ended by time stores it, only with that session's own token, and only the same account gets it back, once. What a
refused form or one with a row more held stands at an address of its own (`again.py`). Passwords and files are never
kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, cast
from urllib.parse import SplitResult, urlsplit

from flask import Flask, current_app, g, request, session
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from .. import clock
from .languages import without_language
from .sessions import BrowserSession, DatabaseSessions, Stored

EXTENSION = "talentpool_kept_forms"
FLAG = "kept"  # of the session: there may be something to give back
MOST_BYTES = 1024 * 1024
PASSWORDS = frozenset({"password", "present", "repeated"})  # a test holds it to the forms
BUTTONS = frozenset(
    {
        "add",
        "drop",
        "draft",
        "discard",
        "save",
        "submit",
        "less",
        "more",
        "copy",
        "even",
        "next",
        "count",
    }
)
UNKEPT = PASSWORDS | BUTTONS | {"csrf_token", "operation", "noscript"}
ABOUT = ":"  # begins the names of what is kept with the typed fields: of no field of ours
KEY = "typed"  # of the address at which kept fields are shown


class Store(Protocol):
    def keep(
        self, user_id: int, page: str, typed: Sequence[tuple[str, str]], *, now: datetime
    ) -> None: ...
    def count(self, user_id: int, *, without: str, now: datetime) -> int: ...
    def take(
        self, user_id: int, page: str, *, now: datetime
    ) -> Sequence[tuple[str, str]] | None: ...
    def find(
        self, user_id: int, page: str, *, now: datetime
    ) -> Sequence[tuple[str, str]] | None: ...
    def drop(self, user_id: int, page: str) -> None: ...


@dataclass(slots=True)
class Returned:
    """What is given back on this page; `is_placed` once a form shows it."""

    typed: MultiDict[str, str]
    about: MultiDict[str, str] = field(default_factory=MultiDict)  # see `again.py`
    is_over: bool = False  # the session was, when it was sent
    is_placed: bool = False

    @classmethod
    def of(cls, pairs: Sequence[tuple[str, str]], *, is_over: bool) -> Returned:
        about = MultiDict((name, value) for name, value in pairs if name.startswith(ABOUT))
        return cls(MultiDict(pair for pair in pairs if pair[0] not in about), about, is_over)

    @property
    def texts(self) -> list[str]:
        """What was written by hand, for the page whose form cannot show it again."""
        return [
            value for name, value in self.typed.items(multi=True) if value and name != "version"
        ]

    @property
    def version(self) -> str | None:
        """Of the row as its page showed it, so that a change by somebody else is noticed."""
        return self.typed.get("version") if self.is_placed else None


def keep_what_was_typed() -> str | None:
    """Store the present POST if its session has just ended by time; the page it will come back on."""
    over = _session_over()
    if over is None or not _is_own_form(over):
        return None
    typed, page = typed_now(), page_of_the_form()
    if page is not None and any(value for _name, value in typed):
        store().keep(over.account.actor.user_id, page, typed, now=clock.now())
    return page


def typed_now() -> list[tuple[str, str]]:
    """The fields of the present form, as far as they may be kept."""
    return [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name not in UNKEPT and not name.startswith(ABOUT)
    ]


def is_waiting() -> bool:
    """Whether signing in as the account of the browser's last session brings something back."""
    over = _session_over()
    return over is not None and _is_any_kept(over.account.actor.user_id, clock.now())


def note_sign_in(user_id: int) -> None:
    """After signing in: remember in the session that pages have to look."""
    if _is_any_kept(user_id, clock.now()):
        session[FLAG] = True


def _is_any_kept(user_id: int, now: datetime) -> bool:
    """Of forms whose session was over; what was refused is found by its key alone."""
    return store().count(user_id, without=f"{KEY}=", now=now) > 0


def typed_before() -> MultiDict[str, str] | None:
    """What was typed on this page before the session was over; whoever asks shows it."""
    returned = returned_here()
    if returned is None:
        return None
    returned.is_placed = True
    return returned.typed


def typed_into(fields: Any) -> MultiDict[str, str] | None:
    """The same for a form with these fields, if it is the form that was sent."""
    returned = returned_here()
    if returned is None or returned.is_placed:
        return None
    sent = {name.partition("-")[0] for name in returned.typed} - {"version"}
    return typed_before() if sent <= set(fields) else None


def returned_here() -> Returned | None:
    if request.method != "GET" or g.get("actor") is None:
        return None
    if "returned" not in g:
        page, now = without_language(request.full_path), clock.now()
        if KEY in request.args:
            pairs = store().find(g.actor.user_id, page, now=now)
        else:
            pairs = _take(page, now) if session.get(FLAG) else None
        is_over = KEY not in request.args
        g.returned = None if pairs is None else Returned.of(pairs, is_over=is_over)
    returned: Returned | None = g.returned
    return returned


def _take(page: str, now: datetime) -> Sequence[tuple[str, str]] | None:
    pairs = store().take(g.actor.user_id, page, now=now)
    if not _is_any_kept(g.actor.user_id, now):
        session.pop(FLAG)
    return pairs


def _session_over() -> Stored | None:
    """The session of the cookie that ended by time, if its account may still sign in as it was."""
    interface = cast(DatabaseSessions, current_app.session_interface)
    over = interface.load_over(cast(BrowserSession, session))
    account = None if over is None else over.account
    if over is None or account is None or account.get_id() != over.content.get("_user_id"):
        return None
    return over


def _is_own_form(over: Stored) -> bool:
    """The form carries the token of that session, so a page of ours made it, and it is not too long."""
    if (request.content_length or 0) > MOST_BYTES:
        return False
    reader = URLSafeTimedSerializer(current_app.secret_key or "", salt="wtf-csrf-token")
    try:
        token = reader.loads(request.form.get("csrf_token", ""))
    except BadData:
        return False
    return bool(token == over.content.get("csrf_token"))


def page_of_the_form() -> str | None:
    """The page's own path where it can be shown, else the page that the form stood on."""
    before = page_before()
    referrer = f"{before.path}?{before.query}" if before.query else before.path
    for page in map(without_language, (request.full_path, referrer)):
        if page and len(page) <= 470 and _can_be_shown(page.partition("?")[0]):
            return page
    return None


def page_before() -> SplitResult:
    """The page of ours that the browser says it comes from; empty for any other and for what is no address."""
    nothing = urlsplit("")
    try:
        before = urlsplit(request.referrer or "")
    except ValueError:
        return nothing
    return before if before.netloc == request.host else nothing


def _can_be_shown(path: str) -> bool:
    try:
        current_app.create_url_adapter(request).match(path, method="GET")  # type: ignore[union-attr]
    except HTTPException:
        return False
    return True


def store() -> Store:
    registered: Store = current_app.extensions[EXTENSION]
    return registered


def init_app(app: Flask) -> None:
    app.context_processor(lambda: {"returned": returned_here()})
