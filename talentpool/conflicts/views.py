"""Conflicts of interest that officers record: the screening heeds them, no town reads them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, lazy_gettext

from .. import clock
from ..accounts.downloading import note_download
from ..candidates.models import Candidate
from ..dates import local_date
from ..db import Session
from ..errors import Conflict, Refused
from ..permissions import Action, can
from ..pool.conflicts import GROUNDS, LIFTERS
from ..web import check_version, current_actor, current_session, requires
from ..web.filters import show_day, show_month
from ..web.labels import label, town
from ..web.lists import Column, ListPage
from . import service
from .forms import ConflictForm, ConflictListForm, EndForm
from .models import KnownConflict
from .service import LABELS, Standing

blueprint = Blueprint("conflicts", __name__)


@dataclass(frozen=True, slots=True)
class Line:
    row: KnownConflict
    standing: Standing

    @property
    def counterpart(self) -> str:
        place = town(self.row.municipality_code) if self.row.municipality_code else ""
        return str(_("・")).join(filter(None, (place, self.row.vendor)))

    @property
    def ground(self) -> str:
        return label(GROUNDS[self.row.ground])

    @property
    def lifter(self) -> str:
        return label(LIFTERS[self.row.lifter])

    @property
    def state(self) -> str:
        return label(LABELS[self.standing])

    @property
    def recorder(self) -> str:
        return self.row.recorder.display_name if self.row.recorder else ""


def _lines(_session: Session, rows: Sequence[KnownConflict]) -> Iterator[Line]:
    today = local_date(clock.now())
    for row in rows:
        yield Line(row, service.standing_of(row, today))


CONFLICTS = ListPage[KnownConflict, Line](
    "conflicts",
    lazy_gettext("利益相反の記録"),
    "conflicts/list_conflicts.html",
    [
        Column(lazy_gettext("番号"), lambda line: str(line.row.id), "w-5", "number"),
        Column(lazy_gettext("登録者"), lambda line: line.row.candidate.code, "w-7"),
        Column(lazy_gettext("相手"), lambda line: line.counterpart),
        Column(lazy_gettext("理由区分"), lambda line: line.ground, "w-9"),
        Column(lazy_gettext("始まり"), lambda line: show_month(line.row.first_month), "w-7", "first"),
        Column(
            lazy_gettext("終わり"),
            lambda line: show_month(line.row.last_month) if line.row.last_month else "", "w-7",
        ),
        Column(lazy_gettext("解除できる人"), lambda line: line.lifter, None),
        Column(lazy_gettext("記録した人"), lambda line: line.recorder, "w-9"),
        Column(lazy_gettext("記録した日"), lambda line: show_day(line.row.recorded_at), "w-7"),
        Column(lazy_gettext("状態"), lambda line: line.state, "w-7", "state"),
    ],
    _lines,
    record=note_download,
)  # fmt: skip


@blueprint.app_template_global("conflicts_of")
def conflicts_of(person: Candidate) -> Sequence[Line] | None:
    """What is recorded of a person; none for those who may not read it."""
    rows = service.find_of(current_session(), person, current_actor())
    return None if rows is None else list(_lines(current_session(), rows))


@blueprint.get("/conflicts")
@requires(Action.VIEW_CONFLICT)
def list_conflicts() -> ResponseReturnValue:
    session, actor, form = current_session(), current_actor(), ConflictListForm(request.args)
    form.set_choices()
    found = service.list_conflicts(session, actor, form.asked(), now=clock.now())
    return CONFLICTS.answer(found, form, may_record=can(session, actor, Action.RECORD_CONFLICT))


@blueprint.route("/conflicts/new", methods=["GET", "POST"])
@requires(Action.RECORD_CONFLICT)
def record_conflict() -> ResponseReturnValue:
    form = ConflictForm(data={"person": request.args.get("person", "")})
    if form.validate_on_submit():
        try:
            row = service.record_conflict(
                current_session(), form.value(), actor=current_actor(), now=clock.now()
            )
        except Refused as error:
            current_session().rollback()
            form.refuse(error)
        else:
            flash(_("利益相反を記録しました。"), "success")
            return redirect(url_for(".show_conflict", ident=row.id))
    return render_template("conflicts/record_conflict.html", form=form), form.status


@blueprint.get("/conflicts/<int:ident>")
@requires(Action.VIEW_CONFLICT)
def show_conflict(ident: int) -> ResponseReturnValue:
    return show(service.get_conflict(current_session(), current_actor(), ident))


def show(row: KnownConflict, end: EndForm | None = None) -> str:
    session, actor = current_session(), current_actor()
    line = Line(row, service.standing_of(row, local_date(clock.now())))
    may_end = row.ended_at is None and can(session, actor, Action.RECORD_CONFLICT, row)
    return render_template(
        "conflicts/show_conflict.html",
        row=row,
        line=line,
        touched=service.list_touched(session, row, actor) if row.ended_at is None else (),
        end=(end or EndForm(formdata=None)) if may_end else None,
    )


@blueprint.post("/conflicts/<int:ident>/end")
@requires(Action.RECORD_CONFLICT)
def end_conflict(ident: int) -> ResponseReturnValue:
    row, form = (
        service.get_conflict(current_session(), current_actor(), ident, lock=True),
        EndForm(),
    )
    check_version(row)
    if not form.validate():
        return show(row, form), form.status
    try:
        service.end_conflict(
            current_session(), row, form.note.data, actor=current_actor(), now=clock.now()
        )
    except Conflict as error:
        current_session().rollback()
        form.refuse(error)
        row = service.get_conflict(current_session(), current_actor(), ident)
        return show(row, form), error.status
    flash(_("利益相反の記録を終えました。"), "success")
    return redirect(url_for(".show_conflict", ident=ident))
