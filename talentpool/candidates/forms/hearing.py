"""The boxes of an officer who writes down what somebody without an account says on paper or by telephone."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import RadioField

from ...web.fields import DateText, Required, option
from ...web.forms import Form, text_field
from ...web.labels import lazy_label
from ..hearing import LONGEST_PARTY, Heard
from ..received import SOURCE_LABELS, Source


class HeardForm(Form):
    source = RadioField(
        _("どこから写していますか"),
        choices=[
            option(str(source), lazy_label(words))
            for source, words in SOURCE_LABELS.items()
            if source is not Source.SELF
        ],
        validators=[Required(_("選んでください。"))],
    )
    came_on = DateText(
        _("受け付けた日"), Required(), description=_("紙が届いた日か、電話の日。例：2027-05-06")
    )
    party = text_field(_("書いた人・電話の相手"), Required(), most=LONGEST_PARTY)

    def heard(self) -> Heard:
        return Heard(Source(self.source.data), self.came_on.data, self.party.data or "")
