"""The rota (支援表): people × months, for officers of the prefecture."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from flask import Blueprint, Flask, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext as _

from .. import clock
from ..candidates import viewing
from ..candidates.employed import Employment
from ..candidates.views.blueprint import log_names
from ..dates import local_date, month_of
from ..db import Session
from ..permissions import Action, Role
from ..web import current_actor, current_session, requires
from ..web.filters import show_brief_months, show_day
from ..web.labels import term, town
from ..web.lists import Column, ListPage
from .finding import LONG, SPAN, MonthOf, list_people, read_months
from .forms import RotaForm

blueprint = Blueprint("rota", __name__)
STAFF = (Role.COORDINATOR, Role.APPROVER, Role.AUDITOR)


@dataclass(frozen=True, slots=True)
class Line:
    row: Employment
    months: Mapping[int, MonthOf]

    @property
    def name(self) -> str:
        return self.row.candidate.name

    @property
    def taken(self) -> int:
        return sum(month.taken for month in self.months.values())


def stays_of(month: MonthOf) -> list[str]:
    return [
        gettext("%(town)s %(n)s（仮押さえ）", town=town(stay.municipality_code), n=stay.half_days)
        if stay.is_held
        else gettext("%(town)s %(n)s", town=town(stay.municipality_code), n=stay.half_days)
        for stay in month.stays
    ]


def _told(month: int, line: Line) -> str:
    """What a file says of a month: taken of offered, and with whom."""
    found = line.months.get(month)
    if found is None or not found.capacity:
        return ""
    figures = f"{found.taken}/{found.capacity}"
    return " ".join([figures, str(_("、")).join(stays_of(found))]).strip()


def _lines(first: int, session: Session, rows: Sequence[Employment]) -> Iterator[Line]:
    found = read_months(session, [row.candidate_id for row in rows], first, first + LONG - 1)
    months = range(first, first + SPAN)
    for row in rows:
        own = {month: of for (person, month), of in found.items() if person == row.candidate_id}
        yield Line(row, {month: own.get(month, MonthOf()) for month in (*months, *own)})


def rota_from(first: int) -> ListPage[Employment, Line]:
    """The page has fewer months than the file."""
    months: list[Column[Line]] = [
        Column(
            show_brief_months(month, month),
            partial(_told, month),
            "" if month < first + SPAN else None,
        )
        for month in range(first, first + LONG)
    ]
    return ListPage(
        "rota",
        _("県の職員の支援表"),
        "rota/show_rota.html",
        [
            Column(_("氏名"), lambda line: line.name, "w-14", "name"),
            Column(_("番号"), lambda line: line.row.candidate.code, None),
            Column(_("職"), lambda line: term(line.row.post, "prefectural_post"), None),
            Column(_("雇用の終わり"), lambda line: show_day(line.row.last_day), "w-7", "until"),
            *months,
        ],
        partial(_lines, first),
        person=lambda line: line.row.candidate_id,
        record=viewing.note_download,
        log=log_names,
    )


@blueprint.get("/rota")
@requires(Action.VIEW_EMPLOYMENT)
def show_rota() -> ResponseReturnValue:
    form, now = RotaForm(formdata=request.args), clock.now()
    asked = form.asked()
    this = month_of(local_date(now))
    first = int(asked.get("first") or this)
    found = list_people(current_session(), current_actor(), asked, now=now)
    months = list(range(first, first + SPAN))
    return rota_from(first).answer(found, form, months=months, this=this, stays_of=stays_of)


def init_app(app: Flask) -> None:
    menu = app.extensions["talentpool_navigation"]
    menu.add(_("支援表"), "rota.show_rota", *STAFF, position=58, icon="calendar")
