"""The page of the registers: how many rows each has in a year, and their files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _

from ... import clock
from ...candidates.viewing import note_download
from ...dates import local_date
from ...errors import NotFound
from ...permissions import Action
from ...web import current_actor, current_session, requires
from ...web.downloads import Download
from .. import service
from ..forms import RegisterForm
from . import columns

blueprint = Blueprint("registers", __name__)


@dataclass(frozen=True, slots=True)
class Register:
    """title and text: what its file is called and holds."""

    title: Any
    text: Any
    rows: Callable[..., Sequence[Any]]
    columns: columns.Columns
    person: Callable[[Any], int] | None = None


REGISTERS: Mapping[str, Register] = {
    "needs": Register(
        _("求人の管理簿"), _("申請された募集と、その条件・取扱いの結果"), service.list_needs, columns.NEEDS
    ),
    "people": Register(
        _("求職の管理簿"), _("申請した登録者の氏名・住所・生年月日・希望と、取扱いの結果"), service.list_people,
        columns.PEOPLE, lambda row: row.membership.candidate_id,
    ),
    "introductions": Register(
        _("紹介の管理簿"), _("だれをどの市町に、いつ、どの理由と適合度で紹介し、どうなったか"),
        service.list_introductions, columns.INTRODUCTIONS, lambda row: row.placement.candidate_id,
    ),
}  # fmt: skip


@blueprint.get("/registers")
@requires(Action.VIEW_REGISTER)
def show_registers() -> ResponseReturnValue:
    """Counts only: the names are in the files."""
    form = _form()
    counts = service.count_rows(current_session(), current_actor(), form.chosen_year)
    found = [(name, one, n) for (name, one), n in zip(REGISTERS.items(), counts, strict=True)]
    return render_template("registers/show_registers.html", form=form, registers=found)


@blueprint.get("/registers/<name>")
@requires(Action.VIEW_REGISTER)
def download(name: str) -> ResponseReturnValue:
    """The file of one register, after its purpose."""
    register = REGISTERS.get(name)
    if register is None:
        raise NotFound
    form = _form()
    rows = register.rows(current_session(), current_actor(), form.chosen_year)
    file = Download(
        f"register-{name}", register.title, register.columns, note_download, register.person
    )
    answer = file.answer(rows, form)
    return answer or redirect(url_for(".show_registers", year=form.chosen_year))


def _form() -> RegisterForm:
    form = RegisterForm(formdata=request.args)
    today = local_date(clock.now())
    form.offer_years(service.list_years(current_session(), current_actor(), today))
    return form
