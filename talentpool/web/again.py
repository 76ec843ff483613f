"""A form that was refused, or given a row more, stands at an address of its own: Back and reload ask nothing.

The answer to a refused form is its page with 422 (or 409). Its script makes the address of that page the one that
shows it again; a browser without scripts says so in the form and is sent there.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from flask import Flask, Response, current_app, g, redirect, request
from sqlalchemy.exc import SQLAlchemyError
from wtforms import FormField

from .. import clock
from ..errors import Problem, Refused
from ..troubles import trouble_of
from . import kept, once
from .fields import CatalogueForm
from .refusals import Fault, faults_noted, note

REFUSED = frozenset({409, 422})
LONGEST = 500  # characters of an address
OUR_KEY = re.compile(r"[\w-]{12}", re.ASCII)
PATH, STATUS, FAULT = (kept.ABOUT + name for name in ("path", "status", "fault"))


def address() -> str | None:
    """Where the page that answers the present form can be asked for again."""
    if request.method != "POST":
        return None
    if "again" not in g:
        page = kept.page_of_the_form()
        is_worth_keeping = g.get("actor") is not None and any(
            value for _, value in kept.typed_now()
        )
        g.again = _with_key(page) if page and is_worth_keeping else page
    again: str | None = g.again
    return again


def forget() -> None:
    """Only what was refused can be asked for again: the page of something foreign is that of something absent."""
    g.again = None


def here() -> tuple[str, str]:
    """Path and query of the present page where it can be asked for, else of the first one of the site."""
    if request.method in {"GET", "HEAD"}:
        return request.path, request.query_string.decode("ascii", "replace")
    path, _, query = (address() or "/").partition("?")
    return path, query


def _with_key(page: str) -> str:
    """`page` with the key of what is typed there; the key that it has already stays."""
    path, _, query = page.partition("?")
    others = [pair for pair in parse_qsl(query, keep_blank_values=True) if pair[0] != kept.KEY]
    before = kept.page_before()
    key = _key_in(query) or (before.path == path and _key_in(before.query))
    with_key = (kept.KEY, key or secrets.token_urlsafe(9))
    whole = f"{path}?{urlencode([*others, with_key])}"
    return whole if len(whole) <= LONGEST else f"{path}?{urlencode([with_key])}"


def _key_in(query: str) -> str | None:
    key = dict(parse_qsl(query)).get(kept.KEY, "")
    return key if OUR_KEY.fullmatch(key) else None


def change_rows(form: CatalogueForm) -> Response:
    """Answer 行を追加 and この行を消す: the page with its rows as they are now, at the row or list in question."""
    typed = kept.typed_now()
    if "drop" in request.form:
        row = request.form["drop"]
        rows = row.rpartition("-")[0]
        target = rows if rows in form else ""
        typed = [(name, value) for name, value in typed if not name.startswith(f"{row}-")]
    else:
        target, added = form.add_row(request.form["add"])
        typed += added
    page = _with_key(kept.page_of_the_form() or request.path)
    g.rows = page, typed or [("version", "")]
    return redirect(f"{page}#{quote(target)}", 303)  # type: ignore[return-value]


def change_fields(changed: Mapping[str, str]) -> Response:
    """Answer a button that changes what stands in some boxes: the page with them, and all else as typed."""
    page = _with_key(kept.page_of_the_form() or request.path)
    g.rows = page, [(name, changed.get(name, value)) for name, value in kept.typed_now()]
    target = next((name for name in changed if name != "version"), "")
    return redirect(f"{page}#{quote(target)}", 303)  # type: ignore[return-value]


def back_to(page: str) -> Response:
    """Answer another button of the form on `page`, which is not sent yet: the page with all that is typed there."""
    page = _with_key(page)
    g.rows = page, kept.typed_now() or [("version", "")]
    return redirect(page, 303)  # type: ignore[return-value]


def _keep(response: Response) -> Response:
    """After the view: what was refused is kept, what was accepted no longer, what is shown again has its status."""
    returned = g.get("returned")
    if request.method == "GET" and returned is not None and response.status_code == 200:
        response.status_code = int(returned.about.get(STATUS, 200))
    if request.method != "POST" or g.get("actor") is None:
        return response
    if "rows" in g:
        if response.status_code == 303:
            kept.store().keep(g.actor.user_id, *g.rows, now=clock.now())
        return response
    page = g.get("again")
    if response.status_code in REFUSED and page and kept.KEY in page:
        if (request.content_length or 0) > kept.MOST_BYTES:
            return response
        about = [(PATH, request.path), (STATUS, str(response.status_code))]
        about += [(FAULT, json.dumps(fault.parts)) for fault in faults_noted()]
        kept.store().keep(g.actor.user_id, page, [*kept.typed_now(), *about], now=clock.now())
        if "noscript" in request.form:
            return redirect(page, 303)  # type: ignore[return-value]
    elif once.is_settled(response) and kept.KEY in (request.referrer or "") + request.full_path:
        _drop(response)
    return response


def _drop(response: Response) -> None:
    page = _with_key(kept.page_of_the_form() or request.path)
    if (response.location or "").startswith(page):
        return
    try:
        kept.store().drop(g.actor.user_id, page)
    except SQLAlchemyError as error:  # what the form said is stored, and its answer says so
        trouble = trouble_of(error)
        if trouble is None:
            raise
        current_app.logger.warning("a form stays kept: %s", trouble)


def sent_to(url: str, hidden: Mapping[str, Any]) -> Mapping[str, str]:
    """What was typed into the form of this page that goes to `url`, now or before."""
    if request.method == "POST":
        sent: Mapping[str, str] = request.form
        path = request.path
    else:
        returned = kept.returned_here()
        if returned is None:
            return {}
        sent, path = returned.typed, returned.about.get(PATH, "")
    is_it = request.script_root + path == url
    if not is_it or any(sent.get(name) != str(value) for name, value in hidden.items()):
        return {}
    if request.method == "GET" and returned is not None:
        returned.is_placed = True
    return sent


def error_before(prefix: str) -> Problem | None:
    """What the controls whose ids begin with `prefix` were refused with, when the page was shown before."""
    fields = {
        fault.target.removeprefix(prefix): fault.said
        for fault in faults_before()
        if fault.target.startswith(prefix)
    }
    return Refused(next(iter(fields.values())), fields=fields) if fields else None


def version_before() -> str | None:
    """What the form that is shown again was about: a change by somebody else since then is still noticed."""
    returned = kept.returned_here()
    return returned.version if returned else None


def faults_before() -> list[Fault]:
    returned = kept.returned_here()
    return [Fault(*json.loads(text)) for text in returned.about.getlist(FAULT)] if returned else []


def note_form_again(form: Any) -> str:
    """Put what was refused back at the fields of `form`, then take all of it into the summary."""
    said: dict[str, list[str]] = {}
    for fault in faults_before():
        said.setdefault(fault.target, []).append(fault.said)
    _restore(form, said)
    return note(form)


def _restore(fields: Any, said: Mapping[str, list[str]]) -> None:
    for field in fields:
        inner = getattr(field, "entries", None) or getattr(field, "form", None)
        if inner is not None:
            _restore(inner, said)
        if field.id in said and not isinstance(field, FormField) and not field.errors:
            field.errors = said[field.id]


def init_app(app: Flask) -> None:
    app.after_request(_keep)
    app.jinja_env.globals.update(
        again=address,
        sent_to=sent_to,
        error_before=error_before,
        faults_before=faults_before,
        version_before=version_before,
        note_form=note_form_again,
    )
