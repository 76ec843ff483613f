"""One place where errors become pages; a bug gets an id, shown to the person and written to the log."""

from __future__ import annotations

import secrets

from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from ..errors import Problem

PAGES = {403, 404, 405, 409, 413, 422, 429, 500}


def page(status: int, message: str | None = None, **more: object) -> ResponseReturnValue:
    name = status if status in PAGES else 422 if status < 500 else 500
    return render_template(f"errors/{name}.html", message=message, **more), status


def on_problem(error: Problem) -> ResponseReturnValue:
    return page(error.status, error.message, problem=error)


def on_csrf(_error: CSRFError) -> ResponseReturnValue:
    return page(403, "画面の有効期限が切れました。前の画面を開き直して、もう一度お試しください。")


def on_http(error: HTTPException) -> ResponseReturnValue:
    if error.code is not None and error.code < 400:
        return error.get_response()
    return page(error.code or 500)


def init_app(app: Flask) -> None:
    def on_bug(error: Exception) -> ResponseReturnValue:
        ident = secrets.token_hex(6)
        app.logger.error("bug %s at %s", ident, request.endpoint, exc_info=error)
        return page(500, ident=ident)

    app.register_error_handler(Problem, on_problem)
    app.register_error_handler(CSRFError, on_csrf)
    app.register_error_handler(HTTPException, on_http)
    app.register_error_handler(500, on_bug)
