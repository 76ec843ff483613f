"""The lists: one's own or the desk's, what other towns allow to be read, and what troubles towns in numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _

from ... import clock
from ...accounts.downloading import note_download
from ...dates import local_date
from ...db import Session
from ...permissions import Action, Role
from ...web import current_actor, current_catalogue, current_session, requires
from ...web.filters import show_day
from ...web.labels import label, region, term, town
from ...web.lists import Column, ListPage
from .. import finding, overview
from ..finding import Shared
from ..forms import ConsultationListForm, SharedListForm
from ..models import ENDINGS, URGENCIES, Consultation
from .blueprint import blueprint


def _theme(code: str | None) -> str:
    return term(code, "theme") if code else ""


CONSULTATIONS = ListPage[Consultation, Consultation](
    "consultations",
    _("相談"),
    "consultations/list_consultations.html",
    [
        Column(_("番号"), lambda row: row.code, "w-7", "number"),
        Column(_("困りごと"), lambda row: row.headline),
        Column(_("市町"), lambda row: town(row.municipality_code), "w-8", "town", {Role.MUNICIPALITY}),
        Column(_("テーマ"), lambda row: _theme(row.theme), "w-12"),
        Column(_("急ぎ具合"), lambda row: label(URGENCIES[row.urgency]) if row.urgency else "", None),
        Column(_("最後の動き"), lambda row: show_day(row.moved_at), "w-7", "moved"),
        Column(_("返事の期限"), lambda row: show_day(row.answer_until), "w-9", "due"),
        Column(_("終わり方"), lambda row: label(ENDINGS[row.ending]) if row.ending else "", None),
        Column(_("状態"), lambda row: label(row.state), "w-12", "state"),
    ],
    lambda _session, rows: rows,
    record=note_download,
)  # fmt: skip


def _shared(_session: Session, rows: Sequence[Consultation]) -> Iterator[Shared]:
    catalogue = current_catalogue()
    for row in rows:
        yield finding.shared_of(row, catalogue)


SHARED = ListPage[Consultation, Shared](
    "shared-consultations",
    _("ほかの市町の相談"),
    "consultations/list_shared.html",
    [
        Column(_("困りごと"), lambda line: line.headline),
        Column(_("市町"), lambda line: town(line.municipality_code) if line.municipality_code else "", "w-9"),
        Column(_("規模"), lambda line: _size(line.size), "w-9"),
        Column(_("テーマ"), lambda line: _theme(line.theme), "w-12", "theme"),
        Column(_("相談の文"), lambda line: line.words, None),
        Column(_("県の返事"), lambda line: line.answer, None),
        Column(_("終わり方"), lambda line: label(ENDINGS[line.ending]), "w-9"),
        Column(_("終わった日"), lambda line: show_day(line.closed_on), "w-7", "closed"),
    ],
    _shared,
    record=note_download,
)  # fmt: skip


def _size(size: int | None) -> str:
    return term(str(size), "size_class") if size is not None else ""


@blueprint.get("/consultations")
@requires(Action.VIEW_CONSULTATION)
def list_consultations() -> ResponseReturnValue:
    session, actor, form = current_session(), current_actor(), ConsultationListForm(request.args)
    found = finding.list_consultations(session, actor, form.asked(), catalogue=current_catalogue())
    is_town = actor.role is Role.MUNICIPALITY
    figures = None if is_town else finding.count_year(session, actor, clock.now())
    return CONSULTATIONS.answer(found, form, is_town=is_town, figures=figures)


@blueprint.get("/consultations/shared")
@requires(Action.VIEW_SHARED)
def list_shared() -> ResponseReturnValue:
    session, actor, form = current_session(), current_actor(), SharedListForm(request.args)
    found = finding.list_shared(session, actor, form.asked(), catalogue=current_catalogue())
    return SHARED.answer(found, form, endings=ENDINGS)


@blueprint.get("/consultations/shared/<int:ident>")
@requires(Action.VIEW_SHARED)
def show_shared(ident: int) -> ResponseReturnValue:
    shared = finding.get_shared(
        current_session(), current_actor(), ident, catalogue=current_catalogue()
    )
    return render_template("consultations/show_shared.html", shared=shared, endings=ENDINGS)


@blueprint.get("/consultations/overview")
@requires(Action.VIEW_TROUBLES)
def show_overview() -> ResponseReturnValue:
    asked = request.args.get("year", "")
    year = int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 else None
    catalogue = current_catalogue()
    found = overview.count_troubles(
        current_session(), current_actor(), year, catalogue=catalogue, today=local_date(clock.now())
    )
    return render_template(
        "consultations/show_overview.html", found=found, sizes=catalogue.terms("size_class"),
        regions={row.key: region(row.key) for row in found.regions if row.key},
    )  # fmt: skip
