"""Complaints: filed by people, towns, and officers for those who call; answered by officers; counted for auditors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, lazy_gettext

from .. import clock
from ..accounts.downloading import note_download
from ..dates import local_date
from ..db import Session
from ..desk.service import list_owners
from ..engagements.models import Engagement
from ..errors import Conflict, Refused
from ..needs.models import Need
from ..permissions import Action, Role, can
from ..web import check_version, current_actor, current_session, requires
from ..web.fields import option
from ..web.filters import show_day
from ..web.labels import in_town, label, town
from ..web.lists import Column, ListPage
from . import register, service
from .forms import AnswerForm, CalledForm, ComplaintForm, ComplaintListForm, PlanForm
from .models import CHANNELS, SIDES, Complaint, Subject
from .register import LABELS, Standing

blueprint = Blueprint("complaints", __name__)
OFFICERS = frozenset({Role.COORDINATOR, Role.APPROVER, Role.AUDITOR})


def init_app(app: Flask) -> None:
    menu = app.extensions["talentpool_navigation"]
    readers = (
        Role.CANDIDATE, Role.MUNICIPALITY, Role.COORDINATOR, Role.APPROVER, Role.AUDITOR,
    )  # fmt: skip
    menu.add(
        lazy_gettext("苦情"), "complaints.list_complaints", *readers, position=65, icon="record"
    )


@dataclass(frozen=True, slots=True)
class Line:
    complaint: Complaint
    standing: Standing

    @property
    def filer(self) -> str:
        """A number or a town: no name stands in the list."""
        row = self.complaint
        return row.candidate.code if row.candidate else town(row.municipality_code or "")

    @property
    def about(self) -> str:
        return about_text(self.complaint.subject)

    @property
    def channel(self) -> str:
        return label(CHANNELS[self.complaint.channel])

    @property
    def state(self) -> str:
        return label(LABELS[self.standing])


def about_text(subject: Subject | None) -> str:
    if subject is None:
        return str(_("全般"))
    if isinstance(subject, Need):
        return str(_("募集 %(title)s", title=in_town(subject)))
    kind = _("活動 %(title)s") if isinstance(subject, Engagement) else _("推薦 %(title)s")
    return str(kind) % {"title": in_town(subject.need)}


def _lines(_session: Session, rows: Sequence[Complaint]) -> Iterator[Line]:
    today = local_date(clock.now())
    for row in rows:
        yield Line(row, register.standing_of(row, today))


COMPLAINTS = ListPage[Complaint, Line](
    "complaints",
    lazy_gettext("苦情"),
    "complaints/list_complaints.html",
    [
        Column(lazy_gettext("番号"), lambda line: line.complaint.code, "w-7", "number"),
        Column(lazy_gettext("受付日"), lambda line: show_day(line.complaint.filed_at), "w-7", "filed"),
        Column(
            lazy_gettext("だれから"), lambda line: line.filer, "w-9",
            not_for={Role.CANDIDATE, Role.MUNICIPALITY},
        ),
        Column(
            lazy_gettext("区分"), lambda line: label(SIDES[line.complaint.side]), None,
        ),
        Column(
            lazy_gettext("方法"), lambda line: line.channel, "w-6",
        ),
        Column(lazy_gettext("何について"), lambda line: line.about),
        Column(
            lazy_gettext("担当"),
            lambda line: line.complaint.owner.display_name if line.complaint.owner else "",
            "w-9", not_for={Role.CANDIDATE, Role.MUNICIPALITY},
        ),
        Column(
            lazy_gettext("返事の期限"), lambda line: show_day(line.complaint.answer_due), "w-7", "due",
        ),
        Column(
            lazy_gettext("最初の返事"),
            lambda line: show_day(line.complaint.answered_at), "w-7",
        ),
        Column(lazy_gettext("終了日"), lambda line: show_day(line.complaint.closed_at), None),
        Column(lazy_gettext("状態"), lambda line: line.state, "w-8", "state"),
    ],
    _lines,
    record=note_download,
)  # fmt: skip


@blueprint.get("/complaints")
@requires(Action.VIEW_COMPLAINT)
def list_complaints() -> ResponseReturnValue:
    session, actor, form = current_session(), current_actor(), ComplaintListForm(request.args)
    form.set_choices()
    today = local_date(clock.now())
    found = register.list_complaints(session, actor, form.asked(), today=today)
    counts = register.count_complaints(session, actor) if actor.role in OFFICERS else None
    return COMPLAINTS.answer(
        found, form, counts=counts, may_file=can(session, actor, Action.FILE_COMPLAINT)
    )


@blueprint.route("/complaints/new", methods=["GET", "POST"])
@requires(Action.FILE_COMPLAINT)
def file_complaint() -> ResponseReturnValue:
    is_officer = current_actor().role is Role.COORDINATOR
    form: ComplaintForm | CalledForm = CalledForm() if is_officer else _own_form()
    if form.validate_on_submit():
        try:
            complaint = _file(form)
        except (Refused, Conflict) as error:
            current_session().rollback()
            form.refuse(error)
        else:
            flash(_("苦情を受け付けました。"), "success")
            return redirect(url_for(".show_complaint", ident=complaint.id))
    page = render_template(
        "complaints/file_complaint.html", form=form, is_officer=is_officer, days=service.ANSWER_DAYS
    )
    return page, form.status


def _own_form() -> ComplaintForm:
    form = ComplaintForm(data={"about": request.args.get("about", "")})
    subjects = service.list_subjects(current_session(), current_actor())
    form.about.choices = [
        option("", str(_("全般（特定の募集や活動ではない）"))),
        *(option(f"{row.__tablename__}-{row.id}", about_text(row)) for row in subjects),
    ]
    return form


def _file(form: ComplaintForm | CalledForm) -> Complaint:
    session, actor = current_session(), current_actor()
    put = partial(service.file_complaint, session, form.text.data, actor=actor, now=clock.now())
    if isinstance(form, CalledForm):
        about = service.find_by_code(session, actor, form.about.data or "")
        return put(about, caller=form.value())
    return put(service.find_subject(session, actor, form.about.data or ""))


@blueprint.get("/complaints/<int:ident>")
@requires(Action.VIEW_COMPLAINT)
def show_complaint(ident: int) -> ResponseReturnValue:
    return show(service.get_complaint(current_session(), current_actor(), ident))


def show(
    complaint: Complaint, *, plan: PlanForm | None = None, answer: AnswerForm | None = None
) -> str:
    session, actor = current_session(), current_actor()
    may_answer = can(session, actor, Action.ANSWER_COMPLAINT, complaint)
    is_open = complaint.closed_at is None
    return render_template(
        "complaints/show_complaint.html",
        complaint=complaint,
        standing=register.standing_of(complaint, local_date(clock.now())),
        standings=LABELS,
        about=about_text(complaint.subject),
        channel=label(CHANNELS[complaint.channel]),
        filer=Line(complaint, Standing.WAITING).filer,
        is_officer=actor.role in OFFICERS,
        owner=service.name_owner(session, complaint),
        plan=(plan or _plan_form(complaint, None)) if may_answer and is_open else None,
        answer=(answer or AnswerForm(formdata=None, data={"answer": complaint.answer}))
        if may_answer and is_open
        else None,
    )


def _plan_form(complaint: Complaint, typed: object) -> PlanForm:
    said = {"owner": str(complaint.owner_id or ""), "due": complaint.answer_due}
    form = PlanForm(formdata=typed, data=said)
    owners = list_owners(current_session(), current_actor())
    form.owner.choices = [
        option("", str(_("まだいない"))), *(option(str(ident), name) for ident, name in owners),
    ]  # fmt: skip
    return form


@blueprint.post("/complaints/<int:ident>/plan")
@requires(Action.ANSWER_COMPLAINT)
def plan_answer(ident: int) -> ResponseReturnValue:
    complaint = _take(ident)
    form = _plan_form(complaint, request.form)
    if not form.validate():
        return show(complaint, plan=form), form.status
    owner = int(form.owner.data) if form.owner.data else None
    try:
        service.plan_answer(
            current_session(), complaint, owner=owner, due=form.due.data, actor=current_actor(),
            now=clock.now(),
        )  # fmt: skip
    except (Refused, Conflict) as error:
        return _refused(ident, error, plan=form)
    flash(_("担当と期限を保存しました。"), "success")
    return redirect(url_for(".show_complaint", ident=ident))


@blueprint.post("/complaints/<int:ident>/answer")
@requires(Action.ANSWER_COMPLAINT)
def answer_complaint(ident: int) -> ResponseReturnValue:
    complaint, form = _take(ident), AnswerForm()
    if not form.validate():
        return show(complaint, answer=form), form.status
    try:
        service.answer_complaint(
            current_session(), complaint, form.answer.data, actor=current_actor(), now=clock.now()
        )
    except (Refused, Conflict) as error:
        return _refused(ident, error, answer=form)
    flash(_("返事を保存しました。"), "success")
    return redirect(url_for(".show_complaint", ident=ident))


@blueprint.post("/complaints/<int:ident>/close")
@requires(Action.ANSWER_COMPLAINT)
def close_complaint(ident: int) -> ResponseReturnValue:
    complaint = _take(ident)
    service.close_complaint(current_session(), complaint, actor=current_actor(), now=clock.now())
    flash(_("苦情を終了しました。"), "success")
    return redirect(url_for(".show_complaint", ident=ident))


def _take(ident: int) -> Complaint:
    complaint = service.get_complaint(current_session(), current_actor(), ident, lock=True)
    check_version(complaint)
    return complaint


def _refused(
    ident: int,
    error: Refused | Conflict,
    *,
    plan: PlanForm | None = None,
    answer: AnswerForm | None = None,
) -> ResponseReturnValue:
    current_session().rollback()
    for form in (plan, answer):
        if form is not None:
            form.refuse(error)
    complaint = service.get_complaint(current_session(), current_actor(), ident)
    return show(complaint, plan=plan, answer=answer), error.status
