"""One tap: the availability is still right, the registration goes on. Opening a link changes nothing."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ... import clock
from ...permissions import Action, Role
from ...web import check_version, current_actor, current_session, requires
from .. import confirming, renewing, service
from ..models import Candidate
from .blueprint import blueprint
from .steps import PERSON

COORDINATOR = frozenset({Role.COORDINATOR})


@blueprint.app_template_global("going_on_of")
def going_on_of(candidate: Candidate) -> renewing.GoingOn:
    return renewing.find_going_on(current_session(), candidate, current_actor(), clock.now())


@blueprint.post("/availability/confirm")
@requires(Action.EDIT_PROFILE, roles=PERSON)
def confirm_availability() -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    candidate = service.get_own(session, actor)
    confirming.confirm_availability(session, candidate, actor=actor, now=clock.now())
    flash(_("稼働を確認しました。ありがとうございます。"), "success")
    return redirect(url_for("home.show_home"))


@blueprint.post("/candidates/<int:ident>/confirm-availability")
@requires(Action.REVIEW_PROFILE, roles=COORDINATOR)
def note_confirmed(ident: int) -> ResponseReturnValue:
    """An officer has asked the person, by telephone for example."""
    session, actor = current_session(), current_actor()
    candidate = service.get_profile(session, actor, ident)
    confirming.confirm_availability(session, candidate, actor=actor, now=clock.now())
    flash(_("稼働を確認したことを記録しました。"), "success")
    return redirect(url_for(".show_candidate", ident=ident))


@blueprint.post("/memberships/<int:ident>/renew")
@requires(Action.EDIT_PROFILE, roles=PERSON)
def renew_membership(ident: int) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    membership = service.get_membership(session, actor, ident, lock=True)
    check_version(membership)
    renewing.renew_membership(session, membership, actor=actor, now=clock.now())
    flash(_("登録を更新し、稼働と同意を確認しました。"), "success")
    return redirect(url_for("home.show_home"))
