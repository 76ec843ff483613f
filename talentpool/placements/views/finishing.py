"""Ending an engagement before its time: first what becomes free and who is asked, then the act; and second thoughts."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ... import clock
from ...dates import local_date
from ...engagements.models import Engagement
from ...engagements.service import may_reconsider
from ...engagements.views.blueprint import get_engagement, log_person
from ...errors import Conflict, NotFound, Refused
from ...language import say
from ...permissions import Action, Role, require
from ...standing import AUDIENCE_LABELS
from ...states import ENGAGEMENT, Audience
from ...web import check_version, current_actor, current_session, requires
from ...web.filters import show_day
from ...web.forms import chosen_label
from ...web.labels import label
from ...web.steps import show_lost
from .. import finishing, reconsidering
from ..forms import EndChangeForm, EndDayForm, EndForm
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
        return _ask_day(engagement)
    if not form.validate():
        return _page(engagement, form)
    try:
        check_version(engagement)
        _check_seen(engagement, form)
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
        return _lost(engagement_id, error, sent)
    flash(_("終了を決めました。"), "success")
    return redirect(url_for("engagements.show_engagement", engagement_id=engagement_id))


def _ask_day(engagement: Engagement) -> ResponseReturnValue:
    """The day first, by GET; with it, what it would bring and the button."""
    day = EndDayForm(formdata=request.args)
    if "last_day" not in request.args:
        return _page(engagement, None, day)
    if day.validate():
        try:
            finishing.check_last_day(
                current_session(), engagement, day.last_day.data, local_date(clock.now())
            )
        except Refused as error:
            day.refuse(error)
    if day.last_day.errors:
        page, _status = _page(engagement, None, day)
        return page, Refused.status
    return _page(engagement, EndForm(formdata=None, data={"last_day": day.last_day.data}))


def _check_seen(engagement: Engagement, form: EndForm) -> None:
    """The button was pressed on a page that said what this day brings."""
    if request.form.get("seen") != form.last_day.data.isoformat():
        finishing.check_last_day(
            current_session(), engagement, form.last_day.data, local_date(clock.now())
        )
        raise Refused.at(
            "last_day",
            say("この日で空く月と次に打診する人を下で確かめて、もう一度押してください。"),
        )


def _page(
    engagement: Engagement, form: EndForm | None, day: EndDayForm | None = None
) -> tuple[str, int]:
    """Without `form`: the question for the day alone."""
    if ENGAGEMENT.transition("end", engagement.state) is None:
        raise NotFound
    log_person([engagement.candidate_id])
    page = render_template(
        "placements/end_engagement.html", engagement=engagement, form=form, day=day,
        told=_told(engagement), preview=_preview(engagement, form) if form is not None else None,
    )  # fmt: skip
    return page, form.status if form is not None else 200


def _preview(engagement: Engagement, form: EndForm) -> reconsidering.Preview | None:
    session, now, last = current_session(), clock.now(), form.last_day.data
    try:
        finishing.check_last_day(session, engagement, last, local_date(now))
    except Refused:
        return None
    preview = reconsidering.preview_end(session, engagement, last, now=now)
    if preview.alternate is not None and current_actor().role is Role.COORDINATOR:
        log_person([preview.alternate.candidate_id])
    return preview


@blueprint.route("/engagements/<int:engagement_id>/end/change", methods=["GET", "POST"])
@requires(Action.END_ENGAGEMENT)
def change_end(engagement_id: int) -> ResponseReturnValue:
    session, actor, form = current_session(), current_actor(), EndChangeForm()
    engagement = get_engagement(engagement_id)
    if form.is_submitted():
        finishing.lock(session, engagement)
    elif not may_reconsider(engagement, actor):
        raise NotFound
    if not form.is_submitted() or not form.validate():
        return _change_page(engagement, form)
    try:
        check_version(engagement)
        reconsidering.change_end(
            session, engagement, last=form.last_day.data, comment=form.comment.data or "",
            actor=actor, now=clock.now(),
        )  # fmt: skip
    except Refused as error:
        form.refuse(error)
        session.rollback()
        return _change_page(get_engagement(engagement_id), form)
    except Conflict as error:
        session.rollback()
        day = form.last_day.data
        sent: list[tuple[str, object]] = [
            (_("新しい最後の日"), show_day(day) if day else _("（空欄）")),
            (_("理由"), form.comment.data),
        ]
        return _lost(engagement_id, error, sent)
    flash(_("終了の決定を変えました。"), "success")
    return redirect(url_for("engagements.show_engagement", engagement_id=engagement_id))


def _change_page(engagement: Engagement, form: EndChangeForm) -> ResponseReturnValue:
    log_person([engagement.candidate_id])
    page = render_template(
        "placements/change_end.html", engagement=engagement, form=form, told=_told(engagement)
    )
    return page, form.status


def _told(engagement: Engagement) -> list[str]:
    return [
        label(AUDIENCE_LABELS[audience])
        for audience in ENGAGEMENT.steps["end"].notice
        if audience is not Audience.CANDIDATE or current_actor().role is not Role.CANDIDATE
    ]


def _lost(
    engagement_id: int, error: Conflict, sent: list[tuple[str, object]]
) -> ResponseReturnValue:
    back = url_for("engagements.show_engagement", engagement_id=engagement_id)
    now = [(_("活動の状態"), label(get_engagement(engagement_id).state))]
    return show_lost(error, sent, now, back)
