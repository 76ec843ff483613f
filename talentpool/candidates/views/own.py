"""What the person sees of the own registration: overview, hand in, leave, months, who looked."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ... import clock
from ...dates import local_date, month_of
from ...errors import Refused
from ...ledger import service as ledger
from ...permissions import Action
from ...states import MEMBERSHIP, available
from ...web import current_actor, current_session, requires
from .. import availability, drafting, forms, reviewing, service, submitting, viewing
from ..models import Candidate, Membership
from ..steps import Step
from .blueprint import blueprint, catalogue_of, check_version, locale
from .paging import page_number
from .presenting import Presenter, ViewLabels
from .steps import PERSON

HISTORY = 12  # months shown before this one


@blueprint.get("/profile")
@requires(Action.EDIT_PROFILE, roles=PERSON)
def show_profile() -> ResponseReturnValue:
    candidate = service.find_own(current_session(), current_actor())
    if candidate is None:
        return render_template("candidates/begin_profile.html")
    return _show_profile(candidate)


def _show_profile(candidate: Candidate, error: str | None = None) -> str:
    session, actor = current_session(), current_actor()
    membership = service.find_membership(candidate, actor.prefecture_code)
    missing = submitting.list_missing(
        session, candidate, actor.prefecture_code or "", now=clock.now()
    )
    lacking = {one.step for one in missing}
    line = [
        (step.label, url_for(".show_step", step=step), "" if step in lacking else "done")
        for step in Step
    ]
    return render_template(
        "candidates/show_profile.html",
        candidate=candidate,
        membership=membership,
        machine=MEMBERSHIP,
        buttons={step.verb: step for step in available(session, membership, actor)}
        if membership
        else {},
        missing=missing,
        line=line,
        drafted=drafting.list_drafted(session, candidate),
        sections=Presenter(candidate, catalogue_of(session), locale()).whole(),
        reason_label=_reason_label(membership),
        error=error,
    )


def _reason_label(membership: Membership | None) -> str | None:
    if membership is None or membership.review_reason is None:
        return None
    return catalogue_of(current_session()).label(
        "profile_return_reason", membership.review_reason, locale()
    )


@blueprint.post("/memberships/<int:ident>/submit")
@requires(Action.EDIT_PROFILE, roles=PERSON)
def submit_profile(ident: int) -> ResponseReturnValue:
    done = _("申請しました。県の担当者が内容を確かめます。")
    return _act(ident, submitting.submit_profile, done)


@blueprint.post("/memberships/<int:ident>/leave")
@requires(Action.EDIT_PROFILE, roles=PERSON)
def leave_pool(ident: int) -> ResponseReturnValue:
    return _act(ident, reviewing.leave_pool, _("退会しました。"))


def _act(ident: int, act: Callable[..., None], done: str) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    membership = service.get_membership(session, actor, ident, lock=True)
    check_version(membership, request.form.get("version"))
    try:
        act(session, membership, actor=actor, now=clock.now())
    except Refused as error:
        session.rollback()
        return _show_profile(service.get_own(session, actor), error.message), 422
    flash(done, "success")
    return redirect(url_for(".show_profile"))


@blueprint.get("/availability")
@requires(Action.EDIT_PROFILE, roles=PERSON)
def show_availability() -> ResponseReturnValue:
    candidate = service.find_own(current_session(), current_actor())
    if candidate is None:
        return render_template("candidates/begin_profile.html")
    return _show_months(candidate, forms.PauseForm(formdata=None))


def _show_months(candidate: Candidate, form: forms.PauseForm) -> str:
    since = month_of(local_date(clock.now())) - HISTORY
    return render_template(
        "candidates/show_availability.html",
        months=ledger.list_months(current_session(), candidate.id, from_month=since),
        is_in_pool=availability.is_in_pool(candidate),
        section=Presenter(candidate, catalogue_of(current_session()), locale()).availability(),
        form=form,
    )


@blueprint.post("/availability/pause")
@requires(Action.EDIT_PROFILE, roles=PERSON)
def pause() -> ResponseReturnValue:
    session, actor, now = current_session(), current_actor(), clock.now()
    candidate, form = service.get_own(session, actor), forms.PauseForm()
    if not form.validate():
        return _show_months(candidate, form), 422
    first, last, note = form.first_month.data, form.last_month.data, form.note.data or ""
    try:
        availability.pause(session, candidate, first, last, note=note, actor=actor, now=now)
    except Refused as error:
        session.rollback()
        form.refuse(Refused(error.message))
        return _show_months(service.get_own(session, actor), form), 422
    flash(_("休止する月を登録しました。"), "success")
    return redirect(url_for(".show_availability"))


@blueprint.get("/views")
@requires(Action.EDIT_PROFILE, roles=PERSON)
def list_views() -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    if service.find_own(session, actor) is None:
        return render_template("candidates/begin_profile.html")
    found = viewing.list_own_views(session, actor, page=page_number())
    labels = ViewLabels(catalogue_of(session), locale())
    return render_template("candidates/list_views.html", found=found, labels=labels)
