"""Placements as the prefecture sees them: the list, one placement with its history, lifting a hold."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _

from ... import clock, matching as m
from ...audit import AuditEvent
from ...candidates.views.blueprint import log_names
from ...dates import local_date, month_of
from ...errors import Conflict, Refused
from ...language import Words
from ...permissions import Action, Role, can, get_visible, require
from ...rounds.directed import count_directed, list_directed
from ...states import ENTRIES, LIVE, PLACEMENT, PlacementState
from ...web import current_actor, current_catalogue, current_session, requires
from ...web.labels import in_town, term
from ...web.languages import locale
from ...web.steps import show_lost
from .. import deferring, finding, lifting, recording, service, stepping
from ..earning import list_beyond
from ..forms import LiftForm, PlacementListForm
from ..models import PLANNED, Placement
from ..recorded import HOW_LABELS
from ..seats import look_at_seats
from ..standing import standings
from ..weighing import list_asked
from .blueprint import blueprint, buttons
from .columns import PLACEMENTS
from .lost import present

STAFF = frozenset({Role.COORDINATOR, Role.APPROVER, Role.AUDITOR})
COORDINATOR = frozenset({Role.COORDINATOR})


@blueprint.get("/placements")
@requires(Action.VIEW_PLACEMENT, roles=STAFF)
def list_placements() -> ResponseReturnValue:
    form = PlacementListForm(formdata=request.args)
    placements = finding.list_placements(
        current_session(), current_actor(), form.asked(), catalogue=current_catalogue(), now=clock.now()
    )  # fmt: skip
    return PLACEMENTS.answer(placements, form, suggested=PlacementState.SUGGESTED)


@blueprint.get("/placements/<int:placement_id>")
@requires(Action.VIEW_PLACEMENT, roles=STAFF)
def show_placement(placement_id: int) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    return show(service.get_whole(session, actor, placement_id))


def show(placement: Placement, error: Refused | None = None, verb: str | None = None) -> str:
    """`error` belongs to the form of the step `verb`."""
    return render_template(
        "placements/show_placement.html", **facts(placement), error=error, refused_verb=verb
    )


def facts(placement: Placement) -> dict[str, Any]:
    """What staff need to judge a placement; the names in it are logged."""
    session, actor, now = current_session(), current_actor(), clock.now()
    others = [
        row
        for row in service.list_of_need(session, actor, placement.need)
        if row.id != placement.id and row.state in LIVE
    ]
    seats = look_at_seats(session, placement.need, local_date(now))
    directed = list_directed(session, placement.round_id, placement.need_id)
    log_names(
        {row.candidate_id for row in (placement, *others)}.union(*(row.people for row in directed))
    )
    steps = stepping.list_steps(session, placement, actor=actor, now=now)
    return {
        "placement": placement,
        "need": placement.need,
        "candidate": placement.candidate,
        "buttons": buttons(placement, [step for step in steps if step.verb != "propose"]),
        "beyond": list_beyond(session, placement, month_of(local_date(now))),
        "is_suggestion": any(step.verb == "propose" for step in steps),
        "parts": service.list_parts(placement),
        "skills": list_asked(placement.need, placement.candidate),
        "others": others,
        "standings": standings(session, [placement, *others], local_date(now)),
        "ranked": service.count_ranked(session, placement),
        "seats": seats,
        "directed": directed,
        "given": count_directed(session, placement.round_id),
        "history": [(event.at, _told(event)) for event in service.list_history(session, placement)],
        "answers": recording.list_answers(session, placement),
        "how_labels": HOW_LABELS,
        "can_record": bool(recording.verbs_of(placement))
        and can(session, actor, Action.RECORD_ANSWER, placement),
        "screening": lifting.screen_pair(session, placement.candidate, placement.need),
        "paper": placement.paper,
        "extensions": deferring.list_extensions(session, placement),
        "can_extend": placement.answer_until is not None
        and can(session, actor, Action.EXTEND_DEADLINE, placement),
        "why": _why(placement),
        "is_planned": placement.reason.get("code") in PLANNED,
        "end_reason": _end_reason(placement),
        "can_lift": can(session, actor, Action.DRAFT_PLACEMENT, placement),
    }


@blueprint.post("/placements/<int:placement_id>/lift")
@requires(Action.DRAFT_PLACEMENT)
def lift_hold(placement_id: int) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    placement = get_visible(session, actor, Placement, placement_id)
    require(session, actor, Action.DRAFT_PLACEMENT, placement)
    form = LiftForm()
    try:
        lifting.lift_hold(
            session, placement.candidate, placement.need, form.rule.data or "",
            reason=form.reason.data or "", actor=actor, now=clock.now(),
        )  # fmt: skip
    except Refused as error:
        return show(placement, error, "lift"), error.status
    except Conflict as error:
        session.rollback()
        sent = [(_("操作"), _("保留を解除する")), (_("解除の理由"), form.reason.data)]
        stands = get_visible(session, actor, Placement, placement_id)
        back = url_for("placements.show_placement", placement_id=placement_id)
        return show_lost(error, sent, present([stands]), back)
    flash(_("保留を解除しました。理由は起案書に載ります。"), "success")
    return redirect(url_for("placements.show_placement", placement_id=placement_id))


def _told(event: AuditEvent) -> Words:
    """The state that a step led to, or else what was done."""
    reached, entry = event.detail.get("to"), ENTRIES[event.action]
    if not reached or event.action == "placement.return":
        return entry.ja, entry.en
    return PLACEMENT.labels[PlacementState(reached)]


def _why(placement: Placement) -> str:
    """Why the round chose this person, in a sentence; empty where no round did."""
    if "code" not in placement.reason:
        return ""
    needs = service.list_needs(current_session(), placement.reason.get("needs", ()))
    titles = {need.code: in_town(need) for need in needs}
    return m.reason_text(placement.reason, titles, lang=locale())


def _end_reason(placement: Placement) -> str:
    """The label of the reason code: of the vocabulary of the step that led to this end."""
    if placement.end_reason is None:
        return ""
    vocabularies = (
        step.reasons for step in PLACEMENT.transitions if step.target == placement.state
    )
    vocabulary = next(name for name in vocabularies if name)
    return term(placement.end_reason, vocabulary)
