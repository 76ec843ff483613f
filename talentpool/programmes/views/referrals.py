"""Towns that were referred to a programme: a list, a page for each, and the form that refers one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, lazy_gettext

from ... import clock
from ...dates import local_date
from ...db import Session
from ...errors import Conflict, Refused
from ...permissions import Action, Role, can
from ...web import current_actor, current_session, requires
from ...web.editing import Changes, answer
from ...web.filters import show_day
from ...web.labels import label, town
from ...web.lists import Column, ListPage
from .. import referring, service
from ..forms import CourseForm, ReferForm, ReferralListForm
from ..models import OUTCOMES, Programme, Referral
from ..referring import LABELS, Standing
from ..sourced import list_successors
from .blueprint import blueprint


@dataclass(frozen=True, slots=True)
class Line:
    referral: Referral
    standing: Standing

    @property
    def due(self) -> date | None:
        """What comes next: the application, or the report."""
        if self.standing is Standing.REPORT:
            return self.referral.report_due
        is_to_apply = self.standing in {Standing.WAITING, Standing.LATE}
        return self.referral.apply_by if is_to_apply else None

    @property
    def outcome(self) -> str:
        return label(OUTCOMES[self.referral.outcome]) if self.referral.outcome else ""

    @property
    def state(self) -> str:
        return label(LABELS[self.standing])


def _lines(session: Session, rows: Sequence[Referral]) -> Iterator[Line]:
    today = local_date(clock.now())
    return (Line(row, referring.standing_of(row, today)) for row in rows)


REFERRALS = ListPage[Referral, Line](
    "referrals",
    lazy_gettext("支援制度の案内"),
    "programmes/list_referrals.html",
    [
        Column(lazy_gettext("番号"), lambda line: line.referral.code, "w-7", "number"),
        Column(
            lazy_gettext("市町"), lambda line: town(line.referral.municipality_code), "w-7", "town",
            not_for={Role.MUNICIPALITY},
        ),
        Column(lazy_gettext("制度"), lambda line: line.referral.programme.name),
        Column(lazy_gettext("募集"), lambda line: line.referral.need.code if line.referral.need else "", "w-7"),
        Column(lazy_gettext("案内した日"), lambda line: show_day(line.referral.referred_at), None),
        Column(lazy_gettext("期限"), lambda line: show_day(line.due), "w-7", "apply_by"),
        Column(lazy_gettext("申し込んだ日"), lambda line: show_day(line.referral.applied_on), None),
        Column(
            lazy_gettext("結果"), lambda line: line.outcome, "w-9",
        ),
        Column(lazy_gettext("実施が終わった日"), lambda line: show_day(line.referral.done_on), None),
        Column(lazy_gettext("報告した日"), lambda line: show_day(line.referral.reported_on), None),
        Column(lazy_gettext("状態"), lambda line: line.state, "w-8", "state"),
    ],
    _lines,
)  # fmt: skip


@blueprint.get("/referrals")
@requires(Action.VIEW_REFERRAL)
def list_referrals() -> ResponseReturnValue:
    session, actor, form = current_session(), current_actor(), ReferralListForm(request.args)
    form.set_choices(list_successors(session, actor, Programme, None))
    found = referring.list_referrals(session, actor, form.asked(), today=local_date(clock.now()))
    return REFERRALS.answer(found, form)


@blueprint.route("/programmes/<int:ident>/refer", methods=["GET", "POST"])
@requires(Action.REFER_TOWN)
def refer_town(ident: int) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    programme = service.get_programme(session, actor, ident)
    asked = {name: request.args.get(name, "") for name in ("town", "need")}
    form = ReferForm(data=asked)
    if form.validate_on_submit():
        try:
            need = referring.find_need(session, actor, form.need.data or "")
            referral = referring.refer_to_programme(
                session, programme, form.town.data, need=need, reason=form.reason.data or "",
                actor=actor, now=clock.now(),
            )  # fmt: skip
        except (Refused, Conflict) as error:
            form.refuse(error)
        else:
            flash(_("市町に制度を案内しました。"), "success")
            return redirect(url_for(".show_referral", ident=referral.id))
    hindrance = referring.hindrance(programme, local_date(clock.now()))
    page = render_template(
        "programmes/refer_town.html", form=form, programme=programme, hindrance=hindrance
    )
    return page, form.status


@blueprint.get("/referrals/<int:ident>")
@requires(Action.VIEW_REFERRAL)
def show_referral(ident: int) -> ResponseReturnValue:
    referral = referring.get_referral(current_session(), current_actor(), ident)
    may_record = can(current_session(), current_actor(), Action.RECORD_REFERRAL, referral)
    return _show(referral, _form(referral) if may_record else None)


def _form(referral: Referral, **more: None) -> CourseForm:
    return CourseForm(data=CourseForm.contents(referring.course_of(referral)), **more)


def _show(referral: Referral, form: CourseForm | None, changes: Changes = None) -> str:
    """form: for those who record what came of it."""
    return render_template(
        "programmes/show_referral.html",
        line=Line(referral, referring.standing_of(referral, local_date(clock.now()))),
        form=form,
        overtaken=changes,
        is_town=current_actor().role is Role.MUNICIPALITY,
    )


@blueprint.post("/referrals/<int:ident>/course")
@requires(Action.RECORD_REFERRAL)
def record_course(ident: int) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    referral = referring.get_referral(session, actor, ident, lock=True)
    form = _form(referral)

    def save() -> None:
        referring.record_course(session, referral, form.value(), actor=actor, now=clock.now())

    def done(_saved: None) -> ResponseReturnValue:
        flash(_("経過を保存しました。"), "success")
        return redirect(url_for(".show_referral", ident=ident))

    return answer(
        form, mark=str(referral.version), present=partial(_form, referral, formdata=None),
        save=save, page=partial(_show, referral, form), done=done,
    )  # fmt: skip
