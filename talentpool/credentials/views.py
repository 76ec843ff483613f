"""Credentials: of the person, of everybody for staff, and the page of an office that was asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, lazy_gettext

from .. import clock
from ..accounts.directory import name_accounts
from ..accounts.downloading import note_download
from ..candidates import service as people, viewing
from ..candidates.models import Candidate
from ..candidates.views.blueprint import log_names
from ..dates import local_date
from ..db import Session
from ..errors import Conflict, NotFound, Refused
from ..permissions import Action, Role
from ..states import CREDENTIALS_OPEN
from ..web import (
    after_view,
    check_version,
    current_actor,
    current_catalogue,
    current_session,
    public,
    requires,
)
from ..web.filters import show_day
from ..web.labels import choices, label, term
from ..web.lists import Column, ListPage
from . import register, service
from .forms import AnswerForm, CheckForm, CredentialForm, CredentialListForm
from .models import KINDS, VERIFIERS, Credential, Kind
from .standing import training_of
from .weighing import list_credentials as credentials_of

blueprint = Blueprint("credentials", __name__)
PERSON = frozenset({Role.CANDIDATE})
STAFF = frozenset({Role.COORDINATOR, Role.APPROVER, Role.AUDITOR})
COORDINATOR = frozenset({Role.COORDINATOR})


def subject_text(row: Credential) -> str:
    """What it is about: never a name."""
    if row.kind is Kind.SKILL:
        level = term(str(row.level), "skill_level")
        return str(_("%(skill)s（%(level)s）", skill=term(row.subject, "skill"), level=level))
    return term(row.subject, "training") if row.kind is Kind.TRAINING else row.subject


@dataclass(frozen=True, slots=True)
class Line:
    row: Credential

    @property
    def kind(self) -> str:
        return label(KINDS[self.row.kind])

    @property
    def subject(self) -> str:
        return subject_text(self.row)

    @property
    def state(self) -> str:
        return label(self.row.state)

    @property
    def verifier(self) -> str:
        kind = self.row.verifier_kind
        return f"{label(VERIFIERS[kind])}：{self.row.verifier}" if kind else ""

    @property
    def reason(self) -> str:
        return term(self.row.reason, "credential_refusal_reason") if self.row.reason else ""

    @property
    def is_askable(self) -> bool:
        return self.row.verifier_kind is not None and self.row.state in CREDENTIALS_OPEN


def _lines(_session: Session, rows: Sequence[Credential]) -> Iterator[Line]:
    return (Line(row) for row in rows)


CREDENTIALS = ListPage[Credential, Line](
    "credentials",
    lazy_gettext("証明"),
    "credentials/list_credentials.html",
    [
        Column(lazy_gettext("登録者"), lambda line: line.row.candidate.code, "w-7"),
        Column(lazy_gettext("種類"), lambda line: line.kind, "w-8"),
        Column(lazy_gettext("何の証明"), lambda line: line.subject),
        Column(lazy_gettext("研修・資料の名前"), lambda line: line.row.title, None),
        Column(lazy_gettext("届出日"), lambda line: show_day(line.row.said_at), "w-7", "said"),
        Column(lazy_gettext("有効期限"), lambda line: show_day(line.row.valid_until), "w-7", "until"),
        Column(lazy_gettext("確かめる先"), lambda line: line.verifier, None),
        Column(lazy_gettext("状態"), lambda line: line.state, "w-10"),
    ],
    _lines,
    record=note_download,
)  # fmt: skip


@blueprint.get("/credentials")
@requires(Action.VIEW_CREDENTIAL, roles=STAFF)
def list_credentials() -> ResponseReturnValue:
    form = CredentialListForm(request.args)
    form.set_choices()
    today = local_date(clock.now())
    found = register.list_all(current_session(), current_actor(), form.asked(), today=today)
    return CREDENTIALS.answer(found, form)


@blueprint.get("/profile/credentials")
@requires(Action.EDIT_CREDENTIAL, roles=PERSON)
def list_own() -> ResponseReturnValue:
    candidate = people.find_own(current_session(), current_actor())
    if candidate is None:
        return render_template("candidates/begin_profile.html")
    return _page("credentials/list_own.html", candidate, None)


def _page(template: str, candidate: Candidate, form: CredentialForm | None, **more: object) -> str:
    session, actor = current_session(), current_actor()
    rows = credentials_of(session, candidate)
    shown = service.list_seen(session, candidate, actor)
    catalogue, today = current_catalogue(), local_date(clock.now())
    names = name_accounts(
        session, [ident for row in shown for ident in (row.said_by, row.checked_by)]
    )
    return render_template(
        template, candidate=candidate, lines=[Line(row) for row in shown], form=form,
        training=training_of(candidate, rows, catalogue, today), names=names,
        buttons={row.id: service.verbs_of(row, actor) for row in shown},
        reasons=choices("credential_refusal_reason"), today=today,
        is_over=people.has_ended(candidate), **more,
    )  # fmt: skip


@blueprint.route("/profile/credentials/new", methods=["GET", "POST"])
@requires(Action.EDIT_CREDENTIAL, roles=PERSON)
def say_own() -> ResponseReturnValue:
    candidate = people.find_own(current_session(), current_actor())
    if candidate is None:
        return render_template("candidates/begin_profile.html")
    return _say(candidate, url_for(".list_own"))


@blueprint.route("/candidates/<int:ident>/credentials/new", methods=["GET", "POST"])
@requires(Action.EDIT_CREDENTIAL, roles=COORDINATOR)
def say_for(ident: int) -> ResponseReturnValue:
    """An officer writes down what came on paper or by telephone."""
    candidate = people.get_profile(current_session(), current_actor(), ident)
    return _say(candidate, url_for(".list_of_person", ident=ident))


def _say(candidate: Candidate, back: str) -> ResponseReturnValue:
    form = CredentialForm(data={"about": request.args.get("about", "")})
    form.offer(candidate)
    if form.validate_on_submit():
        try:
            service.say_credential(
                current_session(), candidate, form.value(), actor=current_actor(), now=clock.now()
            )
        except (Refused, Conflict) as error:
            current_session().rollback()
            form.refuse(error)
        else:
            flash(_("証明を届けました。県の担当者が確かめます。"), "success")
            return redirect(back)
    is_own = current_actor().role is Role.CANDIDATE
    page = render_template(
        "credentials/say_credential.html", form=form, back=back, code=candidate.code, is_own=is_own
    )
    return page, form.status


@blueprint.get("/candidates/<int:ident>/credentials")
@requires(Action.VIEW_CREDENTIAL, roles=STAFF)
def list_of_person(ident: int) -> ResponseReturnValue:
    candidate = people.get_profile(current_session(), current_actor(), ident)
    return _show_person(candidate)


def _show_person(candidate: Candidate, **more: object) -> str:
    log_names([candidate.id], viewing.PROFILE)
    return _page("credentials/list_of_person.html", candidate, None, check_form=_check_form, **more)


def _check_form(row: Credential) -> CheckForm:
    return CheckForm(formdata=None, data={"until": row.valid_until}, prefix=f"c{row.id}-")


@blueprint.post("/credentials/<int:ident>/check")
@requires(Action.CHECK_CREDENTIAL)
def check_credential(ident: int) -> ResponseReturnValue:
    row = _take(ident)
    form = CheckForm(prefix=f"c{ident}-")
    session, actor = current_session(), current_actor()
    if form.validate():
        try:
            service.check_credential(
                session, row, until=form.until.data, actor=actor, now=clock.now()
            )
        except Refused as error:
            session.rollback()
            form.refuse(error)
        else:
            flash(_("書類で確認したことを記録しました。"), "success")
            return redirect(url_for(".list_of_person", ident=row.candidate_id))
    row = service.get_credential(session, actor, ident)
    return _show_person(row.candidate, faulty=(row.id, form)), 422


@blueprint.post("/credentials/<int:ident>/refuse")
@requires(Action.CHECK_CREDENTIAL)
def refuse_credential(ident: int) -> ResponseReturnValue:
    row, session, actor = _take(ident), current_session(), current_actor()
    try:
        service.refuse_credential(
            session, row, reason=request.form.get("reason", ""),
            comment=request.form.get("comment", ""), actor=actor, now=clock.now(),
        )  # fmt: skip
    except Refused as error:
        session.rollback()
        row = service.get_credential(session, actor, ident)
        return _show_person(row.candidate, refused=ident, error=error), 422
    flash(_("認めないことを記録しました。"), "success")
    return redirect(url_for(".list_of_person", ident=row.candidate_id))


@blueprint.post("/credentials/<int:ident>/withdraw")
@requires(Action.EDIT_CREDENTIAL)
def withdraw_credential(ident: int) -> ResponseReturnValue:
    row, actor = _take(ident), current_actor()
    service.withdraw_credential(current_session(), row, actor=actor, now=clock.now())
    flash(_("証明を取り下げました。"), "success")
    if actor.role is Role.CANDIDATE:
        return redirect(url_for(".list_own"))
    return redirect(url_for(".list_of_person", ident=row.candidate_id))


@blueprint.post("/credentials/<int:ident>/ask")
@requires(Action.CHECK_CREDENTIAL)
def ask_office(ident: int) -> ResponseReturnValue:
    """The address is said once, on the next page."""
    row = _take(ident)
    secret = service.issue_link(current_session(), row, actor=current_actor(), now=clock.now())
    address = url_for(".answer_office", secret=secret, _external=True)
    flash(
        _(
            "確かめる先（%(office)s）に送るアドレス：%(address)s 一度だけ回答でき、30日で切れます。もう一度は表示されません。",
            office=row.verifier, address=address,
        ),
        "success",
    )  # fmt: skip
    return redirect(url_for(".list_of_person", ident=row.candidate_id))


def _take(ident: int) -> Credential:
    row = service.get_credential(current_session(), current_actor(), ident, lock=True)
    check_version(row)
    return row


@blueprint.route("/office-answer/<secret>", methods=["GET", "POST"])
@public
def answer_office(secret: str) -> ResponseReturnValue:
    """For an office without an account. Opening the page changes nothing; the answer uses the link up."""
    session, now, form = current_session(), clock.now(), AnswerForm()
    try:
        row = service.get_asked(session, secret, now=now)
        if not form.validate_on_submit():
            return _ask_page(row, form)
        service.answer_link(
            session, secret, is_right=form.is_right.data == "yes", who=form.who.data,
            comment=form.comment.data or "", now=now,
        )  # fmt: skip
    except NotFound as error:
        return _lost_answer(error, form)
    except Refused as error:
        session.rollback()
        form.refuse(error)
        return _ask_page(service.get_asked(session, secret, now=now), form)
    return redirect(url_for(".show_answered"))


def _ask_page(row: Credential, form: AnswerForm) -> ResponseReturnValue:
    ident, now = row.candidate_id, clock.now()
    after_view(lambda unit: viewing.record_verifier(unit, ident, now=now))
    return render_template("credentials/answer_office.html", line=Line(row), form=form), form.status


def _lost_answer(error: NotFound, form: AnswerForm) -> ResponseReturnValue:
    """The link has ended: whoever was answering keeps the words."""
    chosen = next((row.label.text for row in form.is_right if row.checked), "")
    if not (chosen or form.comment.data or form.who.data):
        raise error
    current_session().rollback()
    sent = [
        (form.is_right.label.text, chosen),
        (form.comment.label.text, form.comment.data),
        (form.who.label.text, form.who.data),
    ]
    return render_template("credentials/lost_answer.html", problem=error, sent=sent), 409


@blueprint.get("/office-answered")
@public
def show_answered() -> ResponseReturnValue:
    return render_template("credentials/show_answered.html")
