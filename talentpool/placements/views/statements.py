"""The statement of pay and travel as a PDF: the file, or a page from which it is ordered."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus

from flask import Response, current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from ... import clock
from ...engagements.views.blueprint import get_engagement, log_person
from ...jobs import JobState
from ...permissions import Action
from ...web import after_commit, current_actor, current_session, requires
from .. import statement_printing
from .blueprint import blueprint


@blueprint.get("/engagements/<int:engagement_id>/statement.pdf")
@requires(Action.VIEW_ENGAGEMENT)
def show_statement_print(engagement_id: int) -> ResponseReturnValue:
    session, engagement = current_session(), get_engagement(engagement_id)
    printed = statement_printing.find_print(session, engagement)
    if printed.pdf is None:
        page = render_template(
            "placements/statement_pending.html", engagement=engagement,
            is_empty=statement_printing.read_sheet(session, engagement) is None,
            is_coming=printed.state in {JobState.WAITING, JobState.RUNNING},
            has_failed=printed.state is JobState.FAILED,
        )  # fmt: skip
        return page, HTTPStatus.ACCEPTED
    log_person([engagement.candidate_id])
    answer = Response(printed.pdf, mimetype="application/pdf")
    name = f"statement-{engagement.code}.pdf"
    answer.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return answer


@blueprint.post("/engagements/<int:engagement_id>/statement/print")
@requires(Action.VIEW_ENGAGEMENT)
def order_statement_print(engagement_id: int) -> ResponseReturnValue:
    session, actor, engagement = current_session(), current_actor(), get_engagement(engagement_id)
    job = statement_printing.order_print(session, engagement, actor=actor, now=clock.now())
    after_commit(partial(current_app.extensions["talentpool_engine"].wake, job.id))
    return redirect(url_for("placements.show_statement_print", engagement_id=engagement_id))
