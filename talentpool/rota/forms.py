from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import SelectField

from .. import clock
from ..reference.entries import Vocabulary
from ..web.fields import CatalogueForm
from ..web.filters import show_month
from ..web.lists import EVERY, ListForm
from .finding import COMING, OVER, PRESENT, first_months


class RotaForm(ListForm, CatalogueForm):
    links = ("term",)

    term = SelectField(_("雇用"), default="")
    first = SelectField(_("始まりの月"), default="")
    post = SelectField(_("職"), default="")

    def set_choices(self) -> None:
        self.choose(self.post, Vocabulary.PREFECTURAL_POST, none=EVERY)
        said = ((PRESENT, _("雇用中")), (COMING, _("これから")), (OVER, _("終わった")))
        self.offer(self.term, said)
        months = [(month, show_month(month)) for month in first_months(clock.now())]
        self.offer(self.first, months, first=_("今月"))
