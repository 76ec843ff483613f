"""Every part that pages are made of, on one page (`/styleguide`); there is none in production."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Flask, render_template
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    FileField,
    Form,
    FormField,
    IntegerField,
    MonthField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    widgets,
)
from wtforms.validators import InputRequired, NumberRange

from ..dates import month_number
from ..paging import Page
from .access import public
from .charts import Dot
from .fields import option
from .lists import Column, ListForm, Shown
from .tile_map import Tile, tile_map
from .timeline import Bar, Lane

blueprint = Blueprint("styleguide", __name__)


@dataclass(frozen=True, slots=True)
class Load:
    month: int
    capacity: int
    held: int
    booked: int


@dataclass(frozen=True, slots=True)
class AskedMonth:
    month: int
    booked: int
    held: int
    asked: int
    free: int


@dataclass(frozen=True, slots=True)
class Contact:
    name: str
    telephone: str
    hours: str


@dataclass(frozen=True, slots=True)
class MonthSample:
    month: int
    field: Any
    booked: int
    held: int
    free: int
    is_paused: bool = False
    most: int = 62
    is_most: bool = False

    @property
    def least(self) -> int:
        return self.booked + self.held

    @property
    def is_least(self) -> bool:
        return self.free == 0


class MonthsForm(Form):
    first = IntegerField(_("半日コマ"), default=8)
    second = IntegerField(_("半日コマ"), default=6)
    third = IntegerField(_("半日コマ"), default=0)
    copied = SelectField(_("もとの月"), choices=[option("first", "2027年4月")])

    @property
    def rows(self) -> list[MonthSample]:
        month = month_number(2027, 11)
        return [
            MonthSample(month, self.first, 4, 2, 2),
            MonthSample(month + 1, self.second, 6, 0, 0),
            MonthSample(month + 2, self.third, 0, 0, 0, is_paused=True),
        ]


@dataclass(frozen=True, slots=True)
class Named:
    """A skill, or a level of skills."""

    code: str
    ja: str
    en: str
    does_ja: str = ""
    does_en: str = ""

    @property
    def attributes(self) -> dict[str, str]:
        return {"anchor_ja": self.does_ja, "anchor_en": self.does_en}


SKILL = Named("bpr", "窓口改革", "Counter reform", "書かない窓口", "A counter without forms")
LEVELS = [
    Named("1", "知っている", "Knows", "流れを説明できる", "Can explain the flow"),
    Named("2", "手伝える", "Can help", "助けを得てこなせる", "Does it with help"),
    Named("3", "一人でできる", "Can do alone", "最後までやり遂げられる", "Completes it alone"),
    Named("4", "教えられる", "Can teach", "他の人を指導できる", "Guides others"),
]


class SkillForm(Form):
    has = BooleanField(_("できる"))
    level = SelectField(_("どのくらいできますか"), choices=[option("3", "3")], default="3")
    last_used = IntegerField(_("最後に使った年"))
    evidence_note = StringField(_("根拠"))

    @property
    def is_claimed(self) -> bool:
        return bool(self.has.data)


class BirthDate(Form):
    year = IntegerField(
        _("年"), [NumberRange(1920, 2010, _("年は1920から2010までで入力してください。"))]
    )
    month = IntegerField(_("月"), [NumberRange(1, 12, _("月は1から12までで入力してください。"))])
    day = IntegerField(_("日"), [NumberRange(1, 31, _("日は1から31までで入力してください。"))])


class SampleForm(FlaskForm):  # type: ignore[misc]
    name = StringField(
        _("氏名"),
        [InputRequired(_("氏名を入力してください。"))],
        description=_("戸籍の表記で入力します。"),
    )
    kind = RadioField(
        _("登録の区分"),
        [InputRequired(_("登録の区分を選んでください。"))],
        choices=[
            option("official", _("行政OB")),
            option("specialist", _("デジタル専門人材")),
        ],
    )
    skills = SelectMultipleField(
        _("技能"),
        choices=[option("bpr", _("業務改革")), option("cloud", _("クラウド移行"))],
        option_widget=widgets.CheckboxInput(),
    )
    region = SelectField(
        _("地域"), choices=[option("", _("県内すべて")), option("tajima", _("但馬"))]
    )
    born = FormField(BirthDate, _("生年月日"))
    start = MonthField(_("開始月"), [InputRequired(_("開始月を入力してください。"))])
    days = IntegerField(_("稼働"), [InputRequired(_("稼働を入力してください。"))])
    story = TextAreaField(_("経歴"))
    sheet = FileField(_("経歴書"))
    agree = BooleanField(_("内容に同意します"), [InputRequired(_("同意が必要です。"))])


class FilterForm(Form):
    words = StringField(_("ことば"), id="filter-words")


class SampleListForm(ListForm):
    links = ("state",)
    folded = ("town",)

    words = StringField(_("言葉"), id="list-words")
    state = SelectField(
        _("状態"),
        default="",
        choices=[option("", _("すべて")), option("open", _("公開中")), option("closed", _("終了"))],
    )
    region = SelectField(
        _("地域"),
        default="",
        choices=[option("", _("すべて")), option("tajima", _("但馬"))],
        id="list-region",
    )
    town = SelectField(
        _("市町"), default="", choices=[option("", _("すべて")), option("yabu", _("養父市"))]
    )


def _sample_list() -> Shown[tuple[Any, Any, int]]:
    rows = [(_("窓口改革アドバイザー"), _("豊岡市"), 1), (_("標準化の支援"), _("養父市"), 2)]
    columns: list[Column[tuple[Any, Any, int]]] = [
        Column(_("件名"), lambda row: row[0], "", "title"),
        Column(_("市町"), lambda row: row[1], "w-10", "town"),
        Column(_("募集枠"), lambda row: row[2], "w-6 number"),
    ]
    counts = {"state": {"open": 30, "closed": 8}, "region": {"tajima": 12}, "town": {"yabu": 2}}
    page = Page(rows, total=38, number=2, pages=2, size=25)
    return Shown(page, rows, columns, SampleListForm(MultiDict()), counts, "title", False, True)


TILES = [
    Tile("豊岡市", 0, 0, "2/2", "full", "豊岡市 2/2", "28209"),
    Tile("新温泉町", 1, 0, "1/2", "part", "新温泉町 1/2", "28586"),
    Tile("養父市", 0.5, 1, "0/1", "empty", "養父市 0/1", "28222"),
    Tile("朝来市", 1.5, 1, "—", "none", "朝来市 —"),
]

DOTS = [Dot(_("先着順"), 9800), Dot(_("この割当案"), 11900, is_best=True)]


@blueprint.get("/styleguide")
@public
def show() -> str:
    form = SampleForm(MultiDict({"born-year": "12"}))  # a form that was refused
    form.validate()
    first = month_number(2027, 4)
    return render_template(
        "styleguide.html",
        form=form,
        filters=FilterForm(),
        list=_sample_list(),
        months=[Load(first + i, 8, i % 3, i % 4) for i in range(12)],
        months_form=MonthsForm(prefix="months-"),
        skill=SKILL,
        skill_rows=[SkillForm(prefix="free-"), SkillForm(data={"has": True}, prefix="chosen-")],
        levels=LEVELS,
        asked=[AskedMonth(first + i, i, 4 - i, 2, 2 * i) for i in range(5)],
        office=Contact("兵庫県 DX人材担当", "078-000-0000", "平日 9時から17時まで"),
        tiles=tile_map(TILES, lambda _code: "#", title=_("市町ごとの充足")),
        dots=DOTS,
        bars=[Bar(first + i, 8, i % 3, i % 4) for i in range(5)] + [Bar(first + 5, 0, 0, 0, True)],
        lanes=[
            Lane("養父市 標準化 月2", first - 2, first + 2, is_booked=True),
            Lane(
                "豊岡市 窓口改革アドバイザーの長い名前 月2", first + 3, first + 3, False, "打診中"
            ),
        ],
        rows=[(_("窓口改革アドバイザー"), _("豊岡市"), 1), (_("標準化の支援"), _("養父市"), 2)],
    )


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
