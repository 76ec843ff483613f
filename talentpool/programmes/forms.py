from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import SelectField, SelectMultipleField
from wtforms.widgets import TextArea

from ..reference.entries import Vocabulary
from ..text import clean
from ..typed.days import read_day
from ..web import current_actor
from ..web.fields import CatalogueForm, DateText, Required, TypedField, WholeNumber, option
from ..web.forms import Form, long_text_field, text_field
from ..web.labels import label, lazy_label
from ..web.lists import EVERY, ListForm
from .content import ProgrammeContent
from .models import OUTCOMES, Outcome, Programme
from .referring import LABELS, LONGEST, Course
from .service import MOST_DEADLINES, MOST_REPORT_DAYS
from .sourced import VALIDITY_LABELS, Origin, Sourced

LINE = 100  # characters of what a deadline is for


class DayLines(TypedField):
    """Days, one on a line, each with what it is for behind it."""

    widget = TextArea()

    def read(self, typed: str) -> tuple[tuple[date, str], ...]:
        lines = [line.strip() for line in typed.splitlines() if line.strip()]
        return tuple(sorted(map(self._line, lines)))

    def _line(self, line: str) -> tuple[date, str]:
        day, _blank, what = clean(line.replace("\u3000", " ").replace("\t", " ")).partition(" ")
        what = what.strip()
        if len(what) > LINE:
            raise ValueError(str(_("説明は%(most)s文字以内で書いてください。", most=LINE)))
        return read_day(day), what

    def show(self, value: Sequence[tuple[date, str]]) -> str:
        return "\n".join(f"{day.isoformat()} {what}".rstrip() for day, what in value)


class OriginForm(CatalogueForm):
    """Where it is said, from when to when, and whom it is for: the end of every form of a catalogue."""

    successor: SelectField  # each form calls it otherwise
    source = text_field(_("出典"), most=300, description=_("要綱・案内・ページの名前"))
    address = text_field(_("出典の住所（URL）"), most=300)
    checked_on = DateText(
        _("出典を確認した日"), description=_("空欄のあいだは「要確認」と示します。")
    )
    valid_from = DateText(_("始まりの日"))
    valid_to = DateText(_("終わりの日"))
    themes = SelectMultipleField(
        _("対象のテーマ"), description=_("条件がないか分からないときは、選ばないでください。")
    )
    sizes = SelectMultipleField(_("対象の団体規模"))
    forms = SelectMultipleField(_("対象の任用形態"))

    def set_choices(self) -> None:
        self.choose(self.themes, Vocabulary.THEME)
        self.choose(self.sizes, Vocabulary.SIZE_CLASS)
        self.choose(self.forms, Vocabulary.FORM)

    def offer_successors(self, found: Sequence[Sourced]) -> None:
        none = option("", str(_("なし")))
        self.successor.choices = [none, *(option(str(row.id), row.name) for row in found)]

    @property
    def successor_id(self) -> int | None:
        return int(self.successor.data) if self.successor.data else None

    def origin(self) -> Origin:
        return Origin(
            self.source.data or "", self.address.data or "", self.checked_on.data,
            self.valid_from.data, self.valid_to.data, tuple(self.themes.data or ()),
            tuple(self.sizes.data or ()), tuple(self.forms.data or ()),
        )  # fmt: skip


def origin_data(origin: Origin) -> dict[str, Any]:
    return {
        "source": origin.source, "address": origin.address, "checked_on": origin.checked_on,
        "valid_from": origin.valid_from, "valid_to": origin.valid_to,
        "themes": list(origin.themes), "sizes": list(origin.sizes), "forms": list(origin.forms),
    }  # fmt: skip


class ValidityListForm(ListForm):
    """Of the list of a catalogue."""

    links = ("validity",)

    validity = SelectField(_("期間"), default="")

    def set_choices(self) -> None:
        offered = ((one, label(words)) for one, words in VALIDITY_LABELS.items())
        self.offer(self.validity, offered, EVERY)


class ProgrammeForm(OriginForm):
    name = text_field(_("制度の名前"), Required())
    operator = text_field(_("実施する機関"))
    gives = long_text_field(_("受けられる支援"), most=1000)
    limits = long_text_field(_("上限・条件"), most=1000)
    excludes = long_text_field(_("対象外"), most=500)
    cost = text_field(_("市町の負担"), most=300)
    application = long_text_field(_("申込みの方法"), most=1000)
    deadlines = DayLines(
        _("申込みの締切"),
        description=_(
            "1行に1件、日と説明を書いてください。例：2027-01-29 第1次。%(most)s件まで",
            most=MOST_DEADLINES,
        ),
    )
    report_days = WholeNumber(_("報告までの日数"), least=1, most=MOST_REPORT_DAYS)
    successor = SelectField(_("後継の制度"), default="")

    def value(self) -> ProgrammeContent:
        texts = ("name", "operator", "gives", "limits", "excludes", "cost", "application")
        return ProgrammeContent(
            **{name: self[name].data or "" for name in texts},
            report_days=self.report_days.data,
            successor=self.successor_id,
            deadlines=self.deadlines.data or (),
            origin=self.origin(),
        )


class ReferForm(CatalogueForm):
    town = SelectField(_("市町"), default="", validators=[Required()])
    need = text_field(
        _("募集の番号"), most=20, description=_("特定の募集についてのとき。例：N-000012")
    )
    reason = long_text_field(_("この制度を案内する理由"), most=LONGEST)

    def set_choices(self) -> None:
        towns = self.catalogue.municipalities(current_actor().prefecture_code)
        none = option("", str(_("選んでください")))
        self.town.choices = [none, *(option(town.code, label(town)) for town in towns)]


class CourseForm(Form):
    applied_on = DateText(_("申し込んだ日"))
    outcome = SelectField(
        _("結果"),
        default="",
        choices=[
            option("", _("まだ出ていない")),
            *(option(str(one), lazy_label(words)) for one, words in OUTCOMES.items()),
        ],
    )
    done_on = DateText(_("実施が終わった日"))
    reported_on = DateText(_("報告した日"))
    note = long_text_field(_("分かったこと・成果"), most=LONGEST)

    @staticmethod
    def contents(course: Course) -> dict[str, Any]:
        """What the form shows of what is known."""
        same = ("applied_on", "done_on", "reported_on", "note")
        return {name: getattr(course, name) for name in same} | {
            "outcome": str(course.outcome or "")
        }

    def value(self) -> Course:
        outcome = Outcome(self.outcome.data) if self.outcome.data else None
        return Course(
            self.applied_on.data, outcome, self.done_on.data, self.reported_on.data,
            self.note.data or "",
        )  # fmt: skip


class ReferralListForm(ListForm):
    links = ("state",)

    state = SelectField(_("状態"), default="")
    programme = SelectField(_("制度"), default="")

    def set_choices(self, programmes: Sequence[Programme]) -> None:
        self.offer(self.state, ((one, label(words)) for one, words in LABELS.items()), EVERY)
        self.offer(self.programme, ((row.id, row.name) for row in programmes), EVERY)
