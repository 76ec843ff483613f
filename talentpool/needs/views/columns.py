"""The list of vacancies, as a page and as a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _

from ...db import Session
from ...permissions import Role
from ...standing import NeedStanding
from ...web.filters import show_brief_months, show_day
from ...web.labels import label, term, town
from ...web.lists import Column, ListPage
from ..models import Need
from ..standing import Asked, confirmed_seats, free_seats, list_asked, standings


@dataclass(frozen=True, slots=True)
class Line:
    need: Need
    standing: NeedStanding
    confirmed: int  # seats
    free: int  # seats that nobody holds
    asked: Sequence[Asked]  # the soonest deadline first

    @property
    def asked_text(self) -> str:
        """Who is asked until when, for a cell."""
        if not self.asked:
            return ""
        first, more = self.asked[0], len(self.asked) - 1
        text = first.alias if first.until is None else f"{first.alias} {show_day(first.until)}"
        return str(_("%(first)s ほか%(n)s名", first=text, n=more)) if more else text


def _lines(session: Session, needs: Sequence[Need]) -> Iterator[Line]:
    stands, confirmed = standings(session, needs), confirmed_seats(session, needs)
    free, asked = free_seats(session, needs), list_asked(session, needs)
    for need in needs:
        yield Line(need, stands[need.id], confirmed[need.id], free[need.id], asked.get(need.id, ()))


NEEDS = ListPage[Need, Line](
    "needs",
    _("募集"),
    "needs/list_needs.html",
    [
        Column(_("募集の名前"), lambda line: line.need.title, "", "title"),
        Column(_("番号"), lambda line: line.need.code, None),
        Column(
            _("市町"),
            lambda line: town(line.need.municipality_code),
            "w-7",
            "town",
            not_for={Role.MUNICIPALITY},
        ),
        Column(
            _("テーマ"),
            lambda line: term(line.need.theme, "theme") if line.need.theme else "",
            "w-12",
            "theme",
        ),
        Column(_("DXの区分"), lambda line: term(line.need.side, "side"), None),
        Column(_("状態"), lambda line: label(line.standing), "w-8", "state"),
        Column(_("優先度"), lambda line: line.need.priority, None),
        Column(_("確定"), lambda line: line.confirmed, "w-4 number"),
        Column(_("空き"), lambda line: line.free, "w-4 number"),
        Column(_("募集枠"), lambda line: line.need.seats, "w-5 number", "seats"),
        Column(_("返事待ち（期限）"), lambda line: line.asked_text, "w-9"),
        Column(_("月の半日コマ"), lambda line: line.need.half_days, "w-6 number", "half_days"),
        Column(
            _("期間"),
            lambda line: show_brief_months(line.need.first_month, line.need.last_month),
            "w-9",
            "months",
        ),
    ],
    _lines,
)
