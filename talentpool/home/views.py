from __future__ import annotations

from flask import Blueprint, Flask, jsonify, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from flask_login import current_user

from .. import schema
from ..permissions import Role
from ..web import current_actor, current_session, public, signed_in
from . import service

blueprint = Blueprint("home", __name__)
EVERYBODY = [role for role in Role if role is not Role.SYSTEM]


def init_app(app: Flask) -> None:
    menu = app.extensions["talentpool_navigation"]
    menu.add(_("ホーム"), "home.show_home", *EVERYBODY, position=0)


@blueprint.get("/")
@public
def show_top() -> ResponseReturnValue:
    if current_user.is_authenticated:
        return redirect(url_for("home.show_home"))
    return render_template("public/top.html", counts=service.count_pool(current_session()))


@blueprint.get("/home")
@signed_in
def show_home() -> ResponseReturnValue:
    tasks = service.list_tasks(current_session(), current_actor())
    return render_template("home/show_home.html", tasks=tasks, role=current_actor().role)


@blueprint.get("/healthz")
@public
def show_health() -> ResponseReturnValue:
    """The process answers."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@public
def show_readiness() -> ResponseReturnValue:
    """The database answers and has the schema this code was written for."""
    is_ready = schema.revision(current_session().connection()) == schema.head()
    return jsonify(status="ok" if is_ready else "schema"), 200 if is_ready else 503
