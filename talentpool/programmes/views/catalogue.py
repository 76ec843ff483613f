"""The catalogue: a list, a page for each programme, and the form of those who keep it."""

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
from ...permissions import Action, can
from ...web import current_actor, current_catalogue, current_session, requires
from ...web.editing import Changes, answer
from ...web.filters import show_day
from ...web.labels import label, term
from ...web.lists import Column, ListPage
from .. import referring, service
from ..forms import ProgrammeForm, ValidityListForm, origin_data
from ..models import Programme
from ..sourced import VALIDITY_LABELS, Sourced, list_successors
from .blueprint import blueprint


@dataclass(frozen=True, slots=True)
class Line:
    programme: Programme
    today: date

    @property
    def validity(self) -> str:
        return label(VALIDITY_LABELS[self.programme.validity(self.today)])

    @property
    def deadline(self) -> str:
        """The next one; said to be over where all are."""
        ahead = self.programme.next_deadline(self.today)
        if ahead is not None:
            return show_day(ahead.day)
        return str(_("締切済み")) if self.programme.deadlines else ""

    @property
    def checked(self) -> str:
        return checked_text(self.programme, self.today)


def checked_text(row: Sourced, today: date) -> str:
    """When it was last looked at; marked where that is too long ago or never was."""
    if row.checked_on is None:
        return str(_("要確認"))
    day = show_day(row.checked_on)
    return str(_("%(day)s（要確認）", day=day)) if row.is_to_check(today) else day


def _lines(session: Session, rows: Sequence[Programme]) -> Iterator[Line]:
    today = local_date(clock.now())
    return (Line(row, today) for row in rows)


PROGRAMMES = ListPage[Programme, Line](
    "programmes",
    lazy_gettext("支援制度"),
    "programmes/list_programmes.html",
    [
        Column(lazy_gettext("制度の名前"), lambda line: line.programme.name, "", "name"),
        Column(lazy_gettext("実施する機関"), lambda line: line.programme.operator, "w-10"),
        Column(lazy_gettext("期間"), lambda line: line.validity, "w-6", "validity"),
        Column(lazy_gettext("始まり"), lambda line: show_day(line.programme.valid_from), None),
        Column(lazy_gettext("終わり"), lambda line: show_day(line.programme.valid_to), None),
        Column(lazy_gettext("次の締切"), lambda line: line.deadline, "w-8"),
        Column(
            lazy_gettext("後継の制度"),
            lambda line: line.programme.successor.name if line.programme.successor else "", None,
        ),
        Column(lazy_gettext("受けられる支援"), lambda line: line.programme.gives, None),
        Column(lazy_gettext("上限・条件"), lambda line: line.programme.limits, None),
        Column(lazy_gettext("対象外"), lambda line: line.programme.excludes, None),
        Column(lazy_gettext("出典"), lambda line: line.programme.source, None),
        Column(lazy_gettext("出典の住所（URL）"), lambda line: line.programme.address, None),
        Column(lazy_gettext("出典を確認した日"), lambda line: line.checked, "w-10", "checked"),
    ],
    _lines,
)  # fmt: skip


@blueprint.get("/programmes")
@requires(Action.VIEW_PROGRAMME)
def list_programmes() -> ResponseReturnValue:
    session, actor, form = current_session(), current_actor(), ValidityListForm(request.args)
    form.set_choices()
    found = service.list_programmes(session, actor, form.asked(), today=local_date(clock.now()))
    return PROGRAMMES.answer(found, form, may_manage=can(session, actor, Action.MANAGE_PROGRAMME))


@blueprint.post("/programmes/shipped")
@requires(Action.MANAGE_PROGRAMME)
def take_shipped() -> ResponseReturnValue:
    n = service.take_shipped(current_session(), actor=current_actor(), now=clock.now())
    flash(
        _("%(n)s件の制度を取り込みました。内容を確かめて、確認した日を入力してください。", n=n),
        "success",
    )
    return redirect(url_for(".list_programmes"))


@blueprint.get("/programmes/<int:ident>")
@requires(Action.VIEW_PROGRAMME)
def show_programme(ident: int) -> ResponseReturnValue:
    session, actor, today = current_session(), current_actor(), local_date(clock.now())
    row = service.get_programme(session, actor, ident)
    return render_template(
        "programmes/show_programme.html",
        programme=row,
        validity=row.validity(today),
        validities=VALIDITY_LABELS,
        is_to_check=row.is_to_check(today),
        hindrance=referring.hindrance(row, today),
        today=today,
        referrals=[
            (one, referring.standing_of(one, today))
            for one in referring.list_of(session, actor, row)
        ],
        standings=referring.LABELS,
        may_manage=can(session, actor, Action.MANAGE_PROGRAMME, row),
        may_refer=can(session, actor, Action.REFER_TOWN, row),
    )


@blueprint.route("/programmes/new", methods=["GET", "POST"])
@requires(Action.MANAGE_PROGRAMME)
def new_programme() -> ResponseReturnValue:
    return _edit(None)


@blueprint.route("/programmes/<int:ident>/edit", methods=["GET", "POST"])
@requires(Action.MANAGE_PROGRAMME)
def edit_programme(ident: int) -> ResponseReturnValue:
    is_sent = request.method == "POST"
    return _edit(service.get_programme(current_session(), current_actor(), ident, lock=is_sent))


def _edit(row: Programme | None) -> ResponseReturnValue:
    form = _form(row)

    def save() -> Programme:
        return service.save_programme(
            current_session(), row, form.value(), catalogue=current_catalogue(),
            actor=current_actor(), now=clock.now(),
        )  # fmt: skip

    def page(changes: Changes) -> str:
        return render_template(
            "programmes/edit_programme.html", form=form, programme=row, overtaken=changes
        )

    return answer(
        form, mark=str(row.version) if row else None, present=partial(_form, row, formdata=None),
        save=save, page=page, done=_saved,
    )  # fmt: skip


def _saved(row: Programme) -> ResponseReturnValue:
    flash(_("制度を保存しました。"), "success")
    return redirect(url_for(".show_programme", ident=row.id))


def _form(row: Programme | None, **more: None) -> ProgrammeForm:
    data = {}
    if row is not None:
        content = service.content_of(row)
        texts = (
            "name",
            "operator",
            "gives",
            "limits",
            "excludes",
            "cost",
            "application",
            "report_days",
        )
        data = {name: getattr(content, name) for name in texts} | origin_data(content.origin)
        data |= {"deadlines": content.deadlines, "successor": str(content.successor or "")}
    form = ProgrammeForm(data=data, **more)
    form.offer_successors(list_successors(current_session(), current_actor(), Programme, row))
    return form


@blueprint.app_template_global("terms_of")
def terms_of(codes: Sequence[str], vocabulary: str) -> str:
    """What a programme or a measure is for, in words; said where nothing is known."""
    return str(_("、")).join(term(code, vocabulary) for code in codes) or str(
        _("条件の記載なし（要確認）")
    )
