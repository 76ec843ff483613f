"""The list of engagements, and one of them: its months, its logs, what comes next."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _

from ... import clock
from ...audit import AuditEvent
from ...dates import last_day, local_date, month_number
from ...errors import Problem
from ...language import Words
from ...permissions import Action, Role, can
from ...states import ENTRIES, EngagementState, available
from ...web import current_actor, current_catalogue, current_session, requires
from .. import finding, preparing, service
from ..forms import EngagementListForm
from ..models import Engagement, Outcome
from ..month_additions import read_changes
from ..plan_changes import may_be_extended
from ..service import may_reconsider
from ..terms import find_terms
from .blueprint import blueprint, get_engagement, log_person
from .columns import ENGAGEMENTS
from .moves import ENGAGEMENT_MOVES, button

ELSEWHERE = {"end": "placements.end_engagement"}  # a page of its own, above this package
OUTCOMES = {
    Outcome.COMPLETED: _("期間が満了しました。"),
    Outcome.EARLY: _("期間の途中で終わりました。"),
    Outcome.NOT_BEGUN: _("期間が終わりました。活動を始めた記録はありません。"),
    Outcome.UNDONE: _("確定が取り消されました。"),
}
READERS = frozenset({Role.COORDINATOR, Role.APPROVER, Role.AUDITOR})


@blueprint.get("/engagements")
@requires(Action.VIEW_ENGAGEMENT)
def list_engagements() -> ResponseReturnValue:
    form = EngagementListForm(formdata=request.args)
    found = finding.list_engagements(
        current_session(), current_actor(), form.asked(), catalogue=current_catalogue()
    )
    return ENGAGEMENTS.answer(found, form)


@blueprint.get("/engagements/<int:engagement_id>")
@requires(Action.VIEW_ENGAGEMENT)
def show_engagement(engagement_id: int) -> ResponseReturnValue:
    return show(get_engagement(engagement_id))


def show(engagement: Engagement, error: Problem | None = None, verb: str | None = None) -> str:
    """`error` belongs to the form of the step `verb`."""
    session, actor, today = current_session(), current_actor(), local_date(clock.now())
    rows = service.list_months(session, engagement, today)
    log_person([engagement.candidate_id])
    steps = available(session, engagement, actor)
    change, additions = read_changes(session, engagement, actor)
    return render_template(
        "engagements/show_engagement.html",
        engagement=engagement,
        need=engagement.need,
        terms=find_terms(session, engagement),
        rows=rows,
        past=[row for row in rows if last_day(row.month) < today],
        recent=[row for row in rows if service.is_near(row, today)],
        others=[row for row in rows if not service.is_near(row, today)],
        next=service.list_next(engagement, rows, today),
        today=today,
        items=[
            (row, row.is_done(today), preparing.is_of(row, engagement, actor))
            for row in preparing.list_items(session, engagement, current_catalogue())
        ],
        change=change,
        additions=additions,
        may_extend=can(session, actor, Action.DRAFT_CHANGE, engagement)
        and may_be_extended(engagement),
        may_reconsider=may_reconsider(engagement, actor),
        may_prepare=can(session, actor, Action.PREPARE_ENGAGEMENT, engagement),
        missing=service.list_waiting_months(engagement, rows, today),
        steps=[button(step, ENGAGEMENT_MOVES) for step in steps if step.verb in ENGAGEMENT_MOVES],
        can_end=any(step.verb in ELSEWHERE for step in steps),
        is_staff=actor.role in READERS,
        outcome=OUTCOMES.get(engagement.outcome) if engagement.outcome else None,
        history=_history(engagement) if actor.role in READERS else [],
        error=error,
        refused_verb=verb,
        is_ended=engagement.state is EngagementState.ENDED,
    )


def _history(engagement: Engagement) -> list[tuple[Any, Words, int | None]]:
    """(when, what, month of the log or None), oldest first."""
    return [_told(event) for event in service.list_history(current_session(), engagement)]


def _told(event: AuditEvent) -> tuple[Any, Words, int | None]:
    entry, month = ENTRIES[event.action], event.detail.get("month")
    number = month_number(*map(int, month.split("-"))) if month else None
    return event.at, (entry.ja, entry.en), number
