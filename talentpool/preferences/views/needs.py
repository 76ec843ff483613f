"""What the page of a need shows of the people whom it fits, and the town's choice to name itself to them."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ... import clock
from ...candidates.views.blueprint import log_names
from ...dates import local_date
from ...errors import Conflict, LostRace
from ...needs.models import Need
from ...permissions import Action, Role, can, get_visible, require
from ...pool.told import exactly, in_steps
from ...states import NeedState
from ...web import current_actor, current_catalogue, current_session, requires
from ...web.changed import differences
from ...web.steps import show_lost
from ...web.versions import is_stale, mark_of
from .. import answering, showing
from ..beside import look_beside
from ..describing import describe
from ..forms import ShowingForm
from ..models import ANSWERS
from .blueprint import blueprint
from .presenting import anonymous

STAFF = frozenset({Role.COORDINATOR, Role.APPROVER, Role.AUDITOR})


@blueprint.app_template_global("interest_of")
def interest_of(need: Need) -> dict[str, Any] | None:
    """For the page of a need, which lies below this room; staff, whose page has much to ask for already, get a link."""
    if current_actor().role in STAFF:
        return {"is_brief": True} if need.opened_at else None
    return _told(need)


def _told(need: Need) -> dict[str, Any] | None:
    """Towns get counts in steps of three, like all their counts."""
    session, actor = current_session(), current_actor()
    may_choose = need.state is not NeedState.CLOSED and can(session, actor, Action.SHOW_TOWN, need)
    may_watch = need.state is not NeedState.CLOSED and can(session, actor, Action.KEEP_WATCH)
    if need.opened_at is None and not may_choose and not may_watch:
        return None
    found = look_beside(session, need, actor, local_date(clock.now()))
    show = exactly if actor.role in STAFF else in_steps
    told = found.counts.items() if need.opened_at else ()
    return {
        "counts": [(ANSWERS[answer], show(people)) for answer, people in told],
        "is_named": found.is_named,
        "description": description_of(need),
        "may_choose": may_choose,
        "may_watch": may_watch,
        "watches": found.is_watched,
    }


@blueprint.get("/needs/<int:need_id>/interests")
@requires(Action.VIEW_INTEREST, roles=STAFF)
def list_interests(need_id: int) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    need = get_visible(session, actor, Need, need_id)
    rows = answering.list_of_need(session, actor, need, local_date(clock.now()))
    log_names([row.person.id for row in rows])
    return render_template(
        "preferences/list_interests.html", need=need, rows=rows, answers=ANSWERS, told=_told(need)
    )


@blueprint.route("/needs/<int:need_id>/showing", methods=["GET", "POST"])
@requires(Action.SHOW_TOWN)
def choose_showing(need_id: int) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    need = get_visible(session, actor, Need, need_id)
    require(session, actor, Action.SHOW_TOWN, need)
    is_named = need.id in showing.list_named(session, [need.id])
    present: dict[str, Any] = {"names_town": "yes" if is_named else "no"}
    form, mark = ShowingForm(data=present), mark_of(present)
    back = url_for("needs.show_need", need_id=need.id)
    if form.is_submitted() and is_stale(mark):
        overtaken = differences(form, ShowingForm(data=present, formdata=None))
        return _page(need, form, mark, overtaken), LostRace.status
    if not form.validate_on_submit():
        return _page(need, form, mark), form.status
    try:
        showing.choose_showing(
            session, need, names_town=form.names_town.data == "yes", actor=actor, now=clock.now()
        )
    except Conflict as error:
        session.rollback()
        return show_lost(error, [], [], back)
    flash(_("条件に合う登録者に示すことを決めました。"), "success")
    return redirect(back)


def description_of(need: Need) -> dict[str, Any]:
    """What people read instead of the town's name; towns: how many have its region and size."""
    told = describe(current_catalogue(), need.municipality_code)
    return {"words": anonymous(need), "towns": told.towns, "is_coarser": told.is_coarser}


def _page(need: Need, form: ShowingForm, mark: str, overtaken: object = None) -> str:
    back = url_for("needs.show_need", need_id=need.id)
    return render_template(
        "preferences/choose_showing.html",
        need=need,
        form=form,
        mark=mark,
        back=back,
        overtaken=overtaken,
        description=description_of(need),
    )
