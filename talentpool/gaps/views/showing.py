"""The register of supply gaps: whom the prefecture has to look for, as a page and as a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext as _

from ... import clock, matching as m
from ...db import Session
from ...needs.models import NeedSkill
from ...permissions import Action
from ...web import current_actor, current_catalogue, current_session, requires
from ...web.filters import show_brief_months, show_day
from ...web.labels import label, region, term, town
from ...web.languages import locale
from ...web.lists import Column, ListPage
from ..finding import list_gaps
from ..forms import GapListForm
from ..models import ENDINGS, SupplyGap
from .blueprint import blueprint


def _must(row: NeedSkill) -> str:
    said = gettext("%(skill)s %(level)s以上", skill=term(row.skill, "skill"), level=row.level)
    if row.used_within is None:
        return str(said)
    return str(gettext("%(said)s（%(n)s年以内に使用）", said=said, n=row.used_within))


@dataclass(frozen=True, slots=True)
class Line:
    gap: SupplyGap
    area: str

    @property
    def roles(self) -> str:
        return str(_("、")).join(term(row.role, "role") for row in self.gap.need.roles)

    @property
    def skills(self) -> str:
        """The musts with their levels, which is what to look for."""
        return str(_("、")).join(_must(row) for row in self.gap.need.skills if row.must)

    @property
    def months(self) -> str:
        return show_brief_months(self.gap.need.first_month, self.gap.need.last_month)

    @property
    def rule(self) -> str:
        return m.rule_text(self.gap.rule, lang=locale()) if self.gap.rule else ""

    @property
    def source(self) -> str:
        """Where it was found."""
        if self.gap.round is None:
            return str(gettext("公開中の募集"))
        return str(gettext("第%(n)s回の割当案", n=self.gap.round.number))

    @property
    def state(self) -> str:
        return label(ENDINGS[self.gap.ending]) if self.gap.ending else str(gettext("探している"))


def _lines(_session: Session, gaps: Sequence[SupplyGap]) -> Iterator[Line]:
    catalogue = current_catalogue()
    for gap in gaps:
        name = catalogue.municipality(gap.need.municipality_code).region
        yield Line(gap, region(name) if name else "")


GAPS = ListPage[SupplyGap, Line](
    "supply-gaps",
    _("足りない人"),
    "gaps/list_gaps.html",
    [
        Column(_("募集"), lambda line: line.gap.need.title),
        Column(_("番号"), lambda line: line.gap.need.code, None),
        Column(_("市町"), lambda line: town(line.gap.need.municipality_code), "w-6"),
        Column(_("地域"), lambda line: line.area, None),
        Column(_("役割"), lambda line: line.roles, "w-8"),
        Column(_("必須の技能"), lambda line: line.skills),
        Column(_("期間"), lambda line: line.months, "w-7", "months"),
        Column(_("月の半日コマ"), lambda line: line.gap.need.half_days, None),
        Column(_("記録したときに足りない枠"), lambda line: line.gap.seats, "w-5 number", "seats"),
        Column(_("記録したときに合う人"), lambda line: line.gap.fitting, "w-5 number"),
        Column(_("一番多く外れた条件"), lambda line: line.rule, "w-6"),
        Column(_("見つかったところ"), lambda line: line.source, None),
        Column(_("記録日"), lambda line: show_day(line.gap.opened_at), "w-6", "opened"),
        Column(_("終了日"), lambda line: show_day(line.gap.closed_at), None),
        Column(_("状態"), lambda line: line.state, "w-6"),
    ],
    _lines,
)


@blueprint.get("/gaps")
@requires(Action.VIEW_GAP)
def list_all() -> ResponseReturnValue:
    form = GapListForm(request.args)
    return GAPS.answer(
        list_gaps(current_session(), current_actor(), form.asked(), now=clock.now()), form
    )
