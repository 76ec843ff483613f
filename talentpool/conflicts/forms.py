from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import RadioField, SelectField

from ..pool.conflicts import GROUNDS, LIFTERS
from ..pool.records import Ground, Lifter
from ..web import current_actor, current_catalogue
from ..web.fields import CatalogueForm, FirstMonthText, LastMonthText, Required, option
from ..web.forms import Form, long_text_field, text_field
from ..web.labels import label, lazy_label
from ..web.lists import EVERY, ListForm
from .service import LABELS, LONGEST, ConflictContent


class ConflictForm(CatalogueForm):
    person = text_field(_("登録者の番号"), Required(), most=20, description=_("例：C-000077"))
    town = SelectField(_("市町"), default="")
    vendor = text_field(_("事業者"), most=100, description=_("事業者との関係のとき。会社の名前"))
    ground = RadioField(
        _("理由区分"), choices=[option(str(one), lazy_label(words)) for one, words in GROUNDS.items()],
        validators=[Required()],
    )  # fmt: skip
    lifter = RadioField(
        _("解除できる人"), choices=[option(str(one), lazy_label(words)) for one, words in LIFTERS.items()],
        validators=[Required()],
        description=_("県担当者は、募集ごとに理由を付けて解除します。本人が申し出たら、記録を終えます。"),
    )  # fmt: skip
    first_month = FirstMonthText(_("始まりの年月"), Required())
    last_month = LastMonthText(_("終わりの年月"), description=_("決まっていないときは空欄"))
    note = long_text_field(
        _("事情"), Required(), most=LONGEST, description=_("県の職員と監査だけが読みます。")
    )

    def set_choices(self) -> None:
        towns = self.catalogue.municipalities(current_actor().prefecture_code)
        none = option("", str(_("市町は問わない")))
        self.town.choices = [none, *(option(town.code, label(town)) for town in towns)]

    def value(self) -> ConflictContent:
        return ConflictContent(
            person=(self.person.data or "").strip().upper(),
            town=self.town.data or None,
            vendor=(self.vendor.data or "").strip() or None,
            ground=Ground(self.ground.data),
            lifter=Lifter(self.lifter.data),
            first_month=self.first_month.data,
            last_month=self.last_month.data,
            note=self.note.data or "",
        )


class EndForm(Form):
    note = long_text_field(_("終える理由"), Required(), most=LONGEST)


class ConflictListForm(ListForm):
    links = ("state",)

    state = SelectField(_("状態"), default="")
    ground = SelectField(_("理由区分"), default="")
    town = SelectField(_("市町"), default="")

    def set_choices(self) -> None:
        towns = current_catalogue().municipalities(current_actor().prefecture_code)
        self.offer(self.town, ((town.code, label(town)) for town in towns), EVERY)
        self.offer(self.state, ((one, label(words)) for one, words in LABELS.items()), EVERY)
        self.offer(self.ground, ((one, label(words)) for one, words in GROUNDS.items()), EVERY)
