from __future__ import annotations

import re
import unicodedata
from datetime import datetime, time
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import SelectField

from ..dates import JST
from ..reference.entries import Vocabulary
from ..web.fields import CatalogueForm, DateText, Required, TypedField, option
from ..web.forms import long_text_field, text_field
from ..web.labels import label, lazy_label
from ..web.lists import EVERY, ListForm
from .companions import MOST_CONTACT
from .models import CIRCLES, KINDS, Circle, Kind, Meeting
from .service import WHENS, MeetingContent

_TIME = re.compile(r"([0-9]{1,2})(?::([0-9]{2})|時(?:([0-9]{1,2})分|半)?)")


class TimeText(TypedField):
    """A time of day in Japan, typed as 14:00, 14時30分 or 14時半."""

    def read(self, typed: str) -> time:
        plain = unicodedata.normalize("NFKC", typed).replace(" ", "")
        found = _TIME.fullmatch(plain)
        if found is None:
            raise ValueError(str(_("「14:00」「14時30分」のように入力してください。")))
        half = 30 if plain.endswith("半") else 0
        hour, minute = int(found[1]), int(found[2] or found[3] or half)
        if hour > 23 or minute > 59:
            raise ValueError(str(_("0:00から23:59までで入力してください。")))
        return time(hour, minute)

    def show(self, value: time) -> str:
        return f"{value.hour}:{value:%M}"


class MeetingForm(CatalogueForm):
    kind = SelectField(
        _("種類"), choices=[option(str(one), lazy_label(words)) for one, words in KINDS.items()]
    )
    circle = SelectField(
        _("対象"), choices=[option(str(one), lazy_label(words)) for one, words in CIRCLES.items()]
    )
    title = text_field(_("集まりの名前"), Required())
    day = DateText(_("日"), Required())
    begins = TimeText(_("始まりの時刻"), Required(), description=_("例：14:00"))
    ends = TimeText(_("終わりの時刻"), Required(), description=_("例：16:00"))
    place = text_field(_("場所"), most=200)
    address = text_field(_("オンラインの住所（URL）"), most=300)
    theme = SelectField(_("テーマ"), default="")
    text = long_text_field(_("内容"), most=2000)

    def set_choices(self) -> None:
        self.choose(self.theme, Vocabulary.THEME, none=_("決めていない"))

    def value(self) -> MeetingContent:
        day = self.day.data
        return MeetingContent(
            Kind(self.kind.data), Circle(self.circle.data), self.title.data or "",
            datetime.combine(day, self.begins.data, JST),
            datetime.combine(day, self.ends.data, JST), self.place.data or "",
            self.address.data or "", self.text.data or "", self.theme.data or None,
        )  # fmt: skip


def contents(meeting: Meeting) -> dict[str, Any]:
    """What the form shows of a saved meeting."""
    begins, ends = meeting.begins_at.astimezone(JST), meeting.ends_at.astimezone(JST)
    same = {name: getattr(meeting, name) for name in ("title", "place", "address", "text")}
    return same | {
        "kind": str(meeting.kind), "circle": str(meeting.circle), "theme": meeting.theme or "",
        "day": begins.date(), "begins": begins.time(), "ends": ends.time(),
    }  # fmt: skip


class CompanionForm(CatalogueForm):
    theme = SelectField(_("テーマ"), default="", validators=[Required()])
    contact = text_field(
        _("連絡先"), Required(), most=MOST_CONTACT,
        description=_("課の名前と電話番号。個人の名前は書かないでください。"),
    )  # fmt: skip

    def set_choices(self) -> None:
        self.choose(self.theme, Vocabulary.THEME, none=_("選んでください"))


class MeetingListForm(ListForm):
    links = ("when",)

    when = SelectField(_("時期"), default="")
    kind = SelectField(_("種類"), default="")

    def set_choices(self) -> None:
        self.offer(self.when, ((one, label(words)) for one, words in WHENS.items()), EVERY)
        self.offer(self.kind, ((one, label(words)) for one, words in KINDS.items()), EVERY)
