"""Every view says who may call it; one that does not is never called."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ..errors import Forbidden
from ..permissions import Action, Role, scope_of

V = TypeVar("V", bound=Callable[..., Any])
ACCESS = "talentpool_access"  # attribute of the view function: "public", "signed in" or an Action


def public(view: V) -> V:
    setattr(view, ACCESS, "public")
    return view


def signed_in(view: V) -> V:
    setattr(view, ACCESS, "signed in")
    return view


def requires(*actions: Action, roles: frozenset[Role] | None = None) -> Callable[[V], V]:
    """For roles that may do one of `actions` at all; which objects, the services and `visible` decide."""

    def mark(view: V) -> V:
        setattr(view, ACCESS, (actions, roles))
        return view

    return mark


def guard() -> ResponseReturnValue | None:
    """Before each request: set the actor, send strangers to the sign-in page."""
    if request.endpoint is None or request.endpoint == "static":
        return None
    access = getattr(current_app.view_functions[request.endpoint], ACCESS, None)
    g.actor = current_user.actor if current_user.is_authenticated else None
    if access == "public":
        return None
    if g.actor is None:
        wanted = request.full_path.rstrip("?") if request.method == "GET" else None
        return redirect(url_for("accounts.sign_in", next=wanted))
    if access == "signed in":
        return None
    if access is None:
        raise Forbidden("このページの利用権限が定められていません。")
    actions, roles = access
    if roles is not None and g.actor.role not in roles:
        raise Forbidden("このページを利用する権限がありません。")
    if not any(scope_of(g.actor, action) for action in actions):
        raise Forbidden("このページを利用する権限がありません。")
    return None


def init_app(app: Flask) -> None:
    app.before_request(guard)
