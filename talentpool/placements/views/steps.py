"""The one address to which all buttons of a placement go."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from ... import clock
from ...db import Session
from ...errors import Conflict, Refused
from ...permissions import Action, Actor, Role
from ...web import current_actor, current_session, requires
from .. import stepping
from ..forms import StepForm
from ..locking import CHANGED, take_placement
from ..models import Placement
from . import answers, approvals, staff
from .blueprint import DONE, blueprint

STEPS = (
    Action.DRAFT_PLACEMENT,
    Action.APPROVE_PLACEMENT,
    Action.ANSWER_OFFER,
    Action.ANSWER_INTRODUCTION,
    Action.CONFIRM_PLACEMENT,
)
Page = Callable[[Placement, Refused | None, str | None], str]
PAGES: Mapping[Role, tuple[str, Page]] = {
    Role.CANDIDATE: ("placements.show_offer", answers.show_offer_page),
    Role.MUNICIPALITY: ("placements.show_introduction", answers.show_introduction_page),
    Role.APPROVER: ("placements.show_approval", approvals.show),
}
STAFF_PAGE: tuple[str, Page] = ("placements.show_placement", staff.show)
VERB = ", ".join(f'"{verb}"' for verb in sorted(stepping.VERBS))


@blueprint.post(f"/placements/<int:placement_id>/<any({VERB}):verb>")
@requires(*STEPS)
def take_step(placement_id: int, verb: str) -> ResponseReturnValue:
    session, actor, form = current_session(), current_actor(), StepForm()
    endpoint, page = PAGES.get(actor.role, STAFF_PAGE)
    placement = _take_as_seen(session, actor, placement_id, form)
    try:
        _check(form)
        stepping.take_step(
            session, placement, verb, actor=actor, now=clock.now(),
            reason=form.reason.data or None, comment=form.comment.data or "",
        )  # fmt: skip
    except Refused as error:
        return page(placement, error, verb), error.status
    flash(DONE[verb], "success")
    return redirect(url_for(endpoint, placement_id=placement.id))


def _take_as_seen(session: Session, actor: Actor, placement_id: int, form: StepForm) -> Placement:
    """Locked and in the version of the page; a form without one comes from no page of ours."""
    seen = form.seen_version()
    placement = take_placement(session, actor, placement_id, seen)
    if seen is None:
        raise Conflict(CHANGED)
    return placement


def _check(form: StepForm) -> None:
    if not form.validate():
        raise Refused(
            next(str(message) for messages in form.errors.values() for message in messages)
        )
