from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ... import clock
from ...accounts.directory import name_accounts
from ...accounts.models import Pool
from ...errors import LostRace, NotFound, Refused
from ...permissions import Action
from ...waits import LAPSING, Wait
from ...web import current_actor, current_session, requires
from ...web.changed import Difference, differences
from ...web.versions import is_stale, mark_of
from .. import service
from ..forms import DaysForm, days_form
from .blueprint import blueprint


@blueprint.route("/deadlines", methods=["GET", "POST"], endpoint="set_days")
@requires(Action.SET_DEADLINES)
def set_days() -> ResponseReturnValue:
    session, actor, now = current_session(), current_actor(), clock.now()
    pool = session.get(Pool, actor.prefecture_code)
    if pool is None:
        raise NotFound
    terms = service.read_terms(session, pool.prefecture_code)
    present = {wait: terms.days(wait, now) for wait in Wait}
    form = days_form(present)
    if request.method == "GET":
        return _page(form, present)
    if is_stale(mark_of(present)):
        overtaken = differences(form, days_form(present, formdata=None))
        return _page(form, present, overtaken), LostRace.status
    if not form.validate():
        return _page(form, present), 422
    try:
        service.set_days(session, pool, form.value(), actor=actor, now=now)
    except Refused as error:
        form.refuse(error)
        return _page(form, present), form.status
    flash(_("期限の日数を保存しました。いまある期限は変わりません。"), "success")
    return redirect(url_for(".set_days"))


def _page(
    form: DaysForm, present: Mapping[Wait, int], overtaken: Sequence[Difference] | None = None
) -> str:
    session = current_session()
    changes = service.list_changes(session, current_actor().prefecture_code)
    return render_template(
        "deadlines/set_days.html", form=form, version=mark_of(present), overtaken=overtaken,
        asked=[wait for wait in Wait if wait in LAPSING],
        tasks=[wait for wait in Wait if wait not in LAPSING],
        changes=changes, who=name_accounts(session, [row.set_by for row in changes]),
    )  # fmt: skip
