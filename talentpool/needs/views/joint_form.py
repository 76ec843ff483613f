"""The form by which the lead town shares a need out."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import SelectField, SelectMultipleField

from ...pay import MOST_HALF_DAYS
from ...typed.quantities import HALF_DAYS
from ...web import current_actor
from ...web.fields import (
    CatalogueForm,
    Required,
    RequiredInRow,
    Row,
    RowList,
    WholeNumber,
    bits_of,
    days_of,
    option,
)
from ...web.labels import label
from ..joint.reading import member_parts
from ..joint.shares import MOST_MEMBERS, WEEKS, Part
from ..models import Need

_WEEKS = _("担当する週")
_DAYS = _("担当する曜日")
_SETTLED = _(
    "週と曜日の両方を選ぶと、その日がこの市町の担当日になります。選ばなければ、都度相談します。"
)
HALF = _("1か月の半日コマ数")


class MemberRow(Row):
    filled_by = ("municipality", "half_days", "weeks", "weekdays")

    municipality = SelectField(_("市町"), default="", validators=[RequiredInRow()])
    half_days = WholeNumber(HALF, RequiredInRow(), measure=HALF_DAYS, least=1, most=MOST_HALF_DAYS)
    weeks = SelectMultipleField(_WEEKS, description=_SETTLED)
    weekdays = SelectMultipleField(_DAYS)

    def value(self) -> Part:
        return Part(
            self.municipality.data, self.half_days.data, bits_of(self.weeks.data),
            bits_of(self.weekdays.data),
        )  # fmt: skip


class JointForm(CatalogueForm):
    half_days = WholeNumber(HALF, Required(), measure=HALF_DAYS, least=1, most=MOST_HALF_DAYS)
    weeks = SelectMultipleField(_WEEKS, description=_SETTLED)
    weekdays = SelectMultipleField(_DAYS)
    members = RowList(MemberRow, _("参加する市町"), most=MOST_MEMBERS)

    def set_choices(self) -> None:
        towns = self.catalogue.municipalities(current_actor().prefecture_code)
        others = [town for town in towns if town.code != current_actor().municipality_code]
        for row in (self, *(entry.form for entry in self.members.entries)):
            row.weeks.choices = [option(str(n), _("第%(n)s週", n=n + 1)) for n in range(WEEKS)]
            self.choose_weekdays(row.weekdays)
        for entry in self.members.entries:
            entry.form.municipality.choices = [
                option("", _("選んでください")), *(option(town.code, label(town)) for town in others)
            ]  # fmt: skip

    def value(self) -> list[Part]:
        return [row.value() for row in self.members.rows]


def contents(need: Need) -> dict[str, Any]:
    """What the form shows of a need: of one that is not joint yet, all half-days for its town."""
    lead = need.joint
    return {
        "half_days": lead.half_days if lead else need.half_days,
        **_rota(lead.weeks if lead else 0, lead.weekdays if lead else 0),
        "members": [
            {"municipality": part.municipality_code, "half_days": part.half_days}
            | _rota(part.weeks, part.weekdays)
            for part in member_parts(need)
        ],
    }


def _rota(weeks: int, weekdays: int) -> dict[str, list[str]]:
    return {"weeks": days_of(weeks), "weekdays": days_of(weekdays)}
