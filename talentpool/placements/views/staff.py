"""Placements as the prefecture sees them: the list, one placement with its history, lifting a hold."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _

from ... import clock, matching as m
from ...candidates.models import SkillClaim
from ...errors import Refused
from ...permissions import Action, Role, can, get_visible, require
from ...states import LIVE, PLACEMENT, PlacementState
from ...web import current_actor, current_session, requires
from .. import lifting, papers, service, stepping
from ..forms import FilterForm, LiftForm
from ..models import Placement
from .blueprint import blueprint, buttons, catalogue_of, locale, log_names, page_number

STAFF = frozenset({Role.COORDINATOR, Role.APPROVER, Role.AUDITOR})
COORDINATOR = frozenset({Role.COORDINATOR})


@blueprint.get("/placements")
@requires(Action.VIEW_PLACEMENT, roles=STAFF)
def list_placements() -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    form = FilterForm(formdata=request.args)
    found = service.list_placements(session, actor, state=form.wanted(), page=page_number())
    log_names([row.candidate_id for row in found.rows])
    return render_template(
        "placements/list_placements.html", filters=form, found=found, machine=PLACEMENT,
        suggested=PlacementState.SUGGESTED, catalogue=catalogue_of(session),
    )  # fmt: skip


@blueprint.get("/placements/<int:placement_id>")
@requires(Action.VIEW_PLACEMENT, roles=STAFF)
def show_placement(placement_id: int) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    return show(get_visible(session, actor, Placement, placement_id))


def show(placement: Placement, error: Refused | None = None, verb: str | None = None) -> str:
    """`error` belongs to the form of the step `verb`."""
    log_names([placement.candidate_id])
    return render_template(
        "placements/show_placement.html", **facts(placement), error=error, refused_verb=verb
    )


def facts(placement: Placement) -> dict[str, Any]:
    """What staff need to judge a placement."""
    session, actor, now = current_session(), current_actor(), clock.now()
    steps = stepping.list_steps(session, placement, actor=actor, now=now)
    return {
        "placement": placement,
        "need": placement.need,
        "candidate": placement.candidate,
        "machine": PLACEMENT,
        "buttons": buttons(placement, [step for step in steps if step.verb != "propose"]),
        "is_suggestion": any(step.verb == "propose" for step in steps),
        "parts": _parts(placement),
        "skills": _skills(placement),
        "others": [
            row
            for row in service.list_of_need(session, actor, placement.need)
            if row.id != placement.id and row.state in LIVE
        ],
        "history": service.list_history(session, placement),
        "screening": lifting.screen_pair(session, placement.candidate, placement.need),
        "paper": papers.find_paper(session, placement),
        "catalogue": catalogue_of(session),
        "why": _why(placement),
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
    flash(_("保留を解除しました。理由は起案書に載ります。"), "success")
    return redirect(url_for("placements.show_placement", placement_id=placement_id))


def _parts(placement: Placement) -> list[tuple[str, int]]:
    """(label, basis points) in the engine's order."""
    language = 1 if locale() == "en" else 0
    return [
        (m.PARTS[code][language], placement.parts[code])
        for code in m.PARTS
        if code in placement.parts
    ]


def _skills(placement: Placement) -> list[tuple[str, bool, int, SkillClaim | None]]:
    """(label, is a must, level asked for, what the person claims) for each skill of the need."""
    catalogue = catalogue_of(current_session())
    claims = {claim.skill: claim for claim in placement.candidate.skills}
    return [
        (
            catalogue.label("skill", row.skill, locale()),
            row.is_must,
            row.level,
            claims.get(row.skill),
        )
        for row in placement.need.skills
    ]


def _why(placement: Placement) -> str:
    """Why the round chose this person, in a sentence; empty where no round did."""
    if "code" not in placement.reason:
        return ""
    titles = service.list_titles(current_session(), placement.reason.get("needs", ()))
    return m.reason_text(placement.reason, titles, lang=locale())


def _end_reason(placement: Placement) -> str:
    """The label of the reason code: of the vocabulary of the step that led to this end."""
    if placement.end_reason is None:
        return ""
    vocabularies = (
        step.reasons for step in PLACEMENT.transitions if step.target == placement.state
    )
    vocabulary = next(name for name in vocabularies if name)
    return catalogue_of(current_session()).label(vocabulary, placement.end_reason, locale())
