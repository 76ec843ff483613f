from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, RadioField, SelectField, SelectMultipleField
from wtforms.validators import InputRequired

from ..accounts.models import User
from ..web.fields import Marked, Required, option
from ..web.forms import Form, long_text_field
from ..web.labels import term
from .models import Advice
from .service import LONGEST, OUTCOME

ADVICE = {
    Advice.TAKE: _("受け入れがよい"),
    Advice.OPEN: _("決められない"),
    Advice.NOT: _("見送りがよい"),
}
POINTS = {
    5: _("5 とてもよい"),
    4: _("4 よい"),
    3: _("3 ふつう"),
    2: _("2 やや不足"),
    1: _("1 不足"),
}


def criterion_label(code: str) -> str:
    return str(_("達成したいことへの見通し")) if code == OUTCOME else term(code, "skill")


class PanelForm(Form):
    members = SelectMultipleField(
        _("評価する人"), coerce=int, validators=[Required(_("2人以上を選んでください。"))]
    )
    chair = SelectField(_("座長"), coerce=int, validators=[Required(_("選んでください。"))])

    def offer(self, officers: Sequence[User]) -> None:
        choices = [option(user.id, user.display_name or user.email) for user in officers]
        self.members.choices, self.chair.choices = choices, choices


class ReplaceForm(Form):
    leaving = SelectField(_("替わる人"), coerce=int, validators=[Required(_("選んでください。"))])
    coming = SelectField(
        _("新しく評価する人"), coerce=int, validators=[Required(_("選んでください。"))]
    )

    def offer(self, leaving: Sequence[User], coming: Sequence[User]) -> None:
        for field, users in ((self.leaving, leaving), (self.coming, coming)):
            field.choices = [option(user.id, user.display_name or user.email) for user in users]


class SheetForm(Form):
    """The points of one officer; `form_of` adds a field for each criterion."""

    criteria: Sequence[str] = ()

    abstains = BooleanField(
        _("利害関係があるため棄権する"), description=_("点は付けず、理由を書きます。")
    )
    remark = long_text_field(_("気づいたこと"), Marked(_("棄権するときは必須")), most=LONGEST)

    def points(self) -> dict[str, int | None]:
        return {name: _number(self[f"points_{name}"].data) for name in self.criteria}

    def rows(self) -> list[tuple[str, Any]]:
        return [(name, self[f"points_{name}"]) for name in self.criteria]


def _number(value: Any) -> int | None:
    return int(value) if value else None


@cache
def form_of(criteria: tuple[str, ...]) -> type[SheetForm]:
    fields: dict[str, Any] = {
        f"points_{name}": RadioField(
            choices=[option(str(value), text) for value, text in POINTS.items()],
            validators=[Marked(_("棄権しないときは必須"))],
            validate_choice=False,
        )
        for name in criteria
    }
    return type("CriteriaForm", (SheetForm,), {**fields, "criteria": criteria})


class ConsensusForm(Form):
    advice = RadioField(
        _("まとめ"),
        choices=[option(str(advice), text) for advice, text in ADVICE.items()],
        validators=[InputRequired(_("選んでください。"))],
    )
    text = long_text_field(_("理由"), Required(), most=LONGEST)
