"""The rows of a need, and what its boxes are held to."""

from __future__ import annotations

from typing import Any, ClassVar

from flask_babel import lazy_gettext as _
from wtforms import Field, SelectField, SelectMultipleField
from wtforms.validators import ValidationError

from ...candidates.content import EMPLOYED
from ...db import length_of
from ...web.fields import Marked, Required, Row, WholeNumber, option
from ...web.forms import text_field
from ..content import MOST_WEIGHT, USED_WITHIN
from ..models import NeedSkill
from ..rules import ONLY_MUSTS_DATED

MUST, WANT = "must", "want"
ANY, ASK = "any", "ask"  # no preference (指定なし); the prefecture is asked (県に相談)
CHOOSE = _("選んでください。")
AT_SUBMIT = Marked(_("申請に必要"))


class RequiredAtSubmit(Required):
    """Validator: not empty in a need; what is kept as a draft is not asked."""

    field_flags: ClassVar[dict[str, Any]] = AT_SUBMIT.field_flags


class Alone:
    """Validator: `code` says that nothing else matters, so nothing else is chosen beside it."""

    def __init__(self, code: str, message: Any) -> None:
        self.code, self.message = code, message

    def __call__(self, form: Any, field: Field) -> None:
        if self.code in (field.data or ()) and len(field.data) > 1:
            raise ValidationError(str(self.message))


ONLY_ANY = Alone(ANY, _("「指定なし」と、ほかの項目の両方は選べません。"))


class SkillRow(Row):
    filled_by = ("skill",)

    skill = SelectField(_("技能"), default="")
    kind = SelectField(
        _("必須か希望か"), default=WANT,
        choices=[option(MUST, _("必須")), option(WANT, _("希望"))],
    )  # fmt: skip
    level = SelectField(_("求める水準"), default="2")
    weight = WholeNumber(_("重み（合計100点）"), least=1, most=MOST_WEIGHT)
    group = text_field(
        _("どれか一つでよい組"), most=length_of(NeedSkill.group),
        description=_("同じ文字（例：A）を書いた必須の技能は、どれか一つを満たせばよくなります。"),
    )  # fmt: skip

    used_within = SelectField(
        _("最後に使った時期"), default="",
        choices=[option("", _("指定なし")), *(option(str(n), _("%(n)s年以内", n=n)) for n in USED_WITHIN)],
        description=_("必須の技能だけに指定できます。最後に使った年がわからない人は、満たさないものとして数えます。"),
    )  # fmt: skip

    def validate_used_within(self, field: Field) -> None:
        if field.data and self.kind.data != MUST:
            raise ValidationError(str(ONLY_MUSTS_DATED))

    def validate_group(self, field: Field) -> None:
        if field.data and self.kind.data != MUST:
            raise ValidationError(str(_("組は、必須の技能だけに書いてください。")))


class VendorRow(Row):
    filled_by = ("name",)

    name = text_field(_("事業者の名前"))


def leave_to_towns(forms: SelectMultipleField) -> None:
    """Only the forms that a town can issue: the prefecture's own people need none of them."""
    offered: Any = forms.choices
    forms.choices = [choice for choice in offered if choice.value != EMPLOYED]
