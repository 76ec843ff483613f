"""Ending an engagement before its time: first who is told and what becomes free, then the act."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ... import clock
from ...engagements.models import Engagement
from ...engagements.views.blueprint import get_engagement
from ...errors import Conflict, NotFound, Refused
from ...permissions import Action, Role, require
from ...standing import AUDIENCE_LABELS
from ...states import ENGAGEMENT, Audience
from ...web import check_version, current_actor, current_session, requires
from ...web.filters import show_day
from ...web.forms import chosen_label
from ...web.labels import label
from ...web.steps import show_lost
from .. import finishing
from ..forms import EndForm
from .blueprint import blueprint


@blueprint.route("/engagements/<int:engagement_id>/end", methods=["GET", "POST"])
@requires(Action.END_ENGAGEMENT)
def end_engagement(engagement_id: int) -> ResponseReturnValue:
    session, actor, form = current_session(), current_actor(), EndForm()
    engagement = get_engagement(engagement_id)
    if form.is_submitted():
        finishing.lock(session, engagement)
    require(session, actor, Action.END_ENGAGEMENT, engagement)
    if not form.is_submitted():
        return _page(engagement, form)
    if not form.validate():
        return _page(engagement, form)
    try:
        check_version(engagement)
        finishing.end_engagement(
            session, engagement, last=form.last_day.data, reason=form.reason.data or None,
            comment=form.comment.data or "", actor=actor, now=clock.now(),
        )  # fmt: skip
    except Refused as error:
        form.refuse(error)
        session.rollback()
        return _page(get_engagement(engagement_id), form)
    except Conflict as error:
        session.rollback()
        sent: list[tuple[str, object]] = [
            (_("最後の日"), show_day(form.last_day.data)),
            (_("理由区分"), chosen_label(form.reason)),
            (_("補足"), form.comment.data),
        ]
        back = url_for("engagements.show_engagement", engagement_id=engagement_id)
        now = [(_("活動の状態"), label(get_engagement(engagement_id).state))]
        return show_lost(error, sent, now, back)
    flash(_("終了を決めました。"), "success")
    return redirect(url_for("engagements.show_engagement", engagement_id=engagement_id))


def _page(engagement: Engagement, form: EndForm) -> ResponseReturnValue:
    step = ENGAGEMENT.transition("end", engagement.state)
    if step is None:
        raise NotFound
    page = render_template(
        "placements/end_engagement.html", engagement=engagement, form=form,
        told=[
            label(AUDIENCE_LABELS[audience])
            for audience in step.notice
            if audience is not Audience.CANDIDATE or current_actor().role is not Role.CANDIDATE
        ],
    )  # fmt: skip
    return page, form.status
