from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import SelectField

from ..web.fields import DateText, option
from ..web.forms import Form, text_field
from .service import LONGEST, Plan


class DutyForm(Form):
    owner = SelectField(_("担当"), default="")
    follow_up = DateText(
        _("次に見る日"),
        description=_("仕事の一覧は、期限とこの日の早い順に並びます。例：2027-04-12"),
    )
    line = text_field(_("その日にすること"), most=LONGEST)

    def offer(self, owners: Iterable[tuple[int, str]], present: tuple[int, str] | None) -> None:
        """`present`: who has it now, also if nothing new can be given to them."""
        named = dict(owners)
        if present is not None:
            named.setdefault(*present)
        none = option("", str(_("決めていない")))
        self.owner.choices = [none, *(option(str(ident), name) for ident, name in named.items())]

    @staticmethod
    def data_of(plan: Plan) -> dict[str, Any]:
        return {
            "owner": str(plan.owner) if plan.owner else "",
            "follow_up": plan.follow_up,
            "line": plan.line,
        }

    def value(self) -> Plan:
        owner = self.owner.data
        return Plan(int(owner) if owner else None, self.follow_up.data, self.line.data or "")
