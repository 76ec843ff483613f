"""Closing and withdrawing a need: first who is told and what ends, then the act."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ... import clock
from ...errors import Conflict, NotFound, Refused
from ...needs.models import Need
from ...permissions import Action, Role, get_visible, require
from ...states import NEED
from ...web import current_actor, current_session, requires
from .. import closing
from ..forms import StepForm
from ..locking import CHANGED, lock_needs
from ..notices import AUDIENCE_LABELS
from .blueprint import blueprint, catalogue_of, locale

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
    need = get_visible(session, actor, Need, need_id)
    require(session, actor, action, need)
    if not form.is_submitted():
        return _page(need, verb)
    lock_needs(session, [need.id])
    if form.seen_version() != need.version:
        raise Conflict(CHANGED)
    try:
        ENDS[verb](
            session, need, reason=form.reason.data or None, comment=form.comment.data or "",
            actor=actor, now=clock.now(),
        )  # fmt: skip
    except Refused as error:
        return _page(need, verb, error), error.status
    flash(_("募集を終了しました。"), "success")
    return redirect(url_for("needs.show_need", need_id=need_id))


def _page(need: Need, verb: str, error: Refused | None = None) -> str:
    session = current_session()
    step = NEED.transition(verb, need.state)
    if step is None or step.reasons is None:
        raise NotFound
    told = closing.people_told(session, need, verb)
    language = 1 if locale() == "en" else 0
    return render_template(
        "placements/end_need.html", need=need, step=step, error=error,
        label=(step.ja, step.en)[language],
        reasons=catalogue_of(session).choices(step.reasons, locale()),
        told=[AUDIENCE_LABELS[audience][language] for audience in told],
        ending=_count_ending(need), confirmed=closing.count_confirmed(session, need),
    )  # fmt: skip


def _count_ending(need: Need) -> int | None:
    """How many placements end with the need: for staff only, a town knows just who is being asked."""
    if current_actor().role is Role.MUNICIPALITY:
        return None
    return len(closing.list_ending(current_session(), need))
