"""How much a request may carry, whatever it calls its encoding: one limit for forms, one for files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, request
from werkzeug.exceptions import RequestEntityTooLarge

V = TypeVar("V", bound=Callable[..., Any])
MEBIBYTE = 1024 * 1024
MOST_FORM = 1 * MEBIBYTE
MOST_UPLOAD = 10 * MEBIBYTE
MOST_FIELDS = 2000
UPLOADS = "talentpool_uploads"  # attribute of the view function


def uploads(view: V) -> V:
    """For a view whose form has a file in it."""
    setattr(view, UPLOADS, True)
    return view


def check_size() -> None:
    """Before anything else reads the body: it is read here, so that no encoding passes unread."""
    view = current_app.view_functions.get(request.endpoint or "")
    if getattr(view, UPLOADS, False):
        request.max_content_length = MOST_UPLOAD
    if (request.content_length or 0) > (request.max_content_length or 0):
        raise RequestEntityTooLarge
    request.get_data(parse_form_data=True)


def init_app(app: Flask) -> None:
    app.config.update(
        MAX_CONTENT_LENGTH=MOST_FORM, MAX_FORM_MEMORY_SIZE=MOST_FORM, MAX_FORM_PARTS=MOST_FIELDS
    )
    app.before_request(check_size)
