"""The library: cases listed and read by towns and staff, written by the prefecture, shown beside other pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, lazy_gettext

from .. import clock
from ..accounts.downloading import note_download
from ..db import Session
from ..errors import Conflict, LostRace, Refused
from ..permissions import Action, Role, can, scope_of
from ..web import check_version, current_actor, current_catalogue, current_session, requires
from ..web.changed import Difference, differences
from ..web.filters import show_day
from ..web.labels import term, town
from ..web.lists import Column, ListPage
from ..web.versions import is_stale
from . import documented, finding, service
from .finding import Story
from .forms import CaseForm, CaseListForm, ContactForm
from .models import Case

blueprint = Blueprint("cases", __name__)


def init_app(app: Flask) -> None:
    readers = (Role.MUNICIPALITY, Role.COORDINATOR, Role.APPROVER, Role.AUDITOR)
    menu = app.extensions["talentpool_navigation"]
    menu.add(lazy_gettext("事例"), "cases.list_cases", *readers, position=50, icon="record")


@blueprint.app_template_global("cases_like")
def cases_like(about: Any) -> Sequence[Story] | None:
    """For the pages of a need and a consultation, which lie elsewhere; None for readers without the library."""
    session, actor = current_session(), current_actor()
    if scope_of(actor, Action.VIEW_CASE) is None:
        return None
    return finding.suggest_cases(
        session, actor, theme=about.theme if about else None,
        municipality_code=about.municipality_code if about else actor.municipality_code,
        catalogue=current_catalogue(),
    )  # fmt: skip


def _stories(_session: Session, rows: Sequence[Case]) -> Iterator[Story]:
    catalogue = current_catalogue()
    return (finding.story_of(row, catalogue) for row in rows)


def _size(story: Story) -> str:
    return term(str(story.size), "size_class") if story.size is not None else ""


CASES = ListPage[Case, Story](
    "cases",
    lazy_gettext("事例"),
    "cases/list_cases.html",
    [
        Column(lazy_gettext("番号"), lambda line: line.case.code, "w-7", "number"),
        Column(lazy_gettext("市町"), lambda line: town(line.case.municipality_code), "w-8", "town"),
        Column(lazy_gettext("規模"), _size, "w-9"),
        Column(lazy_gettext("テーマ"), lambda line: term(line.case.theme, "theme"), "w-12", "theme"),
        Column(lazy_gettext("事例の名前"), lambda line: line.case.title, "", "title"),
        Column(lazy_gettext("年度"), lambda line: line.fiscal_year or "", "w-5"),
        Column(lazy_gettext("したこと"), lambda line: line.did, None),
        Column(lazy_gettext("結果"), lambda line: line.result, None),
        Column(lazy_gettext("だれが"), lambda line: line.who, None),
        Column(lazy_gettext("かかった額（円）"), lambda line: "" if line.cost_yen is None else line.cost_yen, "w-9 number"),
        Column(lazy_gettext("額の内訳"), lambda line: line.cost_note, None),
        Column(lazy_gettext("出典"), lambda line: line.case.source, None),
        Column(lazy_gettext("出典の住所（URL）"), lambda line: line.case.source_url, None),
        Column(lazy_gettext("出典を確かめた日"), lambda line: show_day(line.case.checked_on), None),
        Column(lazy_gettext("聞ける人"), lambda line: line.case.contact, "w-9"),
    ],
    _stories,
    record=note_download,
)  # fmt: skip


@blueprint.get("/cases")
@requires(Action.VIEW_CASE)
def list_cases() -> ResponseReturnValue:
    session, actor, form = current_session(), current_actor(), CaseListForm(request.args)
    found = finding.list_cases(session, actor, form.asked(), catalogue=current_catalogue())
    may_write = scope_of(actor, Action.WRITE_CASE) is not None
    return CASES.answer(
        found, form, may_write=may_write,
        missing=len(documented.list_missing(session, actor)) if may_write else 0,
        alike=_of_size() if actor.role is Role.MUNICIPALITY and not form.set_filters else (),
    )  # fmt: skip


def _of_size() -> Sequence[Story]:
    """Those of towns as large as the reader's."""
    catalogue, actor = current_catalogue(), current_actor()
    size = catalogue.size_class(actor.municipality_code or "")
    found = finding.suggest_cases(
        current_session(), actor, theme=None, municipality_code=actor.municipality_code,
        catalogue=catalogue,
    )  # fmt: skip
    return [story for story in found if story.size == size]


@blueprint.get("/cases/<int:ident>")
@requires(Action.VIEW_CASE)
def show_case(ident: int) -> ResponseReturnValue:
    return _show(finding.get_case(current_session(), current_actor(), ident))


def _show(case: Case, contact: ContactForm | None = None) -> str:
    session, actor = current_session(), current_actor()
    may_offer = can(session, actor, Action.OFFER_CONTACT, case)
    stored = ContactForm(formdata=None, data={"contact": case.contact})
    return render_template(
        "cases/show_case.html", case=case, story=finding.story_of(case, current_catalogue()),
        may_write=can(session, actor, Action.WRITE_CASE, case),
        contact=(contact or stored) if may_offer else None,
    )  # fmt: skip


@blueprint.route("/cases/new", methods=["GET", "POST"])
@requires(Action.WRITE_CASE)
def new_case() -> ResponseReturnValue:
    return _write(None)


@blueprint.route("/cases/<int:ident>/edit", methods=["GET", "POST"])
@requires(Action.WRITE_CASE)
def edit_case(ident: int) -> ResponseReturnValue:
    case = finding.get_case(current_session(), current_actor(), ident)
    if case.report_id is not None:
        raise Conflict(_("報告からの事例は、報告を書いた人が直します。"))
    return _write(case)


def _write(case: Case | None) -> ResponseReturnValue:
    form = CaseForm(data=CaseForm.contents(case) if case else None)
    if request.method == "GET":
        return _page(form, case)
    if case is not None and is_stale(str(case.version)):
        stored = CaseForm(formdata=None, data=CaseForm.contents(case))
        return _page(form, case, differences(form, stored)), LostRace.status
    if not form.validate():
        return _page(form, case), 422
    try:
        saved = service.write_case(
            current_session(), form.value(), case, catalogue=form.catalogue,
            actor=current_actor(), now=clock.now(),
        )  # fmt: skip
    except Refused as error:
        current_session().rollback()
        form.refuse(error)
        return _page(form, case), form.status
    flash(_("事例を保存しました。"), "success")
    return redirect(url_for(".show_case", ident=saved.id))


def _page(form: CaseForm, case: Case | None, overtaken: list[Difference] | None = None) -> str:
    return render_template("cases/write_case.html", form=form, case=case, overtaken=overtaken)


@blueprint.post("/cases/documented")
@requires(Action.WRITE_CASE)
def take_documented() -> ResponseReturnValue:
    count = documented.take_documented(current_session(), actor=current_actor(), now=clock.now())
    flash(_("公表されている事例を%(n)s件入れました。", n=count), "success")
    return redirect(url_for(".list_cases"))


@blueprint.post("/cases/<int:ident>/retire")
@requires(Action.WRITE_CASE)
def retire_case(ident: int) -> ResponseReturnValue:
    return _change(ident, service.retire_case, _("事例を下げました。市町には示されません。"))


@blueprint.post("/cases/<int:ident>/restore")
@requires(Action.WRITE_CASE)
def restore_case(ident: int) -> ResponseReturnValue:
    return _change(ident, service.restore_case, _("事例を戻しました。"))


def _change(ident: int, act: Callable[..., None], done: str) -> ResponseReturnValue:
    act(current_session(), _take(ident), actor=current_actor(), now=clock.now())
    flash(done, "success")
    return redirect(url_for(".show_case", ident=ident))


@blueprint.post("/cases/<int:ident>/contact")
@requires(Action.OFFER_CONTACT)
def offer_contact(ident: int) -> ResponseReturnValue:
    case, form = _take(ident), ContactForm()
    if not form.validate():
        return _show(case, form), form.status
    service.offer_contact(
        current_session(), case, form.contact.data or "", actor=current_actor(), now=clock.now()
    )
    flash(_("聞ける人を保存しました。"), "success")
    return redirect(url_for(".show_case", ident=ident))


def _take(ident: int) -> Case:
    case = finding.get_case(current_session(), current_actor(), ident, lock=True)
    check_version(case)
    return case
