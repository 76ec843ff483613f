from __future__ import annotations

from flask import (
    Blueprint,
    Flask,
    current_app,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from flask_login import current_user

from .. import clock, matching as m
from ..candidates.models import Candidate
from ..candidates.views.blueprint import log_names
from ..dates import local_date
from ..needs.content import MOST_PRIORITY
from ..needs.models import Need
from ..needs.priorities import POLICY
from ..permissions import Action, Role
from ..pool.policy import first_policy
from ..web import current_actor, current_catalogue, current_session, public, requires, signed_in
from ..web.filters import show_points
from ..web.labels import label
from ..web.unit import TalentpoolFlask
from . import service
from .forms import FindForm
from .items import Whose, by_span
from .looking import find
from .queues import Party
from .readiness import OK, Readiness

blueprint = Blueprint("home", __name__)
EVERYBODY = [role for role in Role if role is not Role.SYSTEM]
STAFF = frozenset({Role.COORDINATOR, Role.APPROVER, Role.AUDITOR})
NAMING = frozenset({Role.COORDINATOR, Role.APPROVER})  # whose items name people


def init_app(app: Flask) -> None:
    menu = app.extensions["talentpool_navigation"]
    menu.add(_("ホーム"), "home.show_home", *EVERYBODY, position=0, icon="home")
    assert isinstance(app, TalentpoolFlask)
    engine = app.extensions["talentpool_engine"]
    app.extensions["talentpool_readiness"] = Readiness(app.database, engine)


@blueprint.get("/")
@public
def show_top() -> ResponseReturnValue:
    if current_user.is_authenticated:
        return redirect(url_for("home.show_home"))
    counts = service.count_pool(current_session(), now=clock.now())
    return render_template("public/top.html", counts=counts)


@blueprint.get("/help/matching")
@public
def show_rules() -> ResponseReturnValue:
    """The hard rules of the engine, and the parts of the fit as rounds begin to weigh them."""
    weights = first_policy().weights
    return render_template(
        "public/matching_rules.html",
        rules=[(label(rule), label((rule.sentence_ja, rule.sentence_en))) for rule in m.RULES.values()],
        parts=[
            (label(words), show_points(weights[part]))
            for part, words in m.PARTS.items()
            if weights[part]
        ],
        record=show_points(first_policy(has_ratings=True).weights["record"]),
    )  # fmt: skip


@blueprint.get("/help/priorities")
@public
def show_priorities() -> ResponseReturnValue:
    """What gives a need priority, and what that adds in a round as rounds begin."""
    bonus = first_policy().priority_bonus
    return render_template(
        "public/priorities.html",
        rules=[(label(rule.words), label(rule.text), rule.levels) for rule in POLICY.values()],
        most=MOST_PRIORITY,
        bonus=show_points(bonus),
        greatest=show_points(bonus * MOST_PRIORITY),
    )


@blueprint.get("/home")
@signed_in
def show_home() -> ResponseReturnValue:
    actor = current_actor()
    asked = request.args.get("whose")
    whose = Whose(asked) if asked in set(Whose) else Whose.ALL
    waited = request.args.get("for")
    party = Party(waited) if waited in set(Party) else None
    now = clock.now()
    home = service.look(current_session(), actor, now=now, whose=whose, party=party)
    if actor.role in NAMING:
        log_names({item.candidate_id for item in home.items if item.candidate_id is not None})
    page = "show_own" if home.own else "show_home"
    spans = by_span(home.items, now)
    return render_template(
        f"home/{page}.html",
        home=home,
        today=local_date(now),
        spans=spans,
        finds=actor.role in STAFF,
    )


@blueprint.get("/find")
@requires(Action.VIEW_CANDIDATE, roles=STAFF)
def find_anything() -> ResponseReturnValue:
    """Straight to the page where only one thing is meant."""
    words = request.args.get("words", "")
    form = FindForm(formdata=request.args)
    if not form.validate():
        return render_template("home/find_anything.html", form=form, found=None)
    found = find(current_session(), current_actor(), words, catalogue=current_catalogue())
    only = found.only
    if isinstance(only, Candidate):
        return redirect(url_for("candidates.show_candidate", ident=only.id))
    if isinstance(only, Need):
        return redirect(url_for("needs.show_need", need_id=only.id))
    log_names({person.id for person in found.people})
    return render_template("home/find_anything.html", form=form, found=found)


@blueprint.get("/healthz")
@public
def show_health() -> ResponseReturnValue:
    """The process is up."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@public
def show_readiness() -> ResponseReturnValue:
    """The database answers, takes what is to be stored and has the schema of this code; so does the queue."""
    said = current_app.extensions["talentpool_readiness"].tell()
    return jsonify(status=said), 200 if said == OK else 503
