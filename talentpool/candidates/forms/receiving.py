"""Where staff have the fields of a step from, and how the person confirms what was registered."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, Field, RadioField
from wtforms.validators import InputRequired, ValidationError

from ...web.fields import DateText, Required, option
from ...web.forms import Form, long_text_field, text_field
from ...web.labels import lazy_label
from ..reading_back import LONGEST_PARTY, LONGEST_WORDS, Call
from ..received import SOURCE_LABELS, Source


class SourceForm(Form):
    source = RadioField(
        _("どこから写していますか"),
        choices=[
            option(str(source), lazy_label(words))
            for source, words in SOURCE_LABELS.items()
            if source is not Source.SELF
        ],
        validators=[Required(_("選んでください。"))],
    )
    is_other = BooleanField(_("同じ人ではないことを確かめました"))

    @property
    def value(self) -> Source:
        return Source(self.source.data)


class OriginForm(SourceForm):
    """Of somebody who is not there yet."""

    came_on = DateText(_("受け付けた日"), Required(), description=_("例：2027-04-12"))
    today: date

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        self.today = today
        super().__init__(*args, **options)

    def validate_came_on(self, field: Field) -> None:
        if field.data is not None and field.data > self.today:
            raise ValidationError(_("今日までの日にしてください。"))


class CallForm(Form):
    """Of the officer who has read everything to the person."""

    called_on = DateText(_("電話した日"), Required(), description=_("例：2027-04-12"))
    party = text_field(_("電話の相手"), Required(), most=LONGEST_PARTY)
    words = long_text_field(
        _("本人だとどう確かめたか"), Required(), most=LONGEST_WORDS,
        description=_("例：登録の電話番号にかけ、生年月日と住所を言ってもらった。"),
    )  # fmt: skip

    def value(self) -> Call:
        return Call(self.called_on.data, self.party.data, self.words.data)


class CodeForm(Form):
    """Of the person who has the letter."""

    number = text_field(
        _("登録番号"), Required(), most=20, description=_("確認書の「C-」で始まる番号です。")
    )
    code = text_field(
        _("確認番号"), Required(), most=40, description=_("確認書の英数字8文字です。大文字でも小文字でもかまいません。"),
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    )  # fmt: skip
    is_right = BooleanField(
        _("確認書の内容に間違いありません"), validators=[InputRequired(_("間違いがないときに、印を付けてください。"))]
    )  # fmt: skip
