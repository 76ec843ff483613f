"""The log of a month: the person's form, and what the town and the prefecture see and do with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _

from ... import clock
from ...candidates.received import SOURCE_LABELS
from ...dates import first_day, is_business_day, last_day, local_date, month_text
from ...db import Session
from ...errors import Conflict, LostRace, NotFound, Problem, Refused, raise_first
from ...ledger import service as ledger
from ...permissions import Action, Actor, Role, can, get_visible, require
from ...standing import AUDIENCE_LABELS
from ...states import WORK_LOG, WorkLogState, available
from ...typed.days import read_month
from ...web import check_version, current_actor, current_session, requires
from ...web.changed import Difference, differences
from ...web.labels import label, weekdays
from ...web.steps import StepForm, describe_sent, show_lost
from ...web.versions import is_stale, mark_of
from .. import logs
from ..forms import LogForm, form_of
from ..log_content import LogContent, as_before, content_of
from ..log_reminding import find_due
from ..models import Engagement, Part, WorkLog
from .blueprint import blueprint, get_engagement, log_person
from .moves import LOG_MOVES, button
from .steps import faults_of

VERB = ", ".join(f'"{verb}"' for verb in sorted(LOG_MOVES))


@dataclass(frozen=True, slots=True)
class Writing:
    """Who fills in the form of a month. begin: what it shows besides the log."""

    make: Callable[[int], type[LogForm]]
    right: Action
    act: Callable[..., Any]
    endpoint: str
    begin: Callable[[WorkLog | None], dict[str, Any]] = lambda _log: {}


def _write(
    session: Session,
    engagement: Engagement,
    month: int,
    form: LogForm,
    is_sent: bool,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    act = logs.send_log if is_sent else logs.save_log
    act(session, engagement, month, form.content(), actor=actor, now=now)


OWN = Writing(form_of, Action.LOG_WORK, _write, "engagements.show_log")


@blueprint.route("/engagements/<int:engagement_id>/logs/<month>", methods=["GET", "POST"])
@requires(Action.VIEW_ENGAGEMENT)
def show_log(engagement_id: int, month: str) -> ResponseReturnValue:
    engagement, number = get_engagement(engagement_id), month_number(month)
    log = logs.find_log(current_session(), engagement, number)
    if log is None and not engagement.first_month <= number <= engagement.last_month:
        raise NotFound
    if request.method == "POST":
        return save(engagement, number, OWN)
    if may_write(engagement, log, number, OWN):
        return draw(engagement, number, log, OWN, filled(engagement, number, log, OWN))
    if log is None or (
        log.state is WorkLogState.DRAFT and current_actor().role is not Role.CANDIDATE
    ):
        raise NotFound
    return show(log)


def month_number(month: str) -> int:
    try:
        number = read_month(month)
    except ValueError as error:
        raise NotFound from error
    if month_text(number) != month:
        raise NotFound
    return number


def may_write(engagement: Engagement, log: WorkLog | None, month: int, writing: Writing) -> bool:
    is_open = log is None or log.state is not WorkLogState.CLOSED
    is_theirs = can(current_session(), current_actor(), writing.right, engagement)
    return is_open and is_theirs and logs.can_be_logged(engagement, month, local_date(clock.now()))


def filled(engagement: Engagement, month: int, log: WorkLog | None, writing: Writing) -> LogForm:
    """As it was saved; with ?as=before the days of the month before, where nothing is saved yet."""
    content = LogContent()
    if log is not None:
        content = content_of(log)
    elif request.args.get("as") == "before":
        before = logs.find_log(current_session(), engagement, month - 1)
        if before is not None:
            content = as_before(before, month, local_date(clock.now()))
    return writing.make(month)(data=LogForm.values(content) | writing.begin(log))


def draw(
    engagement: Engagement,
    month: int,
    log: WorkLog | None,
    writing: Writing,
    form: LogForm,
    overtaken: Sequence[Difference] | None = None,
) -> ResponseReturnValue:
    session = current_session()
    before = logs.find_log(session, engagement, month - 1) if log is None else None
    agreed = ledger.list_booked(session, engagement.placement_id).get(month, 0)
    page = render_template(
        "engagements/write_log.html",
        engagement=engagement,
        log=log,
        form=form,
        month=month,
        days=_calendar(engagement, month),
        weekdays=weekdays(),
        agreed=agreed,
        before=before if before is not None and before.days else None,
        told=[label(AUDIENCE_LABELS[audience]) for audience in WORK_LOG.steps["send"].notice],
        overtaken=overtaken,
        mark=_mark(log),
        endpoint=writing.endpoint,
        is_recorded=writing is not OWN,
        part_half_days={str(part): part.half_days for part in Part},
    )  # fmt: skip
    return page, form.status if overtaken is None else LostRace.status


def _mark(log: WorkLog | None) -> str:
    """Changes with everything that the form edits; a row's version does not count its days."""
    if log is None:
        return mark_of(None)
    content = content_of(log)
    days = [(day, part, place) for day, (part, place) in sorted(content.days.items())]
    row = log.recorded
    heard = [row.source, row.came_on, row.party] if row is not None else None
    return mark_of(
        [log.state, days, content.text, content.theme, content.travel_yen, content.remark, heard]
    )


def _stored(log: WorkLog | None, writing: Writing) -> dict[str, Any]:
    """What the boxes would show of the log as it stands, and nothing where nothing stands."""
    if log is None:
        return LogForm.values(LogContent())
    heard = writing.begin(log) if log.recorded is not None else {}
    return LogForm.values(content_of(log)) | heard


def _calendar(engagement: Engagement, month: int) -> list[dict[str, Any]]:
    """The days of a month: whether offices are open, whether they have come, and what was logged for others."""
    elsewhere = logs.list_elsewhere(current_session(), engagement, month)
    today, first, names = local_date(clock.now()), first_day(month), dict(weekdays())
    days = (first.replace(day=n) for n in range(1, last_day(month).day + 1))
    return [
        {
            "day": day,
            "weekday": names[str(day.weekday())],
            "is_office_day": is_business_day(day),
            "is_open": day <= min(today, engagement.last_day),
            "town": elsewhere[day][0] if day in elsewhere else None,
        }
        for day in days
    ]


def save(engagement: Engagement, month: int, writing: Writing) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    require(session, actor, writing.right, engagement)
    logs.lock_work(session, engagement)
    form, log = writing.make(month)(), logs.find_log(session, engagement, month)
    is_sent = "submit" in request.form
    if not form.validate():
        return draw(engagement, month, log, writing, form)
    if is_stale(_mark(log)):
        present = writing.make(month)(formdata=None, data=_stored(log, writing))
        return draw(engagement, month, log, writing, form, differences(form, present))
    try:
        writing.act(session, engagement, month, form, is_sent, actor=actor, now=clock.now())
    except (Refused, Conflict) as error:
        form.refuse(error)
        session.rollback()
        engagement = get_engagement(engagement.id)
        log = logs.find_log(session, engagement, month)
        return draw(engagement, month, log, writing, form)
    flash(
        _("送りました。市町が確かめます。") if is_sent else _("下書きを保存しました。"), "success"
    )
    return redirect(url_for("engagements.show_engagement", engagement_id=engagement.id))


def show(log: WorkLog, error: Problem | None = None, verb: str | None = None) -> str:
    """The log as it was sent, with the steps that the reader may take."""
    session, actor = current_session(), current_actor()
    log_person([log.candidate_id])
    agreed = ledger.list_booked(session, log.engagement.placement_id).get(log.month, 0)
    steps = [button(step, LOG_MOVES) for step in available(session, log, actor)]
    return render_template(
        "engagements/show_log.html", log=log, engagement=log.engagement, agreed=agreed, steps=steps,
        error=error, refused_verb=verb,
        due=find_due(session, log),
        recorded_from=label(SOURCE_LABELS[log.recorded.source]) if log.recorded else None,
    )  # fmt: skip


@blueprint.post(f"/work_logs/<int:log_id>/<any({VERB}):verb>")
@requires(Action.SIGN_LOG, Action.REOPEN_LOG)
def take_log_step(log_id: int, verb: str) -> ResponseReturnValue:
    session, actor, form, move = current_session(), current_actor(), StepForm(), LOG_MOVES[verb]
    log = get_visible(session, actor, WorkLog, log_id)
    logs.lock_log(session, log)
    said = form.said(WORK_LOG.steps[verb])
    try:
        check_version(log)
        raise_first(faults_of(form))
        move.act(session, log, actor=actor, now=clock.now(), **said)
    except Refused as error:
        session.rollback()
        return show(get_visible(session, actor, WorkLog, log_id), error, verb), error.status
    except Conflict as error:
        session.rollback()
        log = get_visible(session, actor, WorkLog, log_id)
        back = url_for(
            "engagements.show_log", engagement_id=log.engagement_id, month=month_text(log.month)
        )
        now = [(str(_("活動記録の状態")), label(log.state))]
        return show_lost(error, describe_sent(WORK_LOG.steps[verb], form), now, back)
    flash(move.done, "success")
    return redirect(url_for("engagements.show_engagement", engagement_id=log.engagement_id))
