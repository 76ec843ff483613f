from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _

from ..language import named
from ..waits import LABELS, MOST, Wait
from ..web.fields import Required, WholeNumber
from ..web.forms import Form


class DaysForm(Form):
    """A field for each wait, under its code."""

    def value(self) -> Mapping[Wait, int]:
        return {wait: self[wait].data for wait in Wait}


def _field(wait: Wait) -> WholeNumber:
    return WholeNumber(
        _("%(what)s（開庁日）", what=named(LABELS[wait])), Required(), least=1, most=MOST
    )


def days_form(present: Mapping[Wait, int], **more: None) -> DaysForm:
    fields = {str(wait): _field(wait) for wait in Wait}
    made: DaysForm = type("DaysFormOfAll", (DaysForm,), fields)(
        data={str(wait): n for wait, n in present.items()}, **more
    )
    return made
