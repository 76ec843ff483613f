from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, RadioField, SelectField

from ..reference.reasons import LONGEST
from ..web.fields import Marked, option
from ..web.forms import Form, long_text_field
from ..web.labels import choices, lazy_label
from .answering import REASONS, Said
from .models import ANSWERS, Answer, Interest


class InterestForm(Form):
    answer = RadioField(
        _("この募集への返事"),
        choices=[option(str(one), lazy_label(words)) for one, words in ANSWERS.items()],
        validators=[Marked(_("必須"))],
        validate_choice=False,
    )
    reason = SelectField(
        _("見送る理由"), validators=[Marked(_("見送るときは必須"))], validate_choice=False
    )
    words = long_text_field(
        _("補足"),
        Marked(_("「その他」のときは必須")),
        most=LONGEST,
        description=_("県の職員（担当者・決裁者・監査）が読みます。市町には示されません。"),
    )
    bars = BooleanField(
        _("この募集では打診しないでほしい"),
        description=_("選ばなければ、ほかに適した人がいないときに打診が届くことがあります。"),
    )

    def set_choices(self) -> None:
        known = [option(code, text) for code, text in choices(REASONS)]
        self.reason.choices = [option("", str(_("選んでください"))), *known]

    def value(self) -> Said:
        said = Answer(self.answer.data) if self.answer.data in set(Answer) else None
        return Said(said, self.reason.data or None, self.words.data or "", bool(self.bars.data))


def contents(row: Interest | None) -> dict[str, Any]:
    """What was answered, as the form has it."""
    if row is None:
        return {}
    return {
        "answer": str(row.answer), "reason": row.reason or "", "words": row.words, "bars": row.bars,
    }  # fmt: skip


class ShowingForm(Form):
    names_town = RadioField(
        _("条件に合う登録者に示すこと"),
        choices=[
            option("no", _("地域と人口の規模だけを示す（募集の名前と文章も示さない）")),
            option("yes", _("市町名と募集の名前・内容を示す")),
        ],
    )
