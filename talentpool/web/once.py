"""A form that is sent twice is done once: by its operation id, its path, its content and the account."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from typing import Protocol

from flask import Flask, Response, g, request

from ..db import Session

FIELD = "operation"


class Accepted(Protocol):
    location: str | None


class Store(Protocol):
    """Registered by `accounts`, which owns the rows."""

    def find_location(self, session: Session, key: str) -> str | None: ...
    def begin_operation(self, session: Session, key: str, *, now: datetime) -> Accepted: ...


def key_of_request() -> str | None:
    """Names what the present form would do; none for strangers and for requests that are no form of ours.

    The content is part of it: whoever goes back, changes a word and sends again means something new.
    """
    actor = g.get("actor")
    if request.method != "POST" or actor is None or not request.form.get(FIELD):
        return None
    parts = [str(actor.user_id), request.full_path]
    for name, value in sorted(request.form.items(multi=True)):
        if name != "csrf_token":
            parts += (name, value)
    content = "".join(f"{len(part)}:{part}" for part in parts)
    return hashlib.sha256(content.encode("utf-8", "replace")).hexdigest()


def new_id() -> str:
    return secrets.token_urlsafe(16)


def init_app(app: Flask) -> None:
    app.jinja_env.globals["operation_id"] = new_id


def is_settled(response: Response) -> bool:
    """A redirect: the form was accepted and leads somewhere."""
    return 300 <= response.status_code < 400
