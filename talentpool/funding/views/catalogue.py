"""The catalogue: a list, a page for each measure, and the form of those who keep it."""

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
from ...programmes.forms import ValidityListForm, origin_data
from ...programmes.sourced import VALIDITY_LABELS, list_successors
from ...programmes.views.catalogue import checked_text
from ...web import current_actor, current_catalogue, current_session, requires
from ...web.editing import Changes, answer
from ...web.filters import show_day
from ...web.labels import label
from ...web.lists import Column, ListPage
from .. import service
from ..forms import FundingForm
from ..models import Funding
from .blueprint import blueprint


@dataclass(frozen=True, slots=True)
class Line:
    funding: Funding
    today: date

    @property
    def validity(self) -> str:
        return label(VALIDITY_LABELS[self.funding.validity(self.today)])

    @property
    def checked(self) -> str:
        return checked_text(self.funding, self.today)

    @property
    def rate(self) -> str:
        return f"{self.funding.rate}%" if self.funding.rate is not None else ""


def _lines(session: Session, rows: Sequence[Funding]) -> Iterator[Line]:
    today = local_date(clock.now())
    return (Line(row, today) for row in rows)


FUNDINGS = ListPage[Funding, Line](
    "funding",
    lazy_gettext("財源措置"),
    "funding/list_fundings.html",
    [
        Column(lazy_gettext("措置の名前"), lambda line: line.funding.name, "", "name"),
        Column(lazy_gettext("対象になる経費"), lambda line: line.funding.covers, None),
        Column(lazy_gettext("措置率"), lambda line: line.rate, "w-5 number"),
        Column(lazy_gettext("上限額"), lambda line: line.funding.cap_yen or "", "w-9 number"),
        Column(lazy_gettext("上限額の単位"), lambda line: line.funding.unit, None),
        Column(lazy_gettext("期間"), lambda line: line.validity, "w-6", "validity"),
        Column(lazy_gettext("始まり"), lambda line: show_day(line.funding.valid_from), None),
        Column(lazy_gettext("終わり"), lambda line: show_day(line.funding.valid_to), None),
        Column(
            lazy_gettext("後継の措置"),
            lambda line: line.funding.successor.name if line.funding.successor else "", None,
        ),
        Column(lazy_gettext("出典"), lambda line: line.funding.source, None),
        Column(lazy_gettext("出典の住所（URL）"), lambda line: line.funding.address, None),
        Column(lazy_gettext("出典を確認した日"), lambda line: line.checked, "w-10", "checked"),
    ],
    _lines,
)  # fmt: skip


@blueprint.get("/funding")
@requires(Action.VIEW_FUNDING)
def list_fundings() -> ResponseReturnValue:
    session, actor, form = current_session(), current_actor(), ValidityListForm(request.args)
    form.set_choices()
    found = service.list_fundings(session, actor, form.asked(), today=local_date(clock.now()))
    return FUNDINGS.answer(found, form, may_manage=can(session, actor, Action.MANAGE_FUNDING))


@blueprint.post("/funding/shipped")
@requires(Action.MANAGE_FUNDING)
def take_shipped() -> ResponseReturnValue:
    n = service.take_shipped(
        current_session(), catalogue=current_catalogue(), actor=current_actor(), now=clock.now()
    )
    flash(
        _("%(n)s件の措置を取り込みました。内容を確かめて、確認した日を入力してください。", n=n),
        "success",
    )
    return redirect(url_for(".list_fundings"))


@blueprint.get("/funding/<int:ident>")
@requires(Action.VIEW_FUNDING)
def show_funding(ident: int) -> ResponseReturnValue:
    session, actor, today = current_session(), current_actor(), local_date(clock.now())
    row = service.get_funding(session, actor, ident)
    return render_template(
        "funding/show_funding.html", funding=row, validity=row.validity(today),
        validities=VALIDITY_LABELS, is_to_check=row.is_to_check(today),
        may_manage=can(session, actor, Action.MANAGE_FUNDING, row),
    )  # fmt: skip


@blueprint.route("/funding/new", methods=["GET", "POST"])
@requires(Action.MANAGE_FUNDING)
def new_funding() -> ResponseReturnValue:
    return _edit(None)


@blueprint.route("/funding/<int:ident>/edit", methods=["GET", "POST"])
@requires(Action.MANAGE_FUNDING)
def edit_funding(ident: int) -> ResponseReturnValue:
    is_sent = request.method == "POST"
    return _edit(service.get_funding(current_session(), current_actor(), ident, lock=is_sent))


def _edit(row: Funding | None) -> ResponseReturnValue:
    form = _form(row)

    def save() -> Funding:
        return service.save_funding(
            current_session(), row, form.value(), catalogue=current_catalogue(),
            actor=current_actor(), now=clock.now(),
        )  # fmt: skip

    def page(changes: Changes) -> str:
        return render_template(
            "funding/edit_funding.html", form=form, funding=row, overtaken=changes
        )

    return answer(
        form, mark=str(row.version) if row else None, present=partial(_form, row, formdata=None),
        save=save, page=page, done=_saved,
    )  # fmt: skip


def _saved(row: Funding) -> ResponseReturnValue:
    flash(_("措置を保存しました。"), "success")
    return redirect(url_for(".show_funding", ident=row.id))


def _form(row: Funding | None, **more: None) -> FundingForm:
    data = {}
    if row is not None:
        content = service.content_of(row)
        own = ("name", "covers", "rate", "cap_yen", "unit", "least_days", "note")
        data = {name: getattr(content, name) for name in own} | origin_data(content.origin)
        data["successor"] = str(content.successor or "")
    form = FundingForm(data=data, **more)
    form.offer_successors(list_successors(current_session(), current_actor(), Funding, row))
    return form
