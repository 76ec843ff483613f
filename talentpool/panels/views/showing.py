"""Opening a panel, and what it has come to."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ... import clock
from ...candidates.views.blueprint import log_names
from ...errors import Conflict, NotFound, Refused
from ...needs.models import Need
from ...permissions import Action, can, require
from ...web import current_actor, current_session, requires
from .. import service
from ..forms import ADVICE, PanelForm, ReplaceForm, criterion_label
from ..models import Panel
from .blueprint import blueprint, get_need, get_panel


@blueprint.route("/needs/<int:need_id>/panel", methods=["GET", "POST"])
@requires(Action.RUN_PANEL)
def open_panel(need_id: int) -> ResponseReturnValue:
    session, actor, form = current_session(), current_actor(), PanelForm()
    need = get_need(need_id)
    require(session, actor, Action.RUN_PANEL, need)
    panel = service.find_panel(session, need)
    if panel is not None and not form.is_submitted():
        return redirect(url_for("panels.show_panel", panel_id=panel.id))
    form.offer(service.list_officers(session, need))
    if form.validate_on_submit():
        try:
            panel = service.open_panel(
                session, need, members=form.members.data or [], chair=form.chair.data,
                actor=actor, now=clock.now(),
            )  # fmt: skip
        except (Refused, Conflict) as error:
            form.refuse(error)
        else:
            flash(_("評価会を開きました。"), "success")
            return redirect(url_for("panels.show_panel", panel_id=panel.id))
    page = render_template(
        "panels/open_panel.html", need=need, form=form,
        criteria=[criterion_label(code) for code in service.criteria_of(need)],
        introduced=service.list_introduced(session, need),
    )  # fmt: skip
    return page, form.status


@blueprint.get("/panels/<int:panel_id>")
@requires(Action.VIEW_PANEL)
def show_panel(panel_id: int) -> ResponseReturnValue:
    session, actor, panel = current_session(), current_actor(), get_panel(panel_id)
    results = service.list_results(session, panel, actor)
    log_names([one.placement.candidate_id for one in results if one.is_named])
    members = {row.user_id: row.user.display_name or row.user.email for row in panel.members}
    present = {ident: name for ident, name in members.items() if ident in panel.ids_at()}
    return render_template(
        "panels/show_panel.html",
        panel=panel,
        need=panel.need,
        results=results,
        members=members,
        present=present,
        may_replace=_may_replace(panel),
        names={code: criterion_label(code) for code in panel.criteria},
        advice=ADVICE,
        is_member=actor.user_id in present,
        is_chair=actor.user_id == panel.chair_id,
    )


def _may_replace(panel: Panel) -> bool:
    session, actor = current_session(), current_actor()
    return can(session, actor, Action.RUN_PANEL, panel) and service.may_replace(panel, actor)


@blueprint.route("/panels/<int:panel_id>/replace", methods=["GET", "POST"])
@requires(Action.RUN_PANEL)
def replace_member(panel_id: int) -> ResponseReturnValue:
    session, actor, form, panel = (
        current_session(), current_actor(), ReplaceForm(), get_panel(panel_id),
    )  # fmt: skip
    require(session, actor, Action.RUN_PANEL, panel)
    if not service.may_replace(panel, actor):
        raise NotFound
    users = [row.user for row in panel.members if row.left_at is None]
    form.offer(users, service.list_coming(session, panel))
    if form.validate_on_submit():
        try:
            service.replace_member(
                session, panel, leaving=form.leaving.data, coming=form.coming.data, actor=actor,
                now=clock.now(),
            )  # fmt: skip
        except Refused as error:
            form.refuse(error)
        else:
            flash(_("評価する人を替えました。"), "success")
            return redirect(url_for("panels.show_panel", panel_id=panel.id))
    page = render_template("panels/replace_member.html", panel=panel, need=panel.need, form=form)
    return page, form.status


@blueprint.app_template_global("panel_of")
def panel_of(need: Need) -> dict[str, Any] | None:
    """For the page of an introduction, which lies below this room: the panel, or whether one can be opened."""
    session, actor = current_session(), current_actor()
    if not can(session, actor, Action.RUN_PANEL, need):
        return None
    return {"panel": service.find_panel(session, need)}
