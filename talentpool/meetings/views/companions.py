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


@blueprint.route("/companions", methods=["GET", "POST"])
@requires(Action.VIEW_COMPANION)
def list_companions() -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    may_name = can(session, actor, Action.NAME_COMPANION)
    form = CompanionForm(data={"theme": request.args.get("theme", "")}) if may_name else None
    if form is not None and form.validate_on_submit():
        try:
            service.name_theme(
                session, form.theme.data, form.contact.data or "", catalogue=current_catalogue(),
                actor=actor, now=clock.now(),
            )  # fmt: skip
        except Refused as error:
            form.refuse(error)
        else:
            flash(_("同じテーマの市町に知らせました。"), "success")
            return redirect(url_for(".list_companions"))
    found = groupby(service.list_companions(session, actor), key=lambda row: row.theme)
    page = render_template(
        "meetings/list_companions.html",
        form=form,
        groups=[(theme, list(rows)) for theme, rows in found],
        suggested=service.suggest_themes(session, actor) if may_name else [],
        own=actor.municipality_code,
    )
    return page, form.status if form is not None else 200


@blueprint.post("/companions/<int:ident>/drop")
@requires(Action.NAME_COMPANION)
def drop_theme(ident: int) -> ResponseReturnValue:
    if not 0 < ident <= GREATEST_ID:
        raise NotFound
    service.drop_theme(current_session(), ident, actor=current_actor(), now=clock.now())
    flash(_("知らせるのをやめました。"), "success")
    return redirect(url_for(".list_companions"))
