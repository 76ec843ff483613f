"""The one address to which all buttons of a placement go."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from ... import clock
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
PAGES = {
    Role.CANDIDATE: ("placements.show_offer", answers.show_offer_page),
    Role.MUNICIPALITY: ("placements.show_introduction", answers.show_introduction_page),
    Role.APPROVER: ("placements.show_approval", approvals.show),
}


@blueprint.post(
    "/placements/<int:placement_id>/<any({verbs}):verb>".format(
        verbs=", ".join(sorted(f'"{v}"' for v in stepping.VERBS))
    )
)
@requires(*STEPS)
def take_step(placement_id: int, verb: str) -> ResponseReturnValue:
    session, actor, form = current_session(), current_actor(), StepForm()
    seen = form.seen_version()
    placement = take_placement(session, actor, placement_id, seen)
    if seen is None:
        raise Conflict(CHANGED)
    if not form.validate():
        raise Refused(_first_error(form))
    try:
        stepping.take_step(
            session, placement, verb, actor=actor, now=clock.now(),
            reason=form.reason.data or None, comment=form.comment.data or "",
        )  # fmt: skip
    except Refused as error:
        return _page(actor)(placement, error, verb), error.status
    flash(DONE[verb], "success")
    return redirect(_address(placement, actor))


def _page(actor: Actor):  # type: ignore[no-untyped-def]
    return PAGES.get(actor.role, ("", staff.show))[1]


def _address(placement: Placement, actor: Actor) -> str:
    endpoint = PAGES.get(actor.role, ("placements.show_placement", None))[0]
    return url_for(endpoint, placement_id=placement.id)


def _first_error(form: StepForm) -> str:
    return next(str(message) for messages in form.errors.values() for message in messages)
