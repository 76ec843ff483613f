"""The form of a need: five sections, rows that can be added without scripts."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, Field, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import ValidationError

from ..candidates.forms.fields import (
    MonthText,
    ProfileForm,
    Required,
    Row,
    RowList,
    WholeNumber,
    remove_field,
)
from ..errors import UnknownCode
from ..reference.entries import Vocabulary
from ..states import NEED
from ..web.forms import long_text_field, text_field
from .content import AskedSkill, NeedContent
from .models import Need
from .service import NeedFilter
from .writing import content_of

MUST, WANT = "must", "want"
DAYS = 7
WORKDAYS = 31


class SkillRow(Row):
    filled_by = ("skill",)

    skill = SelectField(_("技能"), default="")
    kind = SelectField(
        _("必須か希望か"), default=WANT,
        choices=[SelectChoice(MUST, _("必須")), SelectChoice(WANT, _("希望"))],
    )  # fmt: skip
    level = SelectField(_("求める水準"), default="2")
    weight = WholeNumber(_("重み（1〜9）"), least=1, most=9, default=3)
    either = text_field(
        _("どれか一つでよい組"), most=10,
        description=_("同じ文字（例：A）を書いた必須の技能は、どれか一つを満たせばよくなります。"),
    )  # fmt: skip
    remove = remove_field()

    def validate_either(self, field: Field) -> None:
        if field.data and self.kind.data != MUST:
            raise ValidationError(str(_("組は、必須の技能だけに書いてください。")))


class VendorRow(Row):
    filled_by = ("name",)

    name = text_field(_("事業者の名前"))
    remove = remove_field()


class NeedForm(ProfileForm):
    title = text_field(_("募集の名前"), Required(), description=_("例：窓口業務改革アドバイザー"))
    department = text_field(_("担当課"))
    background = long_text_field(
        _("困っていること・背景"),
        description=_("いま何に困っていて、どんな体制かを書いてください。"),
    )
    outcome_wanted = long_text_field(_("達成したいこと"), most=2000)
    theme = SelectField(_("テーマ"))
    stage = SelectField(_("段階"))
    roles = SelectMultipleField(
        _("役割"), description=_("選ばなければ「一緒に考えてほしい」になります。")
    )
    kinds = SelectMultipleField(
        _("できれば来てほしい人"), description=_("希望です。選ばれなかった人も対象になります。")
    )
    skills = RowList(SkillRow, _("技能"))
    half_days = WholeNumber(
        _("1か月の半日コマ数"), Required(), least=1, most=62,
        description=_("1コマは4時間です。月2日なら4コマ。"),
    )  # fmt: skip
    first_month = MonthText(_("始まりの年月"), Required(), description=_("例：2027-04、令和9年4月"))
    last_month = MonthText(_("終わりの年月"), Required())
    seats = WholeNumber(_("募集枠"), Required(), least=1, most=20, default=1)
    mode = SelectField(_("働き方"), default="online")
    on_site_share = WholeNumber(_("現地の割合（%%）"), least=0, most=100, default=0)
    place = StringField(
        _("仕事の場所"), description=_("庁舎のある市町の名前。空欄なら自分の市町です。")
    )
    weekdays = SelectMultipleField(_("都合のよい曜日"), default=[str(day) for day in range(5)])
    forms = SelectMultipleField(_("用意できる任用形態"))
    pay_amount = WholeNumber(_("報酬の額（円）"), most=10_000_000, default=0)
    pay_basis = SelectField(_("報酬の単位"), default="day")
    funding_source = SelectField(_("財源"), default="")
    touches_procurement = BooleanField(_("調達・仕様書に関わる"))
    vendors = RowList(VendorRow, _("関係する事業者"))
    requires_training = BooleanField(_("必須研修を受けた人に限る"))
    after_fiscal_year = long_text_field(_("年度末（3月31日）より後の予定"), most=1000)

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
        terms = self.catalogue.terms(Vocabulary.WEEKDAY)
        self.weekdays.choices = [
            SelectChoice(str(term.attributes["number"]), term.label(self.locale)) for term in terms
        ]
        for entry in self.skills.entries:
            self.choose(entry.form.skill, Vocabulary.SKILL, none=_("選んでください"))
            self.choose(entry.form.level, Vocabulary.SKILL_LEVEL)

    def validate_theme(self, field: Field) -> None:
        if not field.data:
            raise ValidationError(str(_("選んでください。")))

    validate_stage = validate_theme

    def validate_weekdays(self, field: Field) -> None:
        if not field.data:
            raise ValidationError(str(_("曜日を1つ以上選んでください。")))

    def validate_place(self, field: Field) -> None:
        try:
            self._place_code()
        except UnknownCode as error:
            raise ValidationError(str(_("市町の名前が見つかりません。"))) from error

    def _place_code(self) -> str:
        typed = (self.place.data or "").strip()
        if not typed:
            return self.town or ""
        prefecture = self.catalogue.municipality(self.town).prefecture_code if self.town else None
        return self.catalogue.find_municipality(typed, prefecture).code

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
            skills=tuple(_asked(row) for row in self.skills.rows),
            half_days=self.half_days.data,
            first_month=self.first_month.data,
            last_month=self.last_month.data,
            seats=self.seats.data,
            mode=self.mode.data,
            on_site_share=0 if is_online else self.on_site_share.data or 0,
            place_code=self._place_code(),
            weekdays=sum(1 << int(day) for day in self.weekdays.data or ()),
            forms=tuple(sorted(self.forms.data or ())),
            pay_amount=self.pay_amount.data or 0,
            pay_basis=self.pay_basis.data,
            funding_source=self.funding_source.data or None,
            touches_procurement=self.touches_procurement.data,
            vendors=tuple(row.name.data for row in self.vendors.rows),
            requires_training=self.requires_training.data,
            after_fiscal_year=self.after_fiscal_year.data or "",
        )


def _asked(row: SkillRow) -> AskedSkill:
    return AskedSkill(
        skill=row.skill.data,
        is_must=row.kind.data == MUST,
        level=int(row.level.data),
        weight=row.weight.data or 3,
        either=row.either.data or None,
    )


def contents(need: Need, place_name: str) -> dict[str, Any]:
    """What the form shows of a saved need."""
    content = content_of(need)
    shown = {name: getattr(content, name) for name in NeedContent.__dataclass_fields__}
    return shown | {
        "roles": list(content.roles),
        "forms": list(content.forms),
        "kinds": list(content.kinds),
        "funding_source": content.funding_source or "",
        "place": "" if need.place_code == need.municipality_code else place_name,
        "weekdays": [str(day) for day in range(DAYS) if content.weekdays >> day & 1],
        "vendors": [{"name": name} for name in content.vendors],
        "skills": [
            {
                "skill": asked.skill, "kind": MUST if asked.is_must else WANT,
                "level": str(asked.level), "weight": asked.weight, "either": asked.either or "",
            }
            for asked in content.skills
        ],
    }  # fmt: skip


class NeedFilterForm(ProfileForm):
    words = text_field(_("言葉"), description=_("名前か番号"))
    state = SelectField(_("状態"), default="")
    theme = SelectField(_("テーマ"), default="")
    municipality = SelectField(_("市町"), default="")

    class Meta(ProfileForm.Meta):
        csrf = False

    def __init__(self, *args: Any, prefecture_code: str | None, **options: Any) -> None:
        self.prefecture_code = prefecture_code
        super().__init__(*args, **options)

    def set_choices(self) -> None:
        everything = SelectChoice("", str(_("すべて")))
        states = [SelectChoice(str(state), label[0]) for state, label in NEED.labels.items()]
        self.state.choices = [everything, *states]
        self.choose(self.theme, Vocabulary.THEME, none=_("すべて"))
        towns = self.catalogue.municipalities(self.prefecture_code) if self.prefecture_code else ()
        self.municipality.choices = [
            everything, *(SelectChoice(town.code, town.label(self.locale)) for town in towns)
        ]  # fmt: skip

    def value(self) -> NeedFilter:
        self.validate()
        return NeedFilter(
            words="" if self.words.errors else self.words.data or "",
            state=_offered(self.state),
            theme=_offered(self.theme),
            municipality=_offered(self.municipality),
        )

    @property
    def set_filters(self) -> list[tuple[str, str]]:
        shown = []
        for field in (self.words, self.state, self.theme, self.municipality):
            if field.data and not field.errors:
                choices = {c.value: c.label for c in getattr(field, "choices", None) or ()}
                shown.append((str(field.label.text), str(choices.get(field.data, field.data))))
        return shown


def _offered(field: SelectField) -> str:
    return "" if field.errors else str(field.data or "")
