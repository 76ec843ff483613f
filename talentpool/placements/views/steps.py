"""The one address to which all buttons of a placement go."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from ... import clock
from ...errors import Conflict, Refused, raise_first
from ...permissions import Role, get_visible
from ...states import PLACEMENT
from ...web import check_version, current_actor, current_session, requires
from ...web.steps import StepForm
from .. import stepping
from ..locking import lock_placements
from ..models import Placement
from . import answers, approvals, staff
from .blueprint import blueprint
from .lost import show_lost_step
from .words import WORDS

Page = Callable[[Placement, Refused | None, str | None], str]
PAGES: Mapping[Role, tuple[str, Page]] = {
    Role.CANDIDATE: ("placements.show_offer", answers.show_offer_page),
    Role.MUNICIPALITY: ("placements.show_introduction", answers.show_introduction_page),
    Role.APPROVER: ("placements.show_approval", approvals.show),
}
STAFF_PAGE: tuple[str, Page] = ("placements.show_placement", staff.show)
VERB = ", ".join(f'"{verb}"' for verb in sorted(stepping.SERVICES))


@blueprint.post(f"/placements/<int:placement_id>/<any({VERB}):verb>")
@requires(*sorted({step.action for step in PLACEMENT.by_hand()}))
def take_step(placement_id: int, verb: str) -> ResponseReturnValue:
    session, actor, form = current_session(), current_actor(), StepForm()
    endpoint, page = PAGES.get(actor.role, STAFF_PAGE)
    placement = get_visible(session, actor, Placement, placement_id)
    try:
        lock_placements(session, [placement])
        check_version(placement)
        _check(form)
        stepping.take_step(
            session, placement, verb, actor=actor, now=clock.now(),
            reason=form.reason.data or None, comment=form.comment.data or "",
        )  # fmt: skip
    except Refused as error:
        return page(placement, error, verb), error.status
    except Conflict as error:
        session.rollback()
        stands = get_visible(session, actor, Placement, placement_id)
        return show_lost_step(error, stands, verb, form, endpoint)
    flash(WORDS[verb].done, "success")
    return redirect(url_for(endpoint, placement_id=placement.id))


def _check(form: StepForm) -> None:
    if not form.validate():
        raise_first((str(name), str(texts[0])) for name, texts in form.errors.items())
