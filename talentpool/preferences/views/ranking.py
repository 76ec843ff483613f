"""A town ranks whom it was introduced to for one need; staff and auditors read the ranks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ... import clock
from ...candidates.views.blueprint import log_names
from ...errors import Conflict, LostRace, Refused
from ...needs.models import Need
from ...permissions import Action, can, get_visible, require
from ...states import NeedState
from ...web import current_actor, current_session, requires
from ...web.changed import differences
from ...web.steps import show_lost
from ...web.versions import is_stale, mark_of
from .. import ranking
from ..forms import RankForm, rank_form_of
from ..ranking import Ranked
from .blueprint import blueprint


@blueprint.app_template_global("ranks_of")
def ranks_of(need: Need) -> dict[str, Any] | None:
    """For pages of introductions, which lie below this room: placement id → rank, and whether the reader may give them."""
    session, actor = current_session(), current_actor()
    if not can(session, actor, Action.VIEW_TOWN_RANK):
        return None
    ranks = {one.placement.id: one.rank for one in ranking.list_ranked(session, need, actor)}
    return {
        "ranks": ranks,
        "may_rank": need.state is not NeedState.CLOSED
        and can(session, actor, Action.RANK_PEOPLE, need),
    }


@blueprint.route("/needs/<int:need_id>/ranks", methods=["GET", "POST"])
@requires(Action.VIEW_TOWN_RANK)
def rank_people(need_id: int) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    need = get_visible(session, actor, Need, need_id, lock=request.method == "POST")
    rows = ranking.list_ranked(session, need, actor)
    form = rank_form_of(rows)
    if not form.is_submitted():
        return _page(need, rows, form), 200
    require(session, actor, Action.RANK_PEOPLE, need)
    if is_stale(_mark(rows)):
        overtaken = differences(form, rank_form_of(rows, formdata=None))
        return _page(need, rows, form, overtaken), LostRace.status
    if not form.validate():
        return _page(need, rows, form), form.status
    try:
        ranking.rank_people(session, need, form.value(), actor=actor, now=clock.now())
    except Refused as error:
        form.refuse(error)
        return _page(need, rows, form), form.status
    except Conflict as error:
        session.rollback()
        return show_lost(error, form.sent(), [], url_for(".rank_people", need_id=need_id))
    flash(_("順位を保存しました。次のマッチングで、市町の希望として数えます。"), "success")
    return redirect(url_for(".rank_people", need_id=need_id))


def _mark(rows: Sequence[Ranked]) -> str:
    return mark_of([(row.placement.id, row.rank) for row in rows])


def _page(need: Need, rows: Sequence[Ranked], form: RankForm, overtaken: object = None) -> str:
    log_names([row.placement.candidate_id for row in rows])
    may_rank = can(current_session(), current_actor(), Action.RANK_PEOPLE, need)
    return render_template(
        "preferences/rank_people.html", need=need, rows=rows, form=form, mark=_mark(rows),
        may_rank=may_rank and need.state is not NeedState.CLOSED, overtaken=overtaken,
    )  # fmt: skip
