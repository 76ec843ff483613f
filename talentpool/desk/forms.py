from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _
from wtforms import SelectField
from wtforms.validators import ValidationError

from ..web.fields import DateText, Marked, option
from ..web.forms import Form, text_field
from .handing import Holding
from .service import LONGEST, Plan

LONGEST_NOTE = 500  # characters, on one line


class HandoverForm(Form):
    """Everything that somebody sees to: fields to_ and note_<id of the duty>; `to` for those without an own one."""

    to = SelectField(
        _("引き継ぐ相手"), validators=[Marked(_("表で選ばないものがあれば必須"))], default=""
    )
    idents: ClassVar[Sequence[int]] = ()

    @classmethod
    def of(cls, holdings: Sequence[Holding], names: Mapping[int, str]) -> type[HandoverForm]:
        """`names`: of the things, by id of the duty."""
        fields: dict[str, Any] = {}
        for one in holdings:
            ident, name = one.duty.id, names[one.duty.id]
            fields[f"to_{ident}"] = SelectField(
                _("「%(thing)s」を引き継ぐ相手", thing=name), default=""
            )
            if one.takes_note:
                fields[f"note_{ident}"] = text_field(
                    _("「%(thing)s」について次の人に伝えること", thing=name), most=LONGEST_NOTE
                )
        idents = tuple(one.duty.id for one in holdings)
        return type("HandoverFormOfOne", (cls,), {"idents": idents, **fields})

    def offer(self, owners: Iterable[tuple[int, str]]) -> None:
        offered = [option(str(ident), name) for ident, name in owners]
        self.to.choices = [option("", str(_("選んでください"))), *offered]
        for ident in self.idents:
            same = option("", str(_("上で選んだ人")))
            self[f"to_{ident}"].choices = [same, *offered]

    def validate_to(self, field: SelectField) -> None:
        """Needed as long as a thing has no officer of its own."""
        if not field.data and not all(self[f"to_{ident}"].data for ident in self.idents):
            raise ValidationError(_("引き継ぐ相手を選んでください。"))

    def to_of(self, ident: int) -> int:
        return int(self[f"to_{ident}"].data or self.to.data)

    def note_of(self, ident: int) -> str:
        name = f"note_{ident}"
        return (self[name].data or "") if name in self else ""


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
