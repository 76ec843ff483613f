"""Needs whose people somebody wants to be told of: the button of the page of a need, and the own list."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ... import clock
from ...needs.models import Need
from ...permissions import Action, Role, get_visible
from ...web import current_actor, current_catalogue, current_session, requires
from .. import watching
from .blueprint import blueprint


@blueprint.get("/watched")
@requires(Action.KEEP_WATCH)
def list_watched() -> ResponseReturnValue:
    rows = watching.list_watched(
        current_session(), current_actor(), catalogue=current_catalogue(), now=clock.now()
    )
    return render_template("preferences/list_watched.html", rows=rows)


@blueprint.post("/needs/<int:need_id>/watch/<any(keep, drop):verb>")
@requires(Action.KEEP_WATCH)
def watch_need(need_id: int, verb: str) -> ResponseReturnValue:
    session, actor, now = current_session(), current_actor(), clock.now()
    need = get_visible(session, actor, Need, need_id)
    if verb == "keep":
        watching.watch_need(session, need, catalogue=current_catalogue(), actor=actor, now=now)
        flash(_("条件に合う人が増えたら知らせます。"), "success")
    else:
        watching.drop_watch(session, need, actor=actor, now=now)
        flash(_("知らせるのをやめました。"), "success")
    page = "needs.show_need" if actor.role is Role.MUNICIPALITY else ".list_interests"
    return redirect(url_for(page, need_id=need_id))
