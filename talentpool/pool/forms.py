"""The filters of the members whom nobody has asked."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import SelectField

from ..reference.entries import Vocabulary
from ..web import current_actor
from ..web.fields import CatalogueForm
from ..web.labels import region
from ..web.lists import EVERY, ListForm
from .unasked import BEFORE, MONTHS, NEVER


class UnaskedListForm(ListForm, CatalogueForm):
    links = ("last",)

    last = SelectField(_("打診"), default="")
    kind = SelectField(_("区分"), default="")
    region = SelectField(_("地域"), default="")

    def set_choices(self) -> None:
        self.offer(
            self.last,
            ((NEVER, _("一度もない")), (BEFORE, _("この%(n)sか月はない", n=MONTHS))),
        )
        self.choose(self.kind, Vocabulary.CANDIDATE_KIND, none=EVERY)
        towns = self.catalogue.municipalities(current_actor().prefecture_code)
        regions = dict.fromkeys(town.region for town in towns if town.region)
        self.offer(self.region, ((name, region(name)) for name in regions))
