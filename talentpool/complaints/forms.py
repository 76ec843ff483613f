from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import SelectField

from ..web import current_actor
from ..web.fields import CatalogueForm, DateText, Required, option
from ..web.forms import Form, long_text_field, text_field
from ..web.labels import label, lazy_label
from ..web.lists import EVERY, ListForm
from .models import CHANNELS, SIDES, Channel
from .register import LABELS
from .service import LONGEST, Caller


class ComplaintForm(Form):
    """Of a person or a town."""

    about = SelectField(_("何について"), default="")
    text = long_text_field(_("内容"), Required(), most=LONGEST)


class CalledForm(CatalogueForm):
    """Of an officer, for somebody who called, wrote or came."""

    channel = SelectField(
        _("受け付けた方法"),
        choices=[
            option(str(one), lazy_label(words))
            for one, words in CHANNELS.items()
            if one is not Channel.SITE
        ],
    )
    person = text_field(_("登録者の番号"), most=20, description=_("登録者からのとき。例：C-000077"))
    town = SelectField(_("市町"), default="", description=_("市町からのとき"))
    about = text_field(
        _("募集・活動の番号"),
        most=20,
        description=_("特定の募集や活動についてのとき。例：N-000012、E-000034"),
    )
    text = long_text_field(_("内容"), Required(), most=LONGEST)

    def set_choices(self) -> None:
        towns = self.catalogue.municipalities(current_actor().prefecture_code)
        none = option("", str(_("選んでください")))
        self.town.choices = [none, *(option(town.code, label(town)) for town in towns)]

    def value(self) -> Caller:
        person = (self.person.data or "").strip().upper()
        return Caller(Channel(self.channel.data), person, self.town.data or "")


class PlanForm(Form):
    owner = SelectField(_("担当"), default="")
    due = DateText(_("最初の返事の期限"), Required())


class AnswerForm(Form):
    answer = long_text_field(_("返事"), Required(), most=LONGEST)


class ComplaintListForm(ListForm):
    links = ("state",)

    state = SelectField(_("状態"), default="")
    side = SelectField(_("だれから"), default="")

    def set_choices(self) -> None:
        self.offer(self.state, ((one, label(words)) for one, words in LABELS.items()), EVERY)
        self.offer(self.side, ((one, label(words)) for one, words in SIDES.items()), EVERY)
