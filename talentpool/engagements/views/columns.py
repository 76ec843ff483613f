"""The list of engagements, as a page and as a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _

from ...candidates.viewing import note_download
from ...db import Session
from ...permissions import Role
from ...web.filters import show_brief_months, show_day
from ...web.labels import label, town
from ...web.lists import Column, ListPage
from .. import service
from ..models import Engagement
from .blueprint import log_person


@dataclass(frozen=True, slots=True)
class Line:
    engagement: Engagement
    unsigned: int  # logs that wait for the town
    worked: int  # half-days that the town has signed


def _lines(session: Session, rows: Sequence[Engagement]) -> Iterator[Line]:
    counts = service.count_logs(session, [row.id for row in rows])
    for row in rows:
        yield Line(row, *counts.get(row.id, (0, 0)))


ENGAGEMENTS = ListPage[Engagement, Line](
    "engagements",
    _("活動"),
    "engagements/list_engagements.html",
    [
        Column(_("募集"), lambda line: line.engagement.need.title, "", "title"),
        Column(_("番号"), lambda line: line.engagement.code, None),
        Column(
            _("市町"), lambda line: town(line.engagement.municipality_code), "w-7", "town",
            not_for={Role.MUNICIPALITY},
        ),
        Column(
            _("登録者"), lambda line: line.engagement.candidate.name, "w-9", "person",
            not_for={Role.CANDIDATE},
        ),
        Column(_("登録者の番号"), lambda line: line.engagement.candidate.code, None),
        Column(_("状態"), lambda line: label(line.engagement.state), "w-8", "state"),
        Column(
            _("期間"),
            lambda line: show_brief_months(line.engagement.first_month, line.engagement.last_month),
            "w-14", "months",
        ),
        Column(_("最後の日"), lambda line: show_day(line.engagement.last_day), "w-8", "end"),
        Column(_("確認待ち"), lambda line: line.unsigned, "w-6 number"),
        Column(_("確認済みのコマ"), lambda line: line.worked, "w-8 number"),
    ],
    _lines,
    person=lambda line: line.engagement.candidate_id,
    record=note_download,
    log=log_person,
)  # fmt: skip
