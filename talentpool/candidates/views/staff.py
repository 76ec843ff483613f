"""The pages of staff: find a person, read the profile, review it; and what a town sees after the introduction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ... import clock
from ...accounts.directory import name_accounts
from ...dates import local_date, month_of
from ...errors import LostRace, Refused
from ...ledger import service as ledger
from ...permissions import Action, Role, can
from ...web import check_version, current_actor, current_catalogue, current_session, requires
from ...web.changed import Difference, differences
from ...web.labels import choices
from ...web.versions import is_stale, mark_of
from .. import finding, forms, receiving, reviewing, service, viewing
from ..freshness import look_up
from ..merged import find_merge
from ..models import Candidate, Membership
from .blueprint import blueprint, buttons_of, log_names
from .columns import PEOPLE
from .person_page import PersonPage
from .presenting import Presenter

STAFF = frozenset({Role.COORDINATOR, Role.APPROVER, Role.AUDITOR})
COORDINATOR = frozenset({Role.COORDINATOR})


@blueprint.get("/candidates")
@requires(Action.VIEW_CANDIDATE, roles=STAFF)
def list_candidates() -> ResponseReturnValue:
    form = forms.CandidateListForm(formdata=request.args)
    people = finding.list_candidates(
        current_session(), current_actor(), form.asked(), catalogue=current_catalogue(), now=clock.now()
    )  # fmt: skip
    return PEOPLE.answer(people, form)


@blueprint.get("/candidates/<int:ident>")
@requires(Action.VIEW_CANDIDATE, roles=STAFF | {Role.MUNICIPALITY})
def show_candidate(ident: int) -> ResponseReturnValue:
    candidate = service.get_whole(current_session(), current_actor(), ident)
    log_names([candidate.id], viewing.PROFILE)
    if current_actor().role is Role.MUNICIPALITY:
        return _show_introduced(candidate)
    return show_person_page(candidate)


def _show_introduced(candidate: Candidate) -> str:
    session, actor = current_session(), current_actor()
    with_contact = can(session, actor, Action.VIEW_CONTACT, candidate)
    sections = Presenter(candidate, service.mail_address(current_session(), candidate)).introduced(
        with_contact=with_contact
    )
    return render_template(
        "candidates/show_introduced.html", name=candidate.name, code=candidate.code, sections=sections,
        with_contact=with_contact,
    )  # fmt: skip


def show_person_page(
    candidate: Candidate,
    *,
    until: forms.ActivateForm | None = None,
    evidence: forms.EvidenceForm | None = None,
    verb: str = "",
    error: Refused | None = None,
    overtaken: Sequence[Difference] | None = None,
) -> str:
    session, actor = current_session(), current_actor()
    membership = service.find_membership(candidate, actor.prefecture_code)
    can_review = can(session, actor, Action.REVIEW_PROFILE, candidate)
    standing, fresh = look_up(session, membership, clock.now())
    return render_template(
        "candidates/show_candidate.html",
        candidate=candidate,
        membership=membership,
        standing=standing,
        fresh=fresh,
        buttons=buttons_of(membership),
        page=_person_page(candidate),
        merge=find_merge(session, candidate) if service.has_ended(candidate) else None,
        consents=[row for row in candidate.consents if row.audience == actor.prefecture_code],
        reception=receiving.find_reception(session, candidate),
        reasons=choices("profile_return_reason"),
        until=until or _until_form(membership),
        evidence=evidence or _evidence_form(candidate, None)
        if can_review and candidate.skills
        else None,
        evidence_version=_evidence_mark(candidate),
        can_review=can_review,
        overtaken=overtaken,
        refused_verb=verb,
        error=error,
    )


def _person_page(candidate: Candidate) -> PersonPage:
    session = current_session()
    checks = reviewing.list_checks(session, candidate)
    return PersonPage(
        candidate,
        Presenter(candidate, service.mail_address(session, candidate)),
        ledger.list_months(session, candidate.id),
        month_of(local_date(clock.now())),
        checks,
        name_accounts(session, [check.by for check in checks.values()]),
    )


def _until_form(membership: Membership | None) -> forms.ActivateForm:
    today = clock.now()
    present = membership.active_until if membership else None
    default = reviewing.default_until(local_date(today))
    return forms.ActivateForm(formdata=None, data={"until": max(present or default, default)})


def _evidence_mark(candidate: Candidate) -> str:
    return mark_of(sorted((row.skill, row.level, row.evidence) for row in candidate.skills))


def _evidence_form(candidate: Candidate, typed: object) -> forms.EvidenceForm:
    return forms.evidence_form(current_catalogue(), candidate.skills)(formdata=typed)


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
    check_version(membership)
    if not form.validate():
        return show_person_page(membership.candidate, until=form), 422
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
    check_version(membership)
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
    """Do it and go back to the profile; a refusal is shown in the form of `verb`."""
    session, ident = current_session(), membership.candidate_id
    try:
        act()
    except Refused as error:
        session.rollback()
        candidate = service.get_profile(session, current_actor(), ident)
        if form is not None:
            form.refuse(error)
        return show_person_page(candidate, until=form, verb=verb, error=error), 422
    flash(done, "success")
    return redirect(url_for(".show_candidate", ident=ident))


@blueprint.post("/candidates/<int:ident>/evidence")
@requires(Action.REVIEW_PROFILE, roles=COORDINATOR)
def verify_evidence(ident: int) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    candidate = service.get_profile(session, actor, ident)
    form = _evidence_form(candidate, request.form)
    if is_stale(_evidence_mark(candidate)):
        overtaken = differences(form, _evidence_form(candidate, None))
        return show_person_page(candidate, evidence=form, overtaken=overtaken), LostRace.status
    if not form.validate():
        return show_person_page(candidate, evidence=form), 422
    reviewing.verify_evidence(session, candidate, form.value(), actor=actor, now=clock.now())
    flash(_("根拠の状態を保存しました。"), "success")
    return redirect(url_for(".show_candidate", ident=ident))
