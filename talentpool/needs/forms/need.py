"""All that a town is asked about a need, once for the page with everything and for the pages with a topic each."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from typing import Any

from flask_babel import gettext, lazy_gettext as _
from wtforms import BooleanField, Field, HiddenField, SelectField, SelectMultipleField, StringField
from wtforms.validators import ValidationError

from ...candidates.content import EVERY_DAY, MOST_ROWS, WORKDAYS
from ...candidates.forms import explain_form
from ...db import length_of
from ...errors import Refused, UnknownCode
from ...pay import HALF_DAYS_A_DAY, HOURS_A_HALF_DAY, MOST_HALF_DAYS, UNPAID
from ...reference.entries import TermEntry, Vocabulary
from ...typed.quantities import FEE, HALF_DAYS, PERCENT, SEATS
from ...web.fields import (
    CatalogueForm,
    FirstMonthText,
    LastMonthText,
    Marked,
    NotBefore,
    RowList,
    WholeNumber,
    bits_of,
    days_of,
    option,
)
from ...web.forms import long_text_field, text_field
from ...web.labels import label
from ..content import MOST_PAY, MOST_SEATS, NeedContent, SkillRequirement
from ..models import Need
from ..rules import NEEDED, NO_PAY
from ..weights import even_out, share_rest, unit_of
from .rows import (
    ANY,
    ASK,
    AT_SUBMIT,
    CHOOSE,
    MUST,
    ONLY_ANY,
    Alone,
    RequiredAtSubmit,
    SkillRow,
    VendorRow,
    leave_to_towns,
)


class NeedForm(CatalogueForm):
    template = HiddenField()  # the one it was begun with
    title = text_field(
        _("募集の名前"), RequiredAtSubmit(), description=_("例：窓口業務改革アドバイザー")
    )
    department = text_field(_("担当課"))
    background = long_text_field(
        _("困っていること・背景"),
        AT_SUBMIT,
        description=_("いま何に困っているかを書いてください。個人の名前は書かないでください。"),
    )
    tasks = long_text_field(_("頼みたい仕事"), most=length_of(Need.tasks))
    team = long_text_field(
        _("いまの体制"), most=length_of(Need.team), description=_("担当者の人数や、いる人の経験。")
    )
    outcome_wanted = long_text_field(
        _("達成したいこと"), AT_SUBMIT, most=length_of(Need.outcome_wanted)
    )
    theme = SelectField(_("テーマ"), validators=[RequiredAtSubmit(CHOOSE)])
    stage = SelectField(_("段階"), validators=[RequiredAtSubmit(CHOOSE)])
    roles = SelectMultipleField(
        _("役割"),
        validators=[
            RequiredAtSubmit(
                _("役割を選んでください。問わないときは「指定なし」を選んでください。")
            ),
            ONLY_ANY,
        ],
        description=_(
            "選んでも人数は減りません。選んだ役割を引き受ける人が上に並びます。「指定なし」なら、役割で順位は変わりません。"
        ),
    )
    kinds = SelectMultipleField(
        _("できれば来てほしい人"), default=[ANY], validators=[ONLY_ANY],
        description=_("希望です。選ばれなかった人も対象のままで、選んだ人が上に並びます。「指定なし」なら、区分で順位は変わりません。"),
    )  # fmt: skip
    involvement = SelectField(
        _("関わり方"), default="",
        description=_("対象の人数や順位には影響しません。推薦の検討の画面に本人の希望と並べて出し、打診のときに本人に示します。"),
    )  # fmt: skip
    skills = RowList(SkillRow, _("技能"), most=MOST_ROWS)
    no_skills = BooleanField(
        _("技能は指定しない"),
        description=_("技能で外れる人はいません。技能の点は全員が満点になり、順位は変わりません。"),
    )
    half_days = WholeNumber(
        _("1か月の半日コマ数"), RequiredAtSubmit(), measure=HALF_DAYS, least=1, most=MOST_HALF_DAYS,
        description=_("1コマは%(hours)s時間です。月2日なら%(n)sコマ。", hours=HOURS_A_HALF_DAY, n=2 * HALF_DAYS_A_DAY),
    )  # fmt: skip
    first_month = FirstMonthText(
        _("始まりの年月"), RequiredAtSubmit(), description=_("例：2027-04、令和9年4月")
    )
    last_month = LastMonthText(
        _("終わりの年月"),
        RequiredAtSubmit(),
        NotBefore("first_month"),
        description=_("例：2027-09"),
    )
    seats = WholeNumber(
        _("募集枠"), RequiredAtSubmit(), measure=SEATS, least=1, most=MOST_SEATS, default=1
    )
    mode = SelectField(_("働き方"), default="online")
    on_site_share = WholeNumber(
        _("現地の割合（％）"), measure=PERCENT, least=0, most=100, default=0
    )
    place = StringField(
        _("仕事の場所"), description=_("庁舎のある市町の名前。空欄なら自分の市町です。")
    )
    weekdays = SelectMultipleField(
        _("都合のよい曜日"), default=days_of(WORKDAYS),
        description=_("「指定なし」なら、曜日で外れる人はいません。"),
        validators=[RequiredAtSubmit(_("曜日を1つ以上選んでください。")), ONLY_ANY],
    )  # fmt: skip
    forms = SelectMultipleField(
        _("用意できる任用形態"),
        validators=[AT_SUBMIT, Alone(ASK, _("「県に相談」と任用形態の両方は選べません。"))],
    )
    pay_amount = WholeNumber(
        _("報酬の額（円）"), Marked(_("無償のほかは申請に必要")), measure=FEE, most=MOST_PAY,
        description=_("無償のときは空欄にして、単位を「無償」にしてください。"),
    )  # fmt: skip
    pay_basis = SelectField(_("報酬の単位"), default="day")
    funding_source = SelectField(_("財源"), default="")
    touches_procurement = BooleanField(_("調達・仕様書に関わる"))
    vendors = RowList(VendorRow, _("関係する事業者"), most=MOST_ROWS)
    requires_training = BooleanField(
        _("必須研修を受けた人に限る"),
        description=_(
            "必須研修は、県の担当者が確かめた人だけが数えられます。届けていない人は、受けていても対象になりません。"
        ),
    )
    after_fiscal_year = long_text_field(
        _("年度末（3月31日）より後の予定"), most=length_of(Need.after_fiscal_year)
    )

    def __init__(self, *args: Any, town: str | None, **options: Any) -> None:
        self.town = town
        super().__init__(*args, **options)

    def set_choices(self) -> None:
        self.choose(self.theme, Vocabulary.THEME, none=_("選んでください"))
        self.choose(self.stage, Vocabulary.STAGE, none=_("選んでください"))
        self.choose(self.roles, Vocabulary.ROLE)
        self.choose(self.kinds, Vocabulary.CANDIDATE_KIND)
        self.choose(self.involvement, Vocabulary.INVOLVEMENT, none=_("指定なし"))
        self.choose(self.mode, Vocabulary.MODE)
        self.choose(self.forms, Vocabulary.FORM)
        leave_to_towns(self.forms)
        self.choose(self.pay_basis, Vocabulary.PAY_BASIS)
        self.choose(self.funding_source, Vocabulary.FUNDING_SOURCE, none=_("未記入"))
        self.choose_weekdays(self.weekdays)
        for field in (self.roles, self.kinds, self.weekdays):
            _add_choice(field, ANY, _("指定なし"))
        _add_choice(self.forms, ASK, _("県に相談"))
        for entry in self.skills.entries:
            self.choose(entry.form.skill, Vocabulary.SKILL, none=_("選んでください"))
            self.choose(entry.form.level, Vocabulary.SKILL_LEVEL)

    def validate_place(self, field: Field) -> None:
        try:
            self._place_code()
        except UnknownCode as error:
            raise ValidationError(error.message) from error

    def validate_skills(self, field: RowList) -> None:
        try:
            self._weights()
        except Refused as error:
            raise ValidationError(error.fields["skills"]) from error

    def _weights(self) -> list[int]:
        """Of the rows, in their order."""
        rows = self.skills.rows
        units = [
            unit_of(place, row.group.data, must=row.kind.data == MUST)
            for place, row in enumerate(rows)
        ]
        return share_rest([row.weight.data for row in rows], units)

    def evened(self) -> dict[str, str]:
        """What stands in the boxes of the weights once these add up to 100: name → text. All rows are right."""
        asked = even_out(self._asked())
        boxes = [row.weight.name for row in self.skills.rows]
        return {name: str(skill.weight) for name, skill in zip(boxes, asked, strict=True)}

    def asked(self) -> tuple[SkillRequirement, ...]:
        """Of the rows that are whole, whatever the weights."""
        rows = [row for row in self.skills.rows if row.validate()]
        if len(rows) == len(self.skills.rows):
            with suppress(Refused):
                return self._asked()
        return tuple(_requirement(row, row.weight.data or 1) for row in rows)

    def _asked(self) -> tuple[SkillRequirement, ...]:
        rows = zip(self.skills.rows, self._weights(), strict=True)
        return tuple(_requirement(row, weight) for row, weight in rows)

    def validate_no_skills(self, field: Field) -> None:
        if field.data and self.skills.rows:
            raise ValidationError(str(_("「技能は指定しない」と技能の行の両方は使えません。")))
        if not field.data and not self.skills.rows:
            raise ValidationError(
                str(_("技能を選んでください。問わないときは「技能は指定しない」を選んでください。"))
            )

    def validate_fields(self, names: Collection[str]) -> None:
        """Only these: the others are on other pages."""
        for name in names:
            check = getattr(type(self), f"validate_{name}", None)
            self[name].validate(self, [check] if check else [])

    @property
    def role_lines(self) -> list[tuple[Any, str, str]]:
        """(box, what the role does, nothing) of every role, the one without preference last."""
        terms = {term.code: term for term in self.catalogue.terms(Vocabulary.ROLE)}
        boxes: list[Any] = list(self.roles)
        return [(box, _does(terms.get(box.choice.value)), "") for box in boxes]

    @property
    def form_lines(self) -> list[tuple[Any, str, str]]:
        """(box, a line about the form, its note) of every appointment form, the one to ask the prefecture last."""
        terms = {term.code: term for term in self.catalogue.terms(Vocabulary.FORM)}
        boxes: list[Any] = list(self.forms)
        return [(box, *_explain(terms.get(box.choice.value))) for box in boxes]

    def _place_code(self) -> str:
        typed = (self.place.data or "").strip()
        if not typed:
            return self.town or ""
        prefecture = self.catalogue.municipality(self.town).prefecture_code if self.town else None
        return self.catalogue.find_municipality(typed, prefecture).code

    def note_missing(self, names: Collection[str] = NEEDED.keys() | {"pay_amount"}) -> None:
        """What the hand-in needs besides, said together with what is wrong."""
        for name, sentence in {**NEEDED, "pay_amount": NO_PAY}.items():
            field = self[name]
            if name in names and not self.is_answered(name) and not field.errors:
                field.errors = [sentence]

    def is_answered(self, name: str) -> bool:
        """Something that can be read, or that it does not matter."""
        if name == "skills":
            return bool(self.skills.rows or self.no_skills.data)
        if name == "pay_amount" and self.pay_basis.data == UNPAID:
            return True
        return bool(self[name].data)

    def value(self) -> NeedContent:
        is_online = self.mode.data == "online"
        return NeedContent(
            title=self.title.data,
            department=self.department.data or "",
            background=self.background.data or "",
            outcome_wanted=self.outcome_wanted.data or "",
            tasks=self.tasks.data or "",
            team=self.team.data or "",
            theme=self.theme.data,
            stage=self.stage.data,
            roles=_chosen(self.roles),
            kinds=_chosen(self.kinds),
            involvement=self.involvement.data or None,
            skills=self._asked(),
            half_days=self.half_days.data,
            first_month=self.first_month.data,
            last_month=self.last_month.data,
            seats=self.seats.data,
            mode=self.mode.data,
            on_site_share=0 if is_online else self.on_site_share.data or 0,
            place_code=self._place_code(),
            weekdays=EVERY_DAY
            if ANY in (self.weekdays.data or ())
            else bits_of(self.weekdays.data),
            forms=_chosen(self.forms),
            asks_form=ASK in (self.forms.data or ()),
            pay_amount=self.pay_amount.data or 0,
            pay_basis=self.pay_basis.data,
            funding_source=self.funding_source.data or None,
            touches_procurement=self.touches_procurement.data,
            vendors=tuple(row.name.data for row in self.vendors.rows),
            requires_training=self.requires_training.data,
            after_fiscal_year=self.after_fiscal_year.data or "",
        )


def _add_choice(field: SelectMultipleField, code: str, words: Any) -> None:
    offered: Any = field.choices
    field.choices = [*offered, option(code, words)]


def _chosen(field: SelectMultipleField) -> tuple[str, ...]:
    """The codes of the vocabulary among what was chosen."""
    return tuple(sorted(set(field.data or ()) - {ANY, ASK}))


def _does(term: TermEntry | None) -> str:
    return label((term.attributes["does_ja"], term.attributes["does_en"])) if term else ""


def _explain(term: TermEntry | None) -> tuple[str, str]:
    if term is None:
        return gettext(
            "県の担当者が、申請の確認のときに一緒に決めます。決まるまで公開されません。"
        ), ""
    return explain_form(term)


def _requirement(row: SkillRow, weight: int) -> SkillRequirement:
    return SkillRequirement(
        skill=row.skill.data,
        must=row.kind.data == MUST,
        level=int(row.level.data),
        weight=weight,
        group=row.group.data or None,
        used_within=int(row.used_within.data) if row.used_within.data else None,
    )
