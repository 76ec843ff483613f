"""Before a registration ends: what ends with it. Here and not with the profile, because placements end with it."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ... import clock
from ...candidates import consenting, renewing, service, wishes
from ...candidates.models import Candidate, Membership
from ...candidates.views.blueprint import log_names
from ...dates import local_date
from ...errors import Conflict, NotFound, Refused
from ...permissions import Action, Role
from ...states import MEMBERSHIP
from ...web import check_version, current_actor, current_session, requires
from ...web.filters import show_day
from ...web.labels import label
from ...web.steps import Rows, show_lost
from ..forms import WishForm
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


@blueprint.route("/candidates/<int:ident>/wish", methods=["GET", "POST"])
@requires(Action.RECORD_WISH)
def record_wish(ident: int) -> ResponseReturnValue:
    """An officer writes down what somebody without an account asks for."""
    session, actor, now = current_session(), current_actor(), clock.now()
    form = WishForm(data={"came_on": local_date(now)})
    candidate = service.get_profile(session, actor, ident)
    membership = _membership_of(candidate)
    if not form.is_submitted() and candidate.user_id is not None:
        raise NotFound
    if not form.is_submitted() or not form.validate():
        return _wish_page(candidate, membership, form)
    try:
        membership = service.get_membership(session, actor, membership.id, lock=True)
        check_version(membership)
        wishes.record_wish(session, membership, form.value(), actor=actor, now=now)
    except Refused as error:
        session.rollback()
        form.refuse(error)
        candidate = service.get_profile(session, actor, ident)
        return _wish_page(candidate, _membership_of(candidate), form)
    except Conflict as error:
        session.rollback()
        stands = _membership_of(service.get_profile(session, actor, ident))
        back = url_for("candidates.show_candidate", ident=ident)
        return show_lost(error, _wished(form), [(_("登録の状態"), label(stands.state))], back)
    flash(_("本人の申出を記録しました。"), "success")
    return redirect(url_for("candidates.show_candidate", ident=ident))


def _wished(form: WishForm) -> Rows:
    value = form.value()
    return [
        (_("本人の申出"), label(wishes.WISHES[value.wish])),
        (_("申出の日"), show_day(value.came_on)),
    ]


def _membership_of(candidate: Candidate) -> Membership:
    """Of the officer's prefecture; NotFound where there is none."""
    membership = service.find_membership(candidate, current_actor().prefecture_code)
    if membership is None:
        raise NotFound
    return membership


def _wish_page(candidate: Candidate, membership: Membership, form: WishForm) -> ResponseReturnValue:
    session, now, prefecture = current_session(), clock.now(), membership.prefecture_code
    log_names([candidate.id])
    page = render_template(
        "placements/record_wish.html",
        candidate=candidate,
        membership=membership,
        form=form,
        ending=list_ending(session, candidate, prefecture, now=now),
        consents=len(consenting.consents_in_force(candidate, prefecture)),
        renewal=renewing.find_renewal(session, membership, now),
        is_over=MEMBERSHIP.transition("leave", membership.state) is None,
    )
    return page, form.status
