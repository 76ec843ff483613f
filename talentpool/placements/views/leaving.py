"""Before a registration ends: what ends with it. Here and not with the profile, because placements end with it."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ... import clock
from ...candidates import consenting, service
from ...permissions import Action, Role
from ...states import MEMBERSHIP
from ...web import current_actor, current_session, requires
from ..leaving import list_ending
from .blueprint import blueprint


@blueprint.get("/profile/leave")
@requires(Action.EDIT_PROFILE, roles=frozenset({Role.CANDIDATE}))
def confirm_leaving() -> ResponseReturnValue:
    """Of 退会; with `consent` in the query, of the withdrawal of an essential consent."""
    session, actor = current_session(), current_actor()
    candidate = service.get_own(session, actor)
    membership = service.find_membership(candidate, actor.prefecture_code)
    if membership is None or MEMBERSHIP.transition("leave", membership.state) is None:
        return redirect(url_for("candidates.show_profile"))
    prefecture = membership.prefecture_code
    return render_template(
        "placements/confirm_leaving.html",
        membership=membership,
        ending=list_ending(session, candidate, prefecture, now=clock.now()),
        consents=len(consenting.consents_in_force(candidate, prefecture)),
        is_consent="consent" in request.args,
    )
