"""Closing and withdrawing a need: first who is told and what ends, then the act."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ... import clock
from ...candidates.views.blueprint import log_names
from ...dates import local_date
from ...errors import Conflict, NotFound, Refused
from ...needs.models import Need
from ...needs.standing import standings
from ...permissions import Action, Role, get_visible, require
from ...standing import AUDIENCE_LABELS
from ...states import NEED
from ...web import check_version, current_actor, current_session, requires
from ...web.labels import choices, label
from ...web.steps import StepForm, describe_sent, show_lost
from .. import closing, seats
from ..locking import lock_needs
from .blueprint import blueprint
from .staff import STAFF

ENDS = {"close": closing.close_need, "withdraw": closing.withdraw_need}


@blueprint.route("/needs/<int:need_id>/close", methods=["GET", "POST"])
@requires(Action.REVIEW_NEED)
def close_need(need_id: int) -> ResponseReturnValue:
    return _end(need_id, "close", Action.REVIEW_NEED)


@blueprint.route("/needs/<int:need_id>/withdraw", methods=["GET", "POST"])
@requires(Action.EDIT_NEED)
def withdraw_need(need_id: int) -> ResponseReturnValue:
    return _end(need_id, "withdraw", Action.EDIT_NEED)


def _end(need_id: int, verb: str, action: Action) -> ResponseReturnValue:
    session, actor, form = current_session(), current_actor(), StepForm()
    need = get_visible(session, actor, Need, need_id, lock=form.is_submitted())
    require(session, actor, action, need)
    if not form.is_submitted():
        return _page(need, verb)
    try:
        lock_needs(session, [need.id])
        check_version(need)
        ENDS[verb](
            session, need, reason=form.reason.data or None, comment=form.comment.data or "",
            actor=actor, now=clock.now(),
        )  # fmt: skip
    except Refused as error:
        return _page(need, verb, error), error.status
    except Conflict as error:
        session.rollback()
        return _show_lost(error, get_visible(session, actor, Need, need_id), verb, form)
    flash(_("募集を終了しました。"), "success")
    return redirect(url_for("needs.show_need", need_id=need_id))


def _show_lost(error: Conflict, need: Need, verb: str, form: StepForm) -> ResponseReturnValue:
    known = standings(current_session(), [need])
    now = [(_("募集の状態"), label(known[need.id]))]
    back = url_for("needs.show_need", need_id=need.id)
    return show_lost(error, describe_sent(NEED.steps[verb], form), now, back)


def _page(need: Need, verb: str, error: Refused | None = None) -> str:
    session = current_session()
    step = NEED.transition(verb, need.state)
    if step is None or step.reasons is None:
        raise NotFound
    told = closing.people_told(session, need, verb)
    return render_template(
        "placements/end_need.html", need=need, step=step, error=error,
        label=label(step),
        reasons=choices(step.reasons),
        told=[label(AUDIENCE_LABELS[audience]) for audience in told],
        ending=_count_ending(need), confirmed=closing.count_confirmed(session, need),
    )  # fmt: skip


def look_at_seats(need: Need) -> seats.Seats | None:
    """For staff on the page of a need, which is below this room; the names in it are logged."""
    if current_actor().role not in STAFF:
        return None
    found = seats.look_at_seats(current_session(), need, local_date(clock.now()))
    log_names(found.people if found else ())
    return found


def _count_ending(need: Need) -> int | None:
    """How many placements end with the need: for staff only, a town knows just who is being asked."""
    if current_actor().role is Role.MUNICIPALITY:
        return None
    return len(closing.list_ending(current_session(), need))
