"""The person's report at the end, and both sides' consent to make a case of it."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext as _

from ... import clock
from ...candidates.service import speaks_for
from ...dates import local_date
from ...engagements.models import Engagement
from ...engagements.views.blueprint import get_engagement, log_person
from ...errors import Conflict, LostRace, NotFound, Refused
from ...permissions import Action, Role, get_visible, require
from ...web import check_version, current_actor, current_session, requires
from ...web.changed import Difference, differences, typed_rows
from ...web.steps import show_lost
from ...web.versions import is_stale, mark_of
from .. import reporting
from ..forms import ReportForm
from ..models import Report
from ..speaking import check_speaks, is_for_person
from .blueprint import blueprint

DONE = {
    "agree": _("事例にすることに同意しました。"),
    "withdraw": _("同意を取り消しました。事例ではなくなりました。"),
}
ANSWER = ", ".join(f'"{answer}"' for answer in sorted(DONE))


@blueprint.get("/engagements/<int:engagement_id>/report")
@requires(Action.VIEW_REPORT)
def show_report(engagement_id: int) -> ResponseReturnValue:
    engagement = get_engagement(engagement_id)
    report = reporting.find_report(current_session(), engagement)
    if report is None or report.sent_at is None:
        if speaks_for(current_actor(), engagement.candidate):
            return redirect(url_for("reviews.write_report", engagement_id=engagement_id))
        raise NotFound
    log_person([engagement.candidate_id])
    actor = current_actor()
    return render_template(
        "reviews/show_report.html", engagement=engagement, report=report,
        may_write=speaks_for(actor, engagement.candidate),
        may_agree=reporting.may_agree(report, actor),
        has_agreed=reporting.has_agreed(report, actor),
        is_for_person=is_for_person(engagement.candidate, actor),
    )  # fmt: skip


@blueprint.route("/engagements/<int:engagement_id>/report/edit", methods=["GET", "POST"])
@requires(Action.WRITE_REPORT)
def write_report(engagement_id: int) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    engagement = get_engagement(engagement_id, lock=request.method == "POST")
    require(session, actor, Action.WRITE_REPORT, engagement)
    report = reporting.find_report(session, engagement)
    if request.method == "GET":
        if not speaks_for(actor, engagement.candidate):
            raise NotFound
        return _page(engagement, report, ReportForm(data=ReportForm.values(report)))
    form, is_sent = ReportForm(), "submit" in request.form
    try:
        check_speaks(session, engagement.candidate, actor)
    except Conflict as error:  # nothing of a draft, which is the person's alone
        back = url_for("engagements.show_engagement", engagement_id=engagement_id)
        return show_lost(error, typed_rows(form), [], back)
    if not form.validate():
        return _page(engagement, report, form)
    if is_stale(_mark(report)):
        present = ReportForm(formdata=None, data=ReportForm.values(report))
        return _page(engagement, report, form, differences(form, present))
    try:
        reporting.write_report(
            session, engagement, form.content(), is_sent=is_sent, agrees=form.agrees.data,
            actor=actor, now=clock.now(),
        )  # fmt: skip
    except (Refused, Conflict) as error:
        form.refuse(error)
        session.rollback()
        engagement = get_engagement(engagement_id)
        return _page(engagement, reporting.find_report(session, engagement), form)
    flash(_("報告を送りました。") if is_sent else _("下書きを保存しました。"), "success")
    return redirect(url_for("engagements.show_engagement", engagement_id=engagement_id))


def _mark(report: Report | None) -> str:
    return mark_of(None if report is None else report.version)


def _page(
    engagement: Engagement,
    report: Report | None,
    form: ReportForm,
    overtaken: list[Difference] | None = None,
) -> ResponseReturnValue:
    log_person([engagement.candidate_id])
    page = render_template(
        "reviews/write_report.html", engagement=engagement, report=report, form=form,
        mark=_mark(report), overtaken=overtaken, opens_on=reporting.opens_on(engagement),
        is_open=reporting.can_be_written(engagement, local_date(clock.now())),
        is_for_person=current_actor().role is Role.COORDINATOR,
    )  # fmt: skip
    return page, form.status if overtaken is None else LostRace.status


@blueprint.post(f"/reports/<int:report_id>/<any({ANSWER}):answer>")
@requires(Action.AGREE_REPORT)
def agree_to_case(report_id: int, answer: str) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    report = get_visible(session, actor, Report, report_id, lock=True)
    back = url_for("reviews.show_report", engagement_id=report.engagement_id)
    try:
        check_version(report)
        reporting.agree_to_case(
            session, report, agrees=answer == "agree", actor=actor, now=clock.now()
        )
    except Conflict as error:
        session.rollback()
        return show_lost(error, [(gettext("事例への同意"), DONE[answer])], [], back)
    flash(DONE[answer], "success")
    return redirect(back)
