"""What an auditor asks about views."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import lazy_gettext as _
from wtforms import DateField, SelectField
from wtforms.validators import Optional

from ...web.forms import offered, text_field
from ...web.lists import ListForm

NOBODY = _("選んでください")


class OversightForm(ListForm):
    officer = SelectField(_("職員"), default="")
    person = text_field(_("登録者の番号"), most=20)
    first_on = DateField(_("開始日"), validators=[Optional()])
    last_on = DateField(_("終了日"), validators=[Optional()])

    def offer_officers(self, officers: Iterable[tuple[int, str]]) -> None:
        self.offer(self.officer, officers, first=NOBODY)

    @property
    def officer_id(self) -> int | None:
        found = offered(self.officer)
        return int(found) if found else None
