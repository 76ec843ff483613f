"""The filters of the register."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import SelectField

from .. import clock
from ..reference.entries import Vocabulary
from ..web import current_actor
from ..web.fields import CatalogueForm
from ..web.filters import show_month
from ..web.labels import label, region
from ..web.lists import EVERY, ListForm
from .finding import OPEN, months_ahead
from .models import ENDINGS


class GapListForm(ListForm, CatalogueForm):
    links = ("state",)

    state = SelectField(_("状態"), default=OPEN)
    role = SelectField(_("役割"), default="")
    skill = SelectField(_("必須の技能"), default="")
    level = SelectField(_("水準"), default="")
    region = SelectField(_("地域"), default="")
    month = SelectField(_("年月"), default="")

    def set_choices(self) -> None:
        self.offer(
            self.state, ((one, label(words)) for one, words in ENDINGS.items()), _("探している")
        )
        self.choose(self.role, Vocabulary.ROLE, none=EVERY)
        self.choose(self.skill, Vocabulary.SKILL, none=EVERY)
        self.choose(self.level, Vocabulary.SKILL_LEVEL, none=EVERY)
        towns = self.catalogue.municipalities(current_actor().prefecture_code)
        regions = dict.fromkeys(town.region for town in towns if town.region)
        self.offer(self.region, ((name, region(name)) for name in regions))
        self.offer(self.month, ((month, show_month(month)) for month in months_ahead(clock.now())))
