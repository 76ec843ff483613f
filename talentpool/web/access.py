"""Every view declares who may call it; a view without a declaration is never called."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ..errors import Forbidden
from ..language import say
from ..permissions import Action, Role, scope_of
from . import kept

V = TypeVar("V", bound=Callable[..., Any])
ACCESS = "talentpool_access"  # attribute of the view function: "public", "signed in" or an Action


def public(view: V) -> V:
    setattr(view, ACCESS, "public")
    return view


def signed_in(view: V) -> V:
    setattr(view, ACCESS, "signed in")
    return view


def requires(*actions: Action, roles: frozenset[Role] | None = None) -> Callable[[V], V]:
    """Admit roles that may do one of `actions` to any object; services and `visible` decide to which."""

    def mark(view: V) -> V:
        setattr(view, ACCESS, (actions, roles))
        return view

    return mark


def guard() -> ResponseReturnValue | None:
    """Set the actor before each request, and send visitors to the sign-in page."""
    if request.endpoint == "static":
        return None
    failure = getattr(session, "failure", None)
    if failure is None:
        g.actor = current_user.actor if current_user.is_authenticated else None
    if request.endpoint is None:  # the page that says so is that of any other absent thing
        return None
    if failure is not None:
        raise failure
    access = getattr(current_app.view_functions[request.endpoint], ACCESS, None)
    if access == "public":
        return None
    if g.actor is None:
        is_read = request.method == "GET"
        wanted = request.full_path.rstrip("?") if is_read else kept.keep_what_was_typed()
        return redirect(url_for("accounts.sign_in", next=wanted))
    if access == "signed in":
        return None
    if access is None:
        raise Forbidden(say("このページの利用権限が定められていません。"))
    actions, roles = access
    if roles is not None and g.actor.role not in roles:
        raise Forbidden(say("このページを利用する権限がありません。"))
    if not any(scope_of(g.actor, action) for action in actions):
        raise Forbidden(say("このページを利用する権限がありません。"))
    return None


def init_app(app: Flask) -> None:
    app.before_request(guard)
