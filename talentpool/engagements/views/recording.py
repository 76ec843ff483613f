"""An officer enters the log of a month from paper or a call, for somebody without an account."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from ... import clock
from ...candidates.received import Source
from ...dates import local_date
from ...db import Session
from ...errors import Conflict, NotFound
from ...permissions import Action, Actor
from ...web import current_actor, current_session, requires
from ...web.changed import typed_rows
from ...web.steps import show_lost
from .. import logs, recording
from ..forms import RecordedLogForm, recorded_form_of
from ..models import Engagement, WorkLog
from .blueprint import blueprint, get_engagement, log_person
from .logs import Writing, draw, filled, may_write, month_number, save


def _record(
    session: Session,
    engagement: Engagement,
    month: int,
    form: RecordedLogForm,
    is_sent: bool,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    recording.record_log(
        session, engagement, month, form.content(), form.heard(), actor=actor, now=now,
        is_sent=is_sent,
    )  # fmt: skip


def _begin(log: WorkLog | None) -> dict[str, Any]:
    row = log.recorded if log is not None else None
    if row is None:
        return {"source": Source.PAPER, "came_on": local_date(clock.now())}
    return {"source": row.source, "came_on": row.came_on, "party": row.party}


RECORDED = Writing(
    recorded_form_of, Action.RECORD_LOG, _record, "engagements.record_log", begin=_begin
)


@blueprint.route("/engagements/<int:engagement_id>/logs/<month>/record", methods=["GET", "POST"])
@requires(Action.RECORD_LOG)
def record_log(engagement_id: int, month: str) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    engagement, number = get_engagement(engagement_id), month_number(month)
    log_person([engagement.candidate_id])
    why = recording.why_closed(session, engagement, number)
    if request.method == "POST" and not why:
        return save(engagement, number, RECORDED)
    if request.method == "POST":  # nothing of a draft, which is the person's alone
        back = url_for(".show_engagement", engagement_id=engagement_id)
        return show_lost(Conflict(why), typed_rows(RECORDED.make(number)()), [], back)
    if why:
        raise Conflict(why)
    log = logs.find_log(session, engagement, number)
    is_theirs = recording.may_record(engagement, actor)
    if not is_theirs or not may_write(engagement, log, number, RECORDED):
        raise NotFound
    return draw(engagement, number, log, RECORDED, filled(engagement, number, log, RECORDED))


@blueprint.app_template_global("may_record_log")
def may_record_log(engagement: Engagement) -> bool:
    return recording.may_record(engagement, current_actor())
