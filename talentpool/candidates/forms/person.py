"""Who the person is, what the person wishes, what the person agrees to."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import (
    BooleanField,
    Field,
    FormField,
    RadioField,
    SelectField,
    SelectMultipleField,
)
from wtforms.validators import ValidationError

from ...errors import UnknownCode
from ...reference.catalogue import Catalogue
from ...reference.entries import TermEntry, Vocabulary
from ...text import fold_email, is_kana, katakana, postal_code, telephone
from ...web.forms import Form, long_text_field, text_field
from ..models import Candidate
from ..steps import Basics, Wishes
from .fields import (
    ConvertedText,
    DateParts,
    ProfileForm,
    Required,
    WholeNumber,
    date_parts,
    option,
)

NAME = 50  # characters
MOST_PAY = 1_000_000  # yen per half-day


class Kana:
    """Validator: furigana; hiragana and half-width kana are taken and turned into katakana."""

    def __call__(self, form: Form, field: Field) -> None:
        field.data = katakana(field.data or "")
        if not is_kana(field.data):
            raise ValidationError(str(_("フリガナはカタカナまたはひらがなで入力してください。")))


def _kana_field(label: Any) -> Any:
    return text_field(
        label, Required(), Kana(), most=NAME, description=_("ひらがなでも入力できます。")
    )


class BasicsForm(ProfileForm):
    kind = RadioField(_("登録者の区分"), validators=[Required(_("選んでください。"))])
    family_name = text_field(
        _("姓"), Required(), most=NAME, render_kw={"autocomplete": "family-name"}
    )
    given_name = text_field(
        _("名"), Required(), most=NAME, render_kw={"autocomplete": "given-name"}
    )
    family_kana = _kana_field(_("姓のフリガナ"))
    given_kana = _kana_field(_("名のフリガナ"))
    birth_date = FormField(DateParts, _("生年月日"))
    phone = ConvertedText(
        _("電話番号"), telephone, Required(), description=_("例：078-341-7711"),
        render_kw={"inputmode": "tel", "autocomplete": "tel"},
    )  # fmt: skip
    contact_email = ConvertedText(
        _("連絡用メールアドレス"), fold_email,
        description=_("ログインのメールアドレスと同じなら、空欄にしてください。"),
        render_kw={"inputmode": "email", "autocomplete": "email"},
    )  # fmt: skip
    postal_code = ConvertedText(
        _("郵便番号"), postal_code, description=_("例：650-8567"),
        render_kw={"inputmode": "numeric", "autocomplete": "postal-code"},
    )  # fmt: skip
    home_prefecture = SelectField(
        _("住んでいる都道府県"), default="", validators=[Required(_("選んでください。"))]
    )
    home_name = text_field(
        _("住んでいる市区町村"), Required(), most=40,
        description=_("例：姫路市。政令指定都市は市の名前だけ（神戸市など）で入力します。"),
    )  # fmt: skip
    address = text_field(_("番地・建物"), most=200, render_kw={"autocomplete": "street-address"})

    def set_choices(self) -> None:
        self.choose(self.kind, Vocabulary.CANDIDATE_KIND)
        offered = [option(entry.code, entry.ja) for entry in self.catalogue.prefectures()]
        self.home_prefecture.choices = [option("", str(_("選んでください"))), *offered]

    def validate_home_name(self, field: Field) -> None:
        """By the table of municipalities, in the prefecture that was chosen."""
        if not field.data or not self.home_prefecture.data:
            return
        try:
            found = self.catalogue.find_municipality(field.data, self.home_prefecture.data)
        except UnknownCode as error:
            raise ValidationError(error.message) from error
        if found.prefecture_code != self.home_prefecture.data:
            raise ValidationError(str(_("選んだ都道府県に、この市区町村はありません。")))
        self.home_code = found.code

    def value(self) -> Basics:
        return Basics(
            kind=self.kind.data,
            family_name=self.family_name.data,
            given_name=self.given_name.data,
            family_kana=self.family_kana.data,
            given_kana=self.given_kana.data,
            birth_date=self.birth_date.form.value,
            phone=self.phone.data,
            contact_email=self.contact_email.data,
            postal_code=self.postal_code.data,
            home_code=self.home_code,
            address=self.address.data or None,
        )

    @staticmethod
    def contents(candidate: Candidate, catalogue: Catalogue) -> dict[str, Any]:
        """What the boxes hold for a profile that has been saved."""
        same = ("kind", "family_name", "given_name", "family_kana", "given_kana", "phone", "contact_email",
                "postal_code", "address")  # fmt: skip
        contents = {name: getattr(candidate, name) for name in same}
        contents["birth_date"] = date_parts(candidate.birth_date)
        if candidate.home_code is not None:
            home = catalogue.municipality(candidate.home_code)
            contents |= {"home_prefecture": home.prefecture_code, "home_name": home.ja}
        return contents


class WishesForm(ProfileForm):
    forms = SelectMultipleField(
        _("受けられる任用形態"), validators=[Required(_("1つ以上選んでください。"))],
        description=_("町が用意できる形態と1つも合わないと、推薦されません。"),
    )  # fmt: skip
    roles = SelectMultipleField(
        _("務めたい役割"), description=_("分からなければ空欄でかまいません。")
    )
    pay_minimum = WholeNumber(
        _("報酬の最低額（半日コマあたり）"),
        most=MOST_PAY,
        description=_("無償でもよいときは0にしてください。"),
    )
    pay_wish = WholeNumber(_("報酬の希望額（半日コマあたり）"), most=MOST_PAY)
    themes = SelectMultipleField(_("取り組みたいテーマ"))
    regions = SelectMultipleField(_("活動したい地域"))
    motives = SelectMultipleField(_("登録の動機"))
    motive = long_text_field(_("動機（自由記述）"), most=2000)
    heard_from = SelectField(_("この制度を知ったきっかけ"), default="")

    def __init__(self, *args: Any, prefecture_code: str, **options: Any) -> None:
        self.prefecture_code = prefecture_code
        super().__init__(*args, **options)

    def set_choices(self) -> None:
        self.choose(self.forms, Vocabulary.FORM)
        self.choose(self.roles, Vocabulary.ROLE)
        self.choose(self.themes, Vocabulary.THEME)
        self.choose(self.motives, Vocabulary.MOTIVE)
        self.choose(self.heard_from, Vocabulary.HEARD_FROM, none=_("選択なし"))
        towns = self.catalogue.municipalities(self.prefecture_code)
        regions = dict.fromkeys(town.region for town in towns if town.region)
        self.regions.choices = [option(region, region) for region in regions]

    def value(self) -> Wishes:
        minimum = self.pay_minimum.data or 0
        return Wishes(
            forms=self.forms.data or [],
            roles=self.roles.data or [],
            pay_minimum=minimum,
            pay_wish=minimum if self.pay_wish.data is None else self.pay_wish.data,
            themes=self.themes.data or [],
            regions=self.regions.data or [],
            motives=self.motives.data or [],
            motive=self.motive.data or "",
            heard_from=self.heard_from.data or None,
        )

    @staticmethod
    def contents(candidate: Candidate) -> dict[str, Any]:
        return {
            "forms": [row.form for row in candidate.forms],
            "roles": [row.role for row in candidate.roles],
            "pay_minimum": candidate.pay_minimum,
            "pay_wish": candidate.pay_wish,
            "themes": candidate.wished_themes,
            "regions": candidate.wished_regions,
            "motives": candidate.motives,
            "motive": candidate.motive,
            "heard_from": candidate.heard_from,
        }


class ConsentsForm(ProfileForm):
    """A box a purpose; see `consents_form`."""

    terms: tuple[TermEntry, ...] = ()

    def value(self) -> list[str]:
        return [term.code for term in self.terms if self[_box(term)].data]

    @property
    def boxes(self) -> list[tuple[TermEntry, Field]]:
        return [(term, self[_box(term)]) for term in self.terms]


def consents_form(catalogue: Catalogue) -> type[ConsentsForm]:
    """The class with a box for every purpose that is valid today."""
    terms = catalogue.terms(Vocabulary.CONSENT_PURPOSE)
    boxes = {
        _box(term): BooleanField(_("「%(purpose)s」に同意する", purpose=term.ja)) for term in terms
    }
    return type("ConsentsForm", (ConsentsForm,), {"terms": terms, **boxes})


def _box(term: TermEntry) -> str:
    return f"consent_{term.code}"
