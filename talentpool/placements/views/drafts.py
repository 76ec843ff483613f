"""From a plan to papers: adopting a round, drafting the ordered list of a need, adding alternates."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ... import clock
from ...candidates.models import Candidate
from ...errors import Refused
from ...needs.models import Need
from ...permissions import Action, get_visible
from ...rounds.models import Round
from ...states import LIVE, PLACEMENT, PlacementState
from ...web import current_actor, current_session, requires
from .. import adopting, drafting, service
from ..forms import DraftForm
from ..models import Placement
from .blueprint import blueprint, catalogue_of, log_names


@blueprint.post("/rounds/<int:round_id>/adopt")
@requires(Action.RUN_ROUND)
def adopt_round(round_id: int) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    round_ = get_visible(session, actor, Round, round_id)
    made = adopting.adopt_round(session, round_, actor=actor, now=clock.now())
    flash(_("採用しました。%(n)s件の候補ができました。起案してください。", n=len(made)), "success")
    return redirect(url_for("placements.list_placements", state=str(PlacementState.SUGGESTED)))


@blueprint.route("/placements/needs/<int:need_id>/draft", methods=["GET", "POST"])
@requires(Action.DRAFT_PLACEMENT)
def draft_placements(need_id: int) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    need = get_visible(session, actor, Need, need_id)
    rows = service.list_of_need(session, actor, need)
    suggestions = [row for row in rows if row.state is PlacementState.SUGGESTED]
    ids = [row.id for row in suggestions]
    form = DraftForm.of(ids)()
    if form.validate_on_submit():
        try:
            _propose(need, {row.id: row for row in suggestions}, form)
        except Refused as error:
            form.refuse(error)
        else:
            flash(_("起案しました。決裁者に知らせました。"), "success")
            return redirect(url_for("placements.list_placements"))
    return _draft_page(need, rows, suggestions, form), 422 if form.is_submitted() else 200


def _propose(need: Need, suggestions: dict[int, Placement], form: DraftForm) -> None:
    ordered = [suggestions[ident] for ident in form.order(list(suggestions))]
    drafting.propose_placements(
        current_session(), need, ordered, actor=current_actor(), now=clock.now(),
        comment=form.comment.data or "",
    )  # fmt: skip


def _draft_page(
    need: Need, rows: list[Placement], suggestions: list[Placement], form: DraftForm
) -> str:
    session = current_session()
    alternates = service.list_alternates(session, need)
    log_names([row.candidate_id for row in rows] + [row.candidate.id for row in alternates])
    return render_template(
        "placements/draft_placements.html", need=need, suggestions=suggestions, form=form,
        standing=[row for row in rows if row.state in LIVE and row not in suggestions],
        alternates=alternates, machine=PLACEMENT, catalogue=catalogue_of(session),
    )  # fmt: skip


@blueprint.post("/placements/needs/<int:need_id>/alternates")
@requires(Action.DRAFT_PLACEMENT)
def add_alternate(need_id: int) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    need = get_visible(session, actor, Need, need_id)
    round_ = get_visible(session, actor, Round, request.form.get("round", 0, type=int))
    candidate = get_visible(session, actor, Candidate, request.form.get("candidate", 0, type=int))
    drafting.suggest_alternate(session, round_, need, candidate, actor=actor, now=clock.now())
    flash(_("次点の候補に加えました。"), "success")
    return redirect(url_for("placements.draft_placements", need_id=need_id))
