"""The form of one officer about one person, and the chair's."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ... import clock
from ...candidates.views.blueprint import log_names
from ...errors import Conflict, Forbidden, Refused
from ...permissions import Action
from ...placements.models import Placement
from ...web import current_actor, current_session, requires
from ...web.steps import show_lost
from .. import service
from ..forms import ConsensusForm, SheetForm, criterion_label, form_of
from ..models import Advice, Panel
from .blueprint import blueprint, get_panel


@blueprint.route("/panels/<int:panel_id>/people/<int:placement_id>", methods=["GET", "POST"])
@requires(Action.SCORE_PANEL)
def score_person(panel_id: int, placement_id: int) -> ResponseReturnValue:
    session, actor, panel = current_session(), current_actor(), get_panel(panel_id)
    placement = service.get_placement(session, panel, placement_id)
    if actor.user_id not in panel.ids_at():
        raise Forbidden(_("この評価会で評価する人ではありません。"))
    form = form_of(tuple(panel.criteria))()
    if not form.validate_on_submit():
        return _page(panel, placement, form)
    try:
        service.submit_sheet(
            session, panel, placement, points=form.points(), abstains=form.abstains.data,
            remark=form.remark.data or "", actor=actor, now=clock.now(),
        )  # fmt: skip
    except Refused as error:
        form.refuse(_at_fields(error, panel))
        return _page(panel, placement, form)
    except Conflict as error:
        session.rollback()
        back = url_for("panels.show_panel", panel_id=panel_id)
        sent: list[tuple[str, object]] = [(_("気づいたこと"), form.remark.data)]
        return show_lost(error, sent, [], back)
    flash(_("評価を送りました。"), "success")
    return redirect(url_for("panels.show_panel", panel_id=panel_id))


def _at_fields(error: Refused, panel: Panel) -> Refused:
    """The same at the fields of the form."""
    names = {code: f"points_{code}" for code in panel.criteria}
    fields = {names.get(name, name): text for name, text in error.fields.items()}
    return Refused(error.message, fields=fields)


def _page(panel: Panel, placement: Placement, form: SheetForm) -> ResponseReturnValue:
    log_names([placement.candidate_id])
    for code, field in form.rows():
        field.label.text = criterion_label(code)
    page = render_template(
        "panels/score_person.html", panel=panel, need=panel.need, placement=placement, form=form
    )
    return page, form.status


@blueprint.route(
    "/panels/<int:panel_id>/people/<int:placement_id>/consensus", methods=["GET", "POST"]
)
@requires(Action.SCORE_PANEL)
def write_consensus(panel_id: int, placement_id: int) -> ResponseReturnValue:
    session, actor, form = current_session(), current_actor(), ConsensusForm()
    panel = get_panel(panel_id)
    placement = service.get_placement(session, panel, placement_id)
    if actor.user_id != panel.chair_id:
        raise Forbidden(_("まとめは、座長が書きます。"))
    if not form.validate_on_submit():
        log_names([placement.candidate_id])
        page = render_template(
            "panels/write_consensus.html",
            panel=panel,
            need=panel.need,
            placement=placement,
            form=form,
        )
        return page, form.status
    try:
        service.say_consensus(
            session, panel, placement, advice=Advice(form.advice.data), text=form.text.data,
            actor=actor, now=clock.now(),
        )  # fmt: skip
    except Conflict as error:
        session.rollback()
        back = url_for("panels.show_panel", panel_id=panel_id)
        sent: list[tuple[str, object]] = [(_("理由"), form.text.data)]
        return show_lost(error, sent, [], back)
    flash(_("まとめを書きました。"), "success")
    return redirect(url_for("panels.show_panel", panel_id=panel_id))
