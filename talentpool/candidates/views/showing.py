"""Staff set people beside each other, and the frozen profile beside today's: differences only, to be printed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, lazy_gettext

from ... import clock
from ...dates import local_date, month_of
from ...errors import NotFound, Refused
from ...ledger import service as ledger
from ...permissions import Action, Role
from ...web import current_actor, current_session, requires
from ...web.filters import show_day
from ...web.forms import FilterForm, text_field
from ...web.labels import term, town
from .. import frozen, service, viewing
from ..models import Candidate
from .blueprint import blueprint, log_names
from .frozen_words import name_field, show_values
from .presenting import Presenter, Section, Table

STAFF = frozenset({Role.COORDINATOR, Role.APPROVER, Role.AUDITOR})
MOST = 5  # people beside each other
_SEPARATORS = re.compile(r"[\s,、，・]+")


class CompareForm(FilterForm):
    codes = text_field(
        lazy_gettext("登録者の番号"),
        description=lazy_gettext("2人から5人まで、空白で区切ります。例：C-000012 C-000034"),
    )


@dataclass(frozen=True, slots=True)
class Line:
    label: str
    cells: Sequence[str]

    @property
    def is_same(self) -> bool:
        return len(set(self.cells)) == 1


@blueprint.get("/candidates/compare")
@requires(Action.VIEW_CANDIDATE, roles=STAFF)
def compare_people() -> ResponseReturnValue:
    form = CompareForm(formdata=request.args)
    people: Sequence[Candidate] = []
    status = 200
    typed = [code for code in _SEPARATORS.split(form.codes.data or "") if code]
    if len(typed) > 1 and form.validate():  # one came with the link: the page asks for the others
        try:
            people = service.list_by_codes(current_session(), current_actor(), typed, most=MOST)
        except Refused as error:
            form.refuse(error)
            status = error.status
    log_names([person.id for person in people], viewing.PROFILE)
    lines = [line for line in _lines(people) if not line.is_same] if people else []
    page = render_template(
        "candidates/compare_people.html", form=form, people=people, lines=lines, most=MOST
    )
    return page, status


def _lines(people: Sequence[Candidate]) -> list[Line]:
    told = [_told(person) for person in people]
    names = dict.fromkeys(name for one in told for name in one)
    return [Line(name, [one.get(name, "") for one in told]) for name in names]


def _told(person: Candidate) -> Mapping[str, str]:
    """Everything that staff weigh, by what it is called; no contact and no birth date."""
    presenter = Presenter(person)
    found: dict[str, str] = {str(_("空き（今月から12か月の合計）")): _free(person)}
    sections: list[Section] = [
        presenter.posts(), presenter.career(), presenter.skills(), presenter.availability(), presenter.wishes(),
    ]  # fmt: skip
    found |= {str(_("区分")): term(person.kind, "candidate_kind") if person.kind else ""}
    found |= {str(_("住まい")): town(person.home_code) if person.home_code else ""}
    found |= {str(_("必須研修の期限")): show_day(person.training_until)}
    for section in sections:
        found |= {str(name): str(value or "") for name, value in section.definitions}
        for table in section.tables:
            found[str(table.caption)] = "\n".join(_row_of(table, row) for row in table.rows)
    return found


def _row_of(table: Table, row: Sequence[Any]) -> str:
    """The first cell says what the row is of; the others with the names of their columns."""
    names = [column if isinstance(column, str) else column[0] for column in table.columns]
    first, *others = zip(names, row, strict=True)
    cells = [_("%(name)s：%(value)s", name=name, value=cell) for name, cell in others if cell]
    return " ".join([str(first[1]), *cells])


def _free(person: Candidate) -> str:
    first = month_of(local_date(clock.now()))
    rows = ledger.list_months(current_session(), person.id, from_month=first)
    months = [row for row in rows if row.month < first + 12]
    return str(_("%(n)sコマ", n=sum(row.capacity - row.held - row.booked for row in months)))


OCCASIONS = {
    "activation": lazy_gettext("登録を認めたとき"),
    "approval": lazy_gettext("推薦を決裁したとき"),
}


@blueprint.get("/candidates/<int:ident>/snapshots")
@requires(Action.VIEW_CANDIDATE, roles=STAFF)
def show_snapshots(ident: int) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    candidate = service.get_profile(session, actor, ident)
    rows = frozen.list_snapshots(session, candidate, actor=actor)
    log_names([candidate.id], viewing.PROFILE)
    asked = request.args.get("of", type=int)
    if asked is None and request.args.get("of"):
        raise NotFound
    chosen = frozen.pick(rows, asked) if rows or asked is not None else None
    found = (
        frozen.list_differences(chosen, candidate, actor.prefecture_code or "") if chosen else []
    )
    return render_template(
        "candidates/show_snapshots.html", candidate=candidate, snapshots=rows, chosen=chosen,
        occasions=OCCASIONS,
        lines=[
            (name_field(row.name), show_values(row.name, row.before), show_values(row.name, row.after))
            for row in found
        ],
    )  # fmt: skip
