"""What officers saw of people, as auditors ask for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, lazy_gettext

from ... import clock
from ...accounts.directory import list_officers, name_accounts
from ...dates import local_date
from ...permissions import Action
from ...searching import number_in
from ...text import search_key
from ...web import current_actor, current_session, requires
from .. import oversight, viewing
from ..forms.oversight import OversightForm
from .blueprint import blueprint

PURPOSES: Mapping[str, Any] = {
    viewing.LIST: lazy_gettext("一覧などの氏名"),
    viewing.PROFILE: lazy_gettext("登録情報"),
    viewing.EXPORT: lazy_gettext("ファイルへの書出し"),
    viewing.VERIFIER: lazy_gettext("証明を確かめる画面"),
}


@blueprint.get("/oversight")
@requires(Action.VIEW_AUDIT)
def show_oversight() -> ResponseReturnValue:
    """What one officer saw, and who saw one person."""
    session, actor, form = current_session(), current_actor(), OversightForm(request.args)
    officers = list_officers(session, actor)
    form.offer_officers(officers)
    if not form.is_readable():
        return render_template("candidates/show_oversight.html", form=form, purposes=PURPOSES), 422
    today = local_date(clock.now())
    period = oversight.Period.of(form.first_on.data, form.last_on.data, today=today)
    officer, code = form.officer_id, _code(form.person.data or "")
    if code == "":
        form.person.errors = [_("「C-000077」のような登録者の番号を入力してください。")]
        return render_template("candidates/show_oversight.html", form=form, purposes=PURPOSES), 422
    looks = oversight.list_looks(session, actor, code, period, officer) if code else []
    return render_template(
        "candidates/show_oversight.html", form=form, period=period, code=code, looks=looks,
        officer=dict(officers).get(officer) if officer else None,
        sight=oversight.sum_up(session, actor, officer, period) if officer else None,
        names=name_accounts(session, [look.viewer_id for look in looks]), purposes=PURPOSES,
    )  # fmt: skip


def _code(typed: str) -> str | None:
    """The code of a person as typed; None for nothing, "" for what is no number."""
    if not typed.strip():
        return None
    number = number_in(search_key(typed), "c")
    return "" if number is None else f"C-{number:06d}"
