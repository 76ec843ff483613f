"""The one place where errors become pages. A bug gets an id that is both shown and logged."""

from __future__ import annotations

import secrets
from pathlib import Path

from flask import Flask, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from ..errors import NotFound, Problem, TooMany, Unrecorded
from ..language import say
from ..troubles import Trouble, trouble_of
from . import again
from .bodies import MEBIBYTE

RETRY = 30  # seconds
PAGES = {403, 404, 405, 409, 413, 422, 429, 500}


def page(status: int, message: str | None = None, **more: object) -> tuple[str, int]:
    if status not in again.REFUSED:
        again.forget()
    name = status if status in PAGES else 422 if status < 500 else 500
    return render_template(f"errors/{name}.html", message=message, **more), status


def on_problem(error: Problem) -> ResponseReturnValue:
    body, status = page(error.status, error.message, problem=error)
    return body, status, wait_of(error)


def wait_of(error: Problem | None) -> dict[str, str]:
    """The headers of an answer that says how long to wait."""
    return {"Retry-After": str(error.seconds)} if isinstance(error, TooMany) else {}


def on_csrf(_error: CSRFError) -> ResponseReturnValue:
    return page(
        403, say("画面の有効期限が切れました。前の画面を開き直して、もう一度お試しください。")
    )


def on_too_large(_error: RequestEntityTooLarge) -> ResponseReturnValue:
    return page(413, most=(request.max_content_length or 0) // MEBIBYTE)


def on_http(error: HTTPException) -> ResponseReturnValue:
    if error.code is not None and error.code < 400:
        return error.get_response()
    if error.code == NotFound.status:
        return on_problem(NotFound())
    return page(error.code or 500)


def on_unrecorded(error: Unrecorded) -> ResponseReturnValue:
    return on_trouble(error.__cause__)


def on_trouble(trouble: Trouble | BaseException | None) -> ResponseReturnValue:
    """A page that needs neither the session nor the database: it may be the thing that is away."""
    current_app.logger.warning("database %s at %s", trouble, request.endpoint)
    text = Path(current_app.static_folder or "", "unavailable.html").read_text("utf-8")
    return text, 503, {"Retry-After": str(RETRY)}


def on_bug(error: Exception) -> ResponseReturnValue:
    """Whatever else is raised, in a view or around it."""
    cause = getattr(error, "original_exception", None) or error
    trouble = trouble_of(cause)
    if trouble is not None:
        return on_trouble(trouble)
    ident = secrets.token_hex(6)
    current_app.logger.error("bug %s at %s", ident, request.endpoint, exc_info=cause)
    return page(500, ident=ident)


def init_app(app: Flask) -> None:
    app.register_error_handler(Problem, on_problem)
    app.register_error_handler(Unrecorded, on_unrecorded)
    app.register_error_handler(CSRFError, on_csrf)
    app.register_error_handler(RequestEntityTooLarge, on_too_large)
    app.register_error_handler(HTTPException, on_http)
    app.register_error_handler(SQLAlchemyError, on_bug)
    app.register_error_handler(500, on_bug)
