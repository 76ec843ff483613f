"""The statement of pay and travel, as a page to print and as a file."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _

from ...candidates.viewing import note_download
from ...dates import fiscal_year_of_month, month_text
from ...needs.costing import fee_of
from ...permissions import Action, Role
from ...web import current_actor, current_session, requires
from ...web.downloads import Download
from .. import statement
from ..models import Engagement
from .blueprint import blueprint, get_engagement, log_person

Line = tuple[Engagement, statement.Row]
COLUMNS = [
    (_("年度"), lambda line: fiscal_year_of_month(line[1].month)),
    (_("月"), lambda line: month_text(line[1].month)),
    (_("活動の番号"), lambda line: line[0].code),
    (_("登録者の番号"), lambda line: line[0].candidate.code),
    (_("日数"), lambda line: line[1].days),
    (_("半日コマ"), lambda line: line[1].half_days),
    (_("報酬（円）"), lambda line: line[1].pay),
    (_("旅費（円）"), lambda line: line[1].travel),
    (_("計（円）"), lambda line: line[1].total),
    (_("記録"), lambda line: _("県が代理で記録") if line[1].is_recorded else _("本人")),
]
OWN = Download[Line]("statement", _("報酬・旅費計算書"), COLUMNS)
OF_OTHERS = Download[Line](
    "statement", _("報酬・旅費計算書"), COLUMNS, record=note_download,
    person=lambda line: line[0].candidate_id,
)  # fmt: skip


@blueprint.get("/engagements/<int:engagement_id>/statement")
@requires(Action.VIEW_ENGAGEMENT)
def show_statement(engagement_id: int) -> ResponseReturnValue:
    session, engagement = current_session(), get_engagement(engagement_id)
    rows = statement.list_rows(session, engagement)
    is_own = current_actor().role is Role.CANDIDATE
    file = (OWN if is_own else OF_OTHERS).answer((engagement, row) for row in rows)
    if file is not None:
        return file
    log_person([engagement.candidate_id])
    return render_template(
        "engagements/show_statement.html",
        engagement=engagement,
        years=statement.by_year(rows),
        fee=fee_of(engagement.need, engagement.candidate),
    )
