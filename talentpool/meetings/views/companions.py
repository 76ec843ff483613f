"""Towns with the same theme."""

from __future__ import annotations

from itertools import groupby

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ... import clock
from ...db import GREATEST_ID
from ...errors import NotFound, Refused
from ...permissions import Action, can
from ...web import current_actor, current_catalogue, current_session, requires
from .. import companions as service
from ..forms import CompanionForm
from .blueprint import blueprint


@blueprint.get("/companions")
@requires(Action.VIEW_COMPANION)
def list_companions() -> ResponseReturnValue:
    may_name = can(current_session(), current_actor(), Action.NAME_COMPANION)
    return _show(CompanionForm(data={"theme": request.args.get("theme", "")}) if may_name else None)


@blueprint.post("/companions")
@requires(Action.NAME_COMPANION)
def name_theme() -> ResponseReturnValue:
    form = CompanionForm()
    if form.validate():
        try:
            service.name_theme(
                current_session(), form.theme.data, form.contact.data or "",
                catalogue=current_catalogue(), actor=current_actor(), now=clock.now(),
            )  # fmt: skip
        except Refused as error:
            form.refuse(error)
        else:
            flash(_("テーマを登録しました。同じテーマを知らせた市町と県に見えます。"), "success")
            return redirect(url_for(".list_companions"))
    return _show(form), form.status


def _show(form: CompanionForm | None) -> str:
    """form: for those who may name a theme."""
    session, actor = current_session(), current_actor()
    found = groupby(service.list_companions(session, actor), key=lambda row: row.theme)
    return render_template(
        "meetings/list_companions.html",
        form=form,
        groups=[(theme, list(rows)) for theme, rows in found],
        suggested=[] if form is None else service.suggest_themes(session, actor),
        own=actor.municipality_code,
    )


@blueprint.post("/companions/<int:ident>/drop")
@requires(Action.NAME_COMPANION)
def drop_theme(ident: int) -> ResponseReturnValue:
    if not 0 < ident <= GREATEST_ID:
        raise NotFound
    service.drop_theme(current_session(), ident, actor=current_actor(), now=clock.now())
    flash(_("知らせるのをやめました。"), "success")
    return redirect(url_for(".list_companions"))
