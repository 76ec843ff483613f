"""The form of a need: five sections, rows that can be added without scripts."""

from __future__ import annotations

from typing import Any, ClassVar

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, Field, SelectField, SelectMultipleField, StringField
from wtforms.validators import ValidationError

from ..candidates.content import MOST_ROWS, WORKDAYS
from ..db import length_of
from ..errors import UnknownCode
from ..pay import HALF_DAYS_A_DAY, HOURS_A_HALF_DAY, MOST_HALF_DAYS
from ..reference.entries import Vocabulary
from ..standing import NeedStanding
from ..typed.quantities import FEE, HALF_DAYS, PERCENT, SEATS
from ..web import current_actor
from ..web.fields import (
    CatalogueForm,
    FirstMonthText,
    LastMonthText,
    Marked,
    Required,
    Row,
    RowList,
    WholeNumber,
    bits_of,
    days_of,
    option,
)
from ..web.forms import Form, long_text_field, text_field
from ..web.labels import label, region
from ..web.lists import EVERY, ListForm
from .content import MOST_PAY, MOST_SEATS, MOST_WEIGHT, NeedContent, SkillRequirement
from .models import Need, NeedSkill
from .rules import NEEDED
from .writing import content_of

MUST, WANT = "must", "want"
CHOOSE = _("選んでください。")
AT_SUBMIT = Marked(_("申請に必要"))


class RequiredAtSubmit(Required):
    """Validator: not empty in a need; what is kept as a draft is not asked."""

    field_flags: ClassVar[dict[str, Any]] = AT_SUBMIT.field_flags


class SkillRow(Row):
    filled_by = ("skill",)

    skill = SelectField(_("技能"), default="")
    kind = SelectField(
        _("必須か希望か"), default=WANT,
        choices=[option(MUST, _("必須")), option(WANT, _("希望"))],
    )  # fmt: skip
    level = SelectField(_("求める水準"), default="2")
    weight = WholeNumber(_("重み（1〜9）"), least=1, most=MOST_WEIGHT, default=3)
    group = text_field(
        _("どれか一つでよい組"), most=length_of(NeedSkill.group),
        description=_("同じ文字（例：A）を書いた必須の技能は、どれか一つを満たせばよくなります。"),
    )  # fmt: skip

    def validate_group(self, field: Field) -> None:
        if field.data and self.kind.data != MUST:
            raise ValidationError(str(_("組は、必須の技能だけに書いてください。")))


class VendorRow(Row):
    filled_by = ("name",)

    name = text_field(_("事業者の名前"))


class NeedForm(CatalogueForm):
    title = text_field(
        _("募集の名前"), RequiredAtSubmit(), description=_("例：窓口業務改革アドバイザー")
    )
    department = text_field(_("担当課"))
    background = long_text_field(
        _("困っていること・背景"),
        AT_SUBMIT,
        description=_("いま何に困っていて、どんな体制かを書いてください。"),
    )
    outcome_wanted = long_text_field(
        _("達成したいこと"), AT_SUBMIT, most=length_of(Need.outcome_wanted)
    )
    theme = SelectField(_("テーマ"), validators=[RequiredAtSubmit(CHOOSE)])
    stage = SelectField(_("段階"), validators=[RequiredAtSubmit(CHOOSE)])
    roles = SelectMultipleField(_("役割"), description=_("選ばなければ、役割は問いません。"))
    kinds = SelectMultipleField(
        _("できれば来てほしい人"), description=_("希望です。選ばれなかった人も対象になります。")
    )
    skills = RowList(SkillRow, _("技能"), most=MOST_ROWS)
    half_days = WholeNumber(
        _("1か月の半日コマ数"), RequiredAtSubmit(), measure=HALF_DAYS, least=1, most=MOST_HALF_DAYS,
        description=_("1コマは%(hours)s時間です。月2日なら%(n)sコマ。", hours=HOURS_A_HALF_DAY, n=2 * HALF_DAYS_A_DAY),
    )  # fmt: skip
    first_month = FirstMonthText(
        _("始まりの年月"), RequiredAtSubmit(), description=_("例：2027-04、令和9年4月")
    )
    last_month = LastMonthText(_("終わりの年月"), RequiredAtSubmit())
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
        validators=[RequiredAtSubmit(_("曜日を1つ以上選んでください。"))],
    )  # fmt: skip
    forms = SelectMultipleField(_("用意できる任用形態"), validators=[AT_SUBMIT])
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
        self.choose(self.mode, Vocabulary.MODE)
        self.choose(self.forms, Vocabulary.FORM)
        self.choose(self.pay_basis, Vocabulary.PAY_BASIS)
        self.choose(self.funding_source, Vocabulary.FUNDING_SOURCE, none=_("未記入"))
        self.choose_weekdays(self.weekdays)
        for entry in self.skills.entries:
            self.choose(entry.form.skill, Vocabulary.SKILL, none=_("選んでください"))
            self.choose(entry.form.level, Vocabulary.SKILL_LEVEL)

    def validate_place(self, field: Field) -> None:
        try:
            self._place_code()
        except UnknownCode as error:
            raise ValidationError(error.message) from error

    def _place_code(self) -> str:
        typed = (self.place.data or "").strip()
        if not typed:
            return self.town or ""
        prefecture = self.catalogue.municipality(self.town).prefecture_code if self.town else None
        return self.catalogue.find_municipality(typed, prefecture).code

    def note_missing(self) -> None:
        """What the hand-in needs besides, said together with what is wrong."""
        for name, sentence in NEEDED.items():
            field = self[name]
            if not field.data and not field.errors:
                field.errors = [sentence]

    def value(self) -> NeedContent:
        is_online = self.mode.data == "online"
        return NeedContent(
            title=self.title.data,
            department=self.department.data or "",
            background=self.background.data or "",
            outcome_wanted=self.outcome_wanted.data or "",
            theme=self.theme.data,
            stage=self.stage.data,
            roles=tuple(sorted(self.roles.data or ())),
            kinds=tuple(sorted(self.kinds.data or ())),
            skills=tuple(_requirement(row) for row in self.skills.rows),
            half_days=self.half_days.data,
            first_month=self.first_month.data,
            last_month=self.last_month.data,
            seats=self.seats.data,
            mode=self.mode.data,
            on_site_share=0 if is_online else self.on_site_share.data or 0,
            place_code=self._place_code(),
            weekdays=bits_of(self.weekdays.data),
            forms=tuple(sorted(self.forms.data or ())),
            pay_amount=self.pay_amount.data or 0,
            pay_basis=self.pay_basis.data,
            funding_source=self.funding_source.data or None,
            touches_procurement=self.touches_procurement.data,
            vendors=tuple(row.name.data for row in self.vendors.rows),
            requires_training=self.requires_training.data,
            after_fiscal_year=self.after_fiscal_year.data or "",
        )


def _requirement(row: SkillRow) -> SkillRequirement:
    return SkillRequirement(
        skill=row.skill.data,
        must=row.kind.data == MUST,
        level=int(row.level.data),
        weight=row.weight.data or 3,
        group=row.group.data or None,
    )


class PublishForm(Form):
    priority = SelectField(
        _("優先度"), default="0",
        choices=[
            option("0", _("通常")), option("1", _("やや高い")),
            option("2", _("高い")), option("3", _("最優先")),
        ],
    )  # fmt: skip


def contents(need: Need, place_name: str) -> dict[str, Any]:
    """What the form shows of a saved need."""
    content = content_of(need)
    shown = {name: getattr(content, name) for name in NeedContent.__dataclass_fields__}
    return shown | {
        "pay_amount": content.pay_amount or None,
        "roles": list(content.roles),
        "forms": list(content.forms),
        "kinds": list(content.kinds),
        "funding_source": content.funding_source or "",
        "place": "" if need.place_code == need.municipality_code else place_name,
        "weekdays": days_of(content.weekdays),
        "vendors": [{"name": name} for name in content.vendors],
        "skills": [
            {
                "skill": asked.skill, "kind": MUST if asked.must else WANT,
                "level": str(asked.level), "weight": asked.weight, "group": asked.group or "",
            }
            for asked in content.skills
        ],
    }  # fmt: skip


class NeedListForm(ListForm, CatalogueForm):
    """A town has no filter of towns."""

    links = ("state",)
    folded = ("form", "skill")

    words = text_field(
        _("言葉"),
        description=_("名前、本文、番号、市町、テーマ、技能。空白で区切ると、すべてを含む募集"),
    )
    state = SelectField(_("状態"), default="")
    region = SelectField(_("地域"), default="")
    municipality = SelectField(_("市町"), default="")
    theme = SelectField(_("テーマ"), default="")
    form = SelectField(_("任用形態"), default="")
    skill = SelectField(_("技能"), default="")

    def set_choices(self) -> None:
        self.offer(self.state, ((state, label(state)) for state in NeedStanding))
        for field, vocabulary in (
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
