from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import Field, SelectField, SelectMultipleField

from ..candidates.forms.hearing import HeardForm
from ..dates import last_day
from ..reference.entries import Vocabulary
from ..states import EngagementState
from ..typed.quantities import FEE
from ..web import current_actor
from ..web.fields import CatalogueForm, DateText, Marked, WholeNumber, option
from ..web.forms import long_text_field, text_field
from ..web.labels import choices, label, lazy_label, region
from ..web.lists import EVERY, ListForm
from . import finding
from .log_content import MOST_TRAVEL, LogContent
from .models import REMARK, TEXT, Part, Place
from .preparing import Item

PARTS = {Part.MORNING: _("午前"), Part.AFTERNOON: _("午後"), Part.DAY: _("一日")}
PLACES = {Place.ON_SITE: _("現地"), Place.ONLINE: _("オンライン")}
OPEN = _("選んでください")
AT_SEND = Marked(_("送るときに必要"))


class EngagementListForm(ListForm, CatalogueForm):
    links = ("state",)

    words = text_field(_("言葉"), description=_("募集の名前、市町、登録者の氏名、番号"))
    state = SelectField(_("状態"), default=finding.GOING_ON)
    region = SelectField(_("地域"), default="")
    municipality = SelectField(_("市町"), default="")

    def set_choices(self) -> None:
        states = [
            (finding.UNSIGNED, _("確認待ちの記録あり")),
            (finding.TO_CORRECT, _("差し戻された代理記録あり")),
            (finding.EXTENDING, _("決裁待ちの延長あり")),
            (finding.ASKED, _("承諾待ちの延長あり")),
            *((state, label(state)) for state in EngagementState),
            (finding.EVERY, EVERY),
        ]
        self.offer(self.state, states, _("終わっていない活動"))
        towns = self.catalogue.municipalities(current_actor().prefecture_code)
        regions = dict.fromkeys(town.region for town in towns if town.region)
        self.offer(self.region, ((name, region(name)) for name in regions))
        self.offer(self.municipality, ((town.code, label(town)) for town in towns))


class PreparationForm(CatalogueForm):
    """The items of one side; `form_of_items` adds the last day of each that expires."""

    items: Sequence[Item] = ()
    forms: Sequence[str] = ()

    form = SelectField(_("任用形態"), default="")
    done = SelectMultipleField(_("済んだ項目"))

    def set_choices(self) -> None:
        texts = dict(choices(str(Vocabulary.FORM)))
        chosen = [option(code, texts.get(code, code)) for code in self.forms]
        self.form.choices = [option("", OPEN), *chosen]
        self.done.choices = [option(row.code, label(row.term)) for row in self.items]

    @classmethod
    def values(cls, form: str | None) -> dict[str, Any]:
        """What the boxes show of what is ticked, by their names."""
        done = {row.code: row.check for row in cls.items if row.check is not None}
        until = {f"until_{code}": check.expires_on for code, check in done.items()}
        return {"form": form or "", "done": list(done), **until}

    def until(self, code: str) -> Field:
        field: Field = self._fields[f"until_{code}"]
        return field

    def ticked(self) -> dict[str, date | None]:
        """Item → its last day, where it has one."""
        done = set(self.done.data or [])
        return {
            row.code: self.until(row.code).data if row.expires else None
            for row in self.items
            if row.code in done
        }


def form_of_items(items: Sequence[Item], forms: Sequence[str]) -> type[PreparationForm]:
    """`forms`: of appointment, to choose from; none for who does not choose."""
    fields: dict[str, Any] = {"items": items, "forms": forms}
    for row in items:
        if row.expires:
            text = _("「%(item)s」の有効期限", item=lazy_label(row.term))
            fields[f"until_{row.code}"] = DateText(text)
    return type("PreparationForm", (PreparationForm,), fields)


class LogForm(CatalogueForm):
    """The log of a month; `form_of` adds the two boxes of every day."""

    month: int

    days = SelectMultipleField(_("活動した日"), coerce=int)
    text = text_field(_("したこと（1行）"), AT_SEND, most=TEXT)
    theme = SelectField(_("テーマ"), default="", validators=[AT_SEND])
    travel_yen = WholeNumber(_("旅費"), measure=FEE, most=MOST_TRAVEL)
    remark = long_text_field(_("市町に伝えたいこと"), most=REMARK)

    def set_choices(self) -> None:
        self.choose(self.theme, Vocabulary.THEME, none=OPEN)
        self.days.choices = [
            option(day, str(day)) for day in range(1, last_day(self.month).day + 1)
        ]

    @staticmethod
    def values(content: LogContent) -> dict[str, Any]:
        """What the boxes show of a content, by their names."""
        values: dict[str, Any] = {
            "days": [day.day for day in sorted(content.days)],
            "text": content.text, "theme": content.theme, "remark": content.remark,
            "travel_yen": content.travel_yen or None,
        }  # fmt: skip
        for day, (part, place) in content.days.items():
            values |= {f"part_{day.day}": part or "", f"place_{day.day}": place or ""}
        return values

    def content(self) -> LogContent:
        first = last_day(self.month).replace(day=1)
        days: dict[date, tuple[Part | None, Place | None]] = {}
        for day in self.days.data or []:
            part, place = self.part(day).data, self.place(day).data
            both = Part(part) if part else None, Place(place) if place else None
            days[first.replace(day=day)] = both
        return LogContent(
            days=days, text=self.text.data or "", theme=self.theme.data or "",
            travel_yen=self.travel_yen.data or 0, remark=self.remark.data or "",
        )  # fmt: skip

    def part(self, day: int) -> Field:
        field: Field = self._fields[f"part_{day}"]
        return field

    def place(self, day: int) -> Field:
        field: Field = self._fields[f"place_{day}"]
        return field


@cache
def form_of(month: int) -> type[LogForm]:
    """The form for the days of a month."""
    fields: dict[str, Any] = {"month": month}
    for day in range(1, last_day(month).day + 1):
        fields[f"part_{day}"] = _choice(_("%(n)s日の時間", n=day), PARTS)
        fields[f"place_{day}"] = _choice(_("%(n)s日の場所", n=day), PLACES)
    return type("LogForm", (LogForm,), fields)


class RecordedLogForm(HeardForm, LogForm):
    """The log of a month as an officer takes it from paper or a call."""


@cache
def recorded_form_of(month: int) -> type[RecordedLogForm]:
    return type("RecordedLogForm", (RecordedLogForm, form_of(month)), {})


def _choice(text: Any, labels: Mapping[Any, Any]) -> SelectField:
    choices = [option("", OPEN), *(option(str(value), said) for value, said in labels.items())]
    return SelectField(text, default="", choices=choices)
