"""The filters of the list of needs."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import SelectField

from ...reference.entries import Vocabulary
from ...standing import NeedStanding
from ...web import current_actor
from ...web.fields import CatalogueForm
from ...web.forms import text_field
from ...web.labels import label, region
from ...web.lists import EVERY, ListForm


class NeedListForm(ListForm, CatalogueForm):
    """A town has no filter of towns."""

    links = ("state", "side")
    folded = ("form", "skill")

    words = text_field(
        _("言葉"),
        description=_("名前、本文、番号、市町、テーマ、技能。空白で区切ると、すべてを含む募集"),
    )
    state = SelectField(_("状態"), default="")
    side = SelectField(_("DXの区分"), default="")
    region = SelectField(_("地域"), default="")
    municipality = SelectField(_("市町"), default="")
    theme = SelectField(_("テーマ"), default="")
    form = SelectField(_("任用形態"), default="")
    skill = SelectField(_("技能"), default="")

    def set_choices(self) -> None:
        self.offer(self.state, ((state, label(state)) for state in NeedStanding))
        for field, vocabulary in (
            (self.side, Vocabulary.SIDE),
            (self.theme, Vocabulary.THEME),
            (self.form, Vocabulary.FORM),
            (self.skill, Vocabulary.SKILL),
        ):
            self.choose(field, vocabulary, none=EVERY)
        actor = current_actor()
        if actor.municipality_code is not None:
            del self.region, self.municipality
            return
        towns = self.catalogue.municipalities(actor.prefecture_code)
        self.offer(self.municipality, ((town.code, label(town)) for town in towns))
        regions = dict.fromkeys(town.region for town in towns if town.region)
        self.offer(self.region, ((name, region(name)) for name in regions))
