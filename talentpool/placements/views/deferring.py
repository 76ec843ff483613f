"""More time for an answer: a page of its own, so that the day and the reason stay when they are refused."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ... import clock
from ...errors import Conflict, NotFound, Refused
from ...permissions import Action, get_visible
from ...standing import AUDIENCE_LABELS
from ...web import check_version, current_actor, current_session, requires
from ...web.filters import show_day
from ...web.labels import label
from ...web.steps import show_lost
from .. import deferring
from ..forms import DeadlineForm
from ..locking import lock_placements
from ..models import Placement
from .blueprint import blueprint
from .lost import present


@blueprint.route("/placements/<int:placement_id>/deadline", methods=["GET", "POST"])
@requires(Action.EXTEND_DEADLINE)
def extend_deadline(placement_id: int) -> ResponseReturnValue:
    session, actor, form = current_session(), current_actor(), DeadlineForm()
    placement = get_visible(session, actor, Placement, placement_id)
    if not form.is_submitted():
        return _page(placement, form)
    try:
        lock_placements(session, [placement])
        check_version(placement)
        if not form.validate():
            return _page(placement, form)
        deferring.extend_deadline(
            session, placement, form.until.data, form.reason.data or "", actor=actor,
            now=clock.now(),
        )  # fmt: skip
    except Refused as error:
        form.refuse(error)
        return _page(placement, form)
    except Conflict as error:
        session.rollback()
        sent: list[tuple[str, object]] = [
            (_("新しい期限"), show_day(form.until.data)),
            (_("理由"), form.reason.data),
        ]
        back = url_for("placements.show_placement", placement_id=placement_id)
        stands = get_visible(session, actor, Placement, placement_id)
        return show_lost(error, sent, present([stands]), back)
    flash(_("期限を延ばしました。"), "success")
    return redirect(url_for("placements.show_placement", placement_id=placement_id))


def _page(placement: Placement, form: DeadlineForm) -> ResponseReturnValue:
    """Without a name: it says of whom by number."""
    if placement.answer_until is None:
        raise NotFound
    told = [
        label(AUDIENCE_LABELS[audience])
        for audience, _template, _link in deferring.TOLD[placement.state]
    ]
    page = render_template(
        "placements/extend_deadline.html", placement=placement, form=form, told=told
    )
    return page, form.status
