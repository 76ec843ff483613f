from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import RadioField
from wtforms.validators import InputRequired, ValidationError

from ..web.fields import Marked, Required, option
from ..web.forms import Form, long_text_field, text_field
from ..web.labels import lazy_label
from .models import KIND_LABELS, NoteKind
from .service import LONGEST, LONGEST_PARTY, Words


class CallForm(Form):
    """Of somebody who was telephoned because a mail did not arrive."""

    party = text_field(_("電話の相手"), Required(), most=LONGEST_PARTY)
    text = long_text_field(_("内容"), Required(), most=LONGEST)

    def value(self) -> Words:
        return Words(NoteKind.CALL_MADE, self.text.data, self.party.data)


class NoteForm(Form):
    kind = RadioField(
        _("種類"),
        choices=[
            option(str(kind), lazy_label(words))
            for kind, words in KIND_LABELS.items()
            if kind is not NoteKind.HANDOVER
        ],
        validators=[InputRequired(_("種類を選んでください。"))],
    )
    party = text_field(_("電話の相手"), Marked(_("電話のときは必須")), most=LONGEST_PARTY)
    text = long_text_field(_("内容"), Required(), most=LONGEST)

    def validate_party(self, field: Any) -> None:
        if self.kind.data in {NoteKind.CALL_MADE, NoteKind.CALL_RECEIVED} and not field.data:
            raise ValidationError(_("電話の相手を入力してください。"))

    def value(self) -> Words:
        return Words(NoteKind(self.kind.data), self.text.data, self.party.data or "")
