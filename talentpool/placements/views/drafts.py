"""From a plan to papers: adopting a round, drafting the ordered list of a need, adding alternates."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ... import clock
from ...candidates.models import Candidate
from ...candidates.views.blueprint import log_names
from ...dates import local_date
from ...errors import LostRace, Refused
from ...needs.models import Need
from ...permissions import Action, get_visible
from ...rounds.directed import list_directed
from ...rounds.models import DirectiveKind, Round
from ...states import LIVE, PlacementState
from ...web import again, current_actor, current_session, requires
from .. import adopting, drafting, service
from ..forms import NOT_IN_ORDER, DraftForm
from ..models import Placement
from ..seats import look_at_seats
from ..standing import standings
from .blueprint import blueprint
from .lost import show_lost_list


@blueprint.post("/rounds/<int:round_id>/adopt")
@requires(Action.RUN_ROUND)
def adopt_round(round_id: int) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    round_ = get_visible(session, actor, Round, round_id)
    names = ("made", "skipped", "ended")
    shown = {name: request.form[name] for name in names if name in request.form} or None
    try:
        made = adopting.adopt_round(session, round_, actor=actor, now=clock.now(), shown=shown)
    except adopting.OtherAdoption as error:
        return render_template(
            "placements/other_adoption.html", round=round_, message=error.message,
            versions=_versions(error),
        ), error.status  # fmt: skip
    flash(_("採用しました。%(n)s件の候補ができました。起案してください。", n=len(made)), "success")
    return redirect(url_for("placements.draft_round", round_id=round_.id))


@blueprint.app_template_global("adoption_of")
def adoption_of(round_: Round) -> adopting.Adoption:
    """For the page of a plan, which lies below placements: what its button would do."""
    adoption = adopting.foresee(current_session(), round_)
    log_names([row.candidate_id for row in [*adoption.skipped, *adoption.ended]])
    return adoption


def _versions(error: adopting.OtherAdoption) -> list[tuple[str, int, int]]:
    """(what, on the page before, now) of everything that adopting does."""
    labels = {
        "made": _("推薦の候補になる組"),
        "skipped": _("すでに候補か推薦になっているため作らない組"),
        "ended": _("終わらせる前の回の候補"),
    }
    now = error.now.shown()
    return [
        (label, len(error.shown.get(name, "").split()), len(now[name].split()))
        for name, label in labels.items()
    ]


@blueprint.route("/placements/needs/<int:need_id>/draft", methods=["GET", "POST"])
@requires(Action.DRAFT_PLACEMENT)
def draft_placements(need_id: int) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    need = get_visible(session, actor, Need, need_id)
    rows = service.list_of_need(session, actor, need)
    suggestions = [row for row in rows if row.state is PlacementState.SUGGESTED]
    ids = [row.id for row in suggestions]
    form = DraftForm.of(ids)()
    gone = [row for row in rows if row.id not in ids and _is_in_order(row)]
    if form.is_submitted() and gone:
        order = [row for row in rows if _is_in_order(row)]
        back = url_for("placements.draft_placements", need_id=need_id)
        return show_lost_list(LostRace(), order, form.comment.data or "", back)
    if form.validate_on_submit():
        try:
            _propose(need, {row.id: row for row in suggestions}, form)
        except Refused as error:
            form.refuse(error)
        else:
            flash(_("起案しました。決裁を待っています。"), "success")
            return redirect(url_for("placements.list_placements"))
    return _draft_page(need, rows, suggestions, form), form.status


def _is_in_order(placement: Placement) -> bool:
    """Whether the form that was sent puts it on the list."""
    return request.form.get(f"order_{placement.id}", str(NOT_IN_ORDER)) != str(NOT_IN_ORDER)


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
    rounds = {row.round_id for row in suggestions if row.round_id is not None}
    rounds |= {row.round_id for row in alternates}
    directed = [
        found for round_id in sorted(rounds) for found in list_directed(session, round_id, need.id)
    ]
    standing = [row for row in rows if row.state in LIVE and row not in suggestions]
    shown = {row.candidate_id for row in (*suggestions, *standing)}
    shown |= {row.candidate.id for row in alternates}
    log_names(shown.union(*(row.people for row in directed)))
    return render_template(
        "placements/draft_placements.html", need=need, suggestions=suggestions, form=form,
        standing=standing,
        standings=standings(session, standing, local_date(clock.now())),
        seats=look_at_seats(session, need, local_date(clock.now())), alternates=alternates, directed=directed,
        pinned=service.list_pinned(session, suggestions),
        forbidden={row.person.id for row in directed if row.kind is DirectiveKind.FORBID},
    )  # fmt: skip


@blueprint.post("/placements/needs/<int:need_id>/alternates")
@requires(Action.DRAFT_PLACEMENT)
def add_alternate(need_id: int) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    need = get_visible(session, actor, Need, need_id)
    round_ = get_visible(session, actor, Round, request.args.get("round", 0, type=int))
    candidate = get_visible(session, actor, Candidate, request.args.get("candidate", 0, type=int))
    drafting.suggest_alternate(session, round_, need, candidate, actor=actor, now=clock.now())
    flash(_("次点の候補に加えました。"), "success")
    return again.back_to(url_for("placements.draft_placements", need_id=need_id))
