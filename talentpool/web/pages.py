"""The pages that say the same to everybody, and the chart functions that templates call."""

from __future__ import annotations

from flask import Blueprint, Flask, render_template

from ..permissions import Action, can
from ..reference.entries import Vocabulary
from ..reference.service import load_catalogue
from . import charts
from .access import public
from .unit import current_actor, current_session

blueprint = Blueprint("pages", __name__)


@blueprint.get("/help")
@public
def guide() -> str:
    return render_template("public/guide.html")


@blueprint.get("/privacy")
@public
def privacy() -> str:
    return render_template("public/privacy.html")


@blueprint.get("/consent")
@public
def consent() -> str:
    purposes = load_catalogue(current_session()).terms(Vocabulary.CONSENT_PURPOSE)
    return render_template("public/consent.html", purposes=purposes)


@blueprint.get("/accessibility")
@public
def accessibility() -> str:
    return render_template("public/accessibility.html")


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
    app.jinja_env.globals.update(charts=charts, may=may)


def may(action: str) -> bool:
    """Whether who looks at the page may do `action` ("round:run") on anything at all; for templates."""
    return can(current_session(), current_actor(), Action(action))
