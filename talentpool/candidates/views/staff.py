"""The pages of staff: find a person, read the profile, review it; and what a town sees after the introduction."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ... import clock
from ...dates import local_date
from ...db import Session
from ...errors import Refused
from ...ledger import service as ledger
from ...permissions import Action, Actor, Role, can
from ...states import MEMBERSHIP, available
from ...web import after_view, current_actor, current_session, requires
from .. import forms, introduction, reviewing, service, viewing
from ..models import Candidate, Membership
from .blueprint import blueprint, catalogue_of, check_version, locale
from .paging import page_number
from .presenting import Presenter

STAFF = frozenset({Role.COORDINATOR, Role.APPROVER, Role.AUDITOR})
COORDINATOR = frozenset({Role.COORDINATOR})


@blueprint.get("/candidates")
@requires(Action.VIEW_CANDIDATE, roles=STAFF)
def list_candidates() -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    catalogue = catalogue_of(session)
    form = forms.CandidateFilterForm(formdata=request.args, catalogue=catalogue, locale=locale())
    found = service.list_candidates(session, actor, form.value(), page=page_number())
    _log_views([row.id for row in found.rows], viewing.LIST)
    return render_template(
        "candidates/list_candidates.html",
        filters=form,
        found=found,
        catalogue=catalogue,
        machine=MEMBERSHIP,
        locale=locale(),
        membership_of=lambda row: service.find_membership(row, actor.prefecture_code),
    )


@blueprint.get("/candidates/<int:ident>")
@requires(Action.VIEW_CANDIDATE, roles=STAFF | {Role.MUNICIPALITY})
def show_candidate(ident: int) -> ResponseReturnValue:
    candidate = service.get_profile(current_session(), current_actor(), ident)
    _log_views([candidate.id], viewing.PROFILE)
    if current_actor().role is Role.MUNICIPALITY:
        return _show_introduced(candidate)
    return _show_candidate(candidate)


def _show_introduced(candidate: Candidate) -> str:
    session, actor = current_session(), current_actor()
    with_contact = introduction.may_see_contact(session, actor, candidate)
    sections = Presenter(candidate, catalogue_of(session), locale()).introduced(
        with_contact=with_contact
    )
    return render_template(
        "candidates/show_introduced.html", name=candidate.name, code=candidate.code, sections=sections,
        with_contact=with_contact,
    )  # fmt: skip


def _show_candidate(
    candidate: Candidate,
    *,
    until: forms.ActivateForm | None = None,
    error: tuple[str, str] | None = None,
) -> str:
    session, actor = current_session(), current_actor()
    catalogue = catalogue_of(session)
    membership = service.find_membership(candidate, actor.prefecture_code)
    can_review = can(session, actor, Action.REVIEW_PROFILE, candidate)
    return render_template(
        "candidates/show_candidate.html",
        candidate=candidate,
        membership=membership,
        machine=MEMBERSHIP,
        buttons={step.verb: step for step in available(session, membership, actor)}
        if membership
        else {},
        sections=Presenter(candidate, catalogue, locale()).whole(),
        months=ledger.list_months(session, candidate.id),
        consents=[row for row in candidate.consents if row.audience == actor.prefecture_code],
        catalogue=catalogue,
        reasons=catalogue.choices("profile_return_reason", locale()),
        until=until or _until_form(membership),
        evidence=_evidence_form(candidate, None) if can_review and candidate.skills else None,
        can_review=can_review,
        error=error,
    )


def _until_form(membership: Membership | None) -> forms.ActivateForm:
    today = clock.now()
    present = membership.active_until if membership else None
    default = reviewing.default_until(local_date(today))
    return forms.ActivateForm(formdata=None, data={"until": max(present or default, default)})


def _evidence_form(candidate: Candidate, typed: object) -> forms.EvidenceForm:
    catalogue = catalogue_of(current_session())
    build = forms.evidence_form(catalogue, candidate.skills, locale())
    return build(formdata=typed, catalogue=catalogue, locale=locale())


@blueprint.post("/memberships/<int:ident>/activate")
@requires(Action.REVIEW_PROFILE, roles=COORDINATOR)
def activate_membership(ident: int) -> ResponseReturnValue:
    return _set_until(ident, reviewing.activate_membership, "activate", _("登録を認めました。"))


@blueprint.post("/memberships/<int:ident>/extend")
@requires(Action.REVIEW_PROFILE, roles=COORDINATOR)
def extend_membership(ident: int) -> ResponseReturnValue:
    return _set_until(ident, reviewing.extend_membership, "extend", _("登録の期限を変えました。"))


def _set_until(ident: int, act: Callable[..., None], verb: str, done: str) -> ResponseReturnValue:
    session, actor, form = current_session(), current_actor(), forms.ActivateForm()
    membership = service.get_membership(session, actor, ident, lock=True)
    check_version(membership, request.form.get("version"))
    if not form.validate():
        return _show_candidate(membership.candidate, until=form), 422
    act_until = partial(
        act, session, membership, until=form.until.data, actor=actor, now=clock.now()
    )
    return _act(membership, verb, act_until, done, form)


@blueprint.post("/memberships/<int:ident>/return")
@requires(Action.REVIEW_PROFILE, roles=COORDINATOR)
def return_membership(ident: int) -> ResponseReturnValue:
    return _answer(ident, reviewing.return_membership, "return", _("差し戻しました。"))


@blueprint.post("/memberships/<int:ident>/decline")
@requires(Action.REVIEW_PROFILE, roles=COORDINATOR)
def decline_membership(ident: int) -> ResponseReturnValue:
    return _answer(ident, reviewing.decline_membership, "decline", _("登録を見送りました。"))


def _answer(ident: int, act: Callable[..., None], verb: str, done: str) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    membership = service.get_membership(session, actor, ident, lock=True)
    check_version(membership, request.form.get("version"))
    reason, comment = request.form.get("reason", ""), request.form.get("comment", "")
    say = partial(
        act, session, membership, reason=reason, comment=comment, actor=actor, now=clock.now()
    )
    return _act(membership, verb, say, done)


def _act(
    membership: Membership,
    verb: str,
    act: Callable[[], None],
    done: str,
    form: forms.ActivateForm | None = None,
) -> ResponseReturnValue:
    """Do it and go back to the profile; a refusal is shown beside the button."""
    session, ident = current_session(), membership.candidate_id
    try:
        act()
    except Refused as error:
        session.rollback()
        candidate = service.get_profile(session, current_actor(), ident)
        if form is not None:
            form.refuse(error)
        return _show_candidate(candidate, until=form, error=(verb, error.message)), 422
    flash(done, "success")
    return redirect(url_for(".show_candidate", ident=ident))


@blueprint.post("/candidates/<int:ident>/evidence")
@requires(Action.REVIEW_PROFILE, roles=COORDINATOR)
def verify_evidence(ident: int) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    candidate = service.get_profile(session, actor, ident)
    form = _evidence_form(candidate, request.form)
    if not form.validate():
        return _show_candidate(
            candidate, error=("evidence", _("根拠の状態を一覧から選んでください。"))
        ), 422
    reviewing.verify_evidence(session, candidate, form.value(), actor=actor, now=clock.now())
    flash(_("根拠の状態を保存しました。"), "success")
    return redirect(url_for(".show_candidate", ident=ident))


def _log_views(candidate_ids: list[int], purpose: str) -> None:
    """Written after the page, in a unit of its own, before the answer leaves."""
    actor: Actor = current_actor()
    now = clock.now()
    seen = candidate_ids
    if purpose == viewing.LIST:
        seen = viewing.unlogged(current_session(), actor, candidate_ids, now=now)

    def write(session: Session) -> None:
        viewing.record_views(session, actor, seen, purpose, now=now)

    if seen:
        after_view(write)
