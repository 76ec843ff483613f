"""Who the person is, what the person wishes, what the person agrees to."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext, lazy_gettext as _
from wtforms import (
    BooleanField,
    Field,
    FormField,
    RadioField,
    SelectField,
    SelectMultipleField,
)
from wtforms.validators import ValidationError

from ...db import length_of
from ...errors import UnknownCode
from ...reference.catalogue import Catalogue
from ...reference.entries import TermEntry, Vocabulary
from ...text import BadKana, furigana
from ...typed.contacts import read_mail_address, read_postal_code, read_telephone
from ...typed.quantities import YEN
from ...web.fields import (
    CatalogueForm,
    ConvertedText,
    DateParts,
    Marked,
    Required,
    WholeNumber,
    bits_of,
    date_parts,
    days_of,
    option,
)
from ...web.forms import Form, long_text_field, text_field
from ...web.labels import choices, label, lazy_label, region, term as label_of
from ..content import (
    EMPLOYED,
    MOST_ADDRESS,
    MOST_GROWTH,
    MOST_INCOME,
    MOST_ON_SITE,
    MOST_PAY,
    Basics,
    Wishes,
    wish_or_minimum,
)
from ..models import Candidate
from ..rules import is_form_possible
from ..service import is_pay_known

NAME = length_of(Candidate.family_name)


class Kana:
    """Validator: furigana; hiragana and half-width kana are taken and turned into katakana."""

    def __call__(self, form: Form, field: Field) -> None:
        if not field.data:
            return
        try:
            field.data = furigana(field.data)
        except BadKana as error:
            raise ValidationError(str(error)) from error


def _kana_field(label: Any, *validators: Any) -> Any:
    return text_field(
        label, *validators, Kana(), most=NAME, description=_("ひらがなでも入力できます。")
    )


class BasicsForm(CatalogueForm):
    kind = RadioField(_("登録者の区分"), validators=[Required(_("選んでください。"))])
    family_name = text_field(
        _("姓"), Required(), most=NAME, render_kw={"autocomplete": "family-name"}
    )
    given_name = text_field(
        _("名"), Marked(_("名のフリガナを書くときは必須")), most=NAME, render_kw={"autocomplete": "given-name"},
        description=_("姓と名に分かれていない名前は、姓だけに入力してください。"),
    )  # fmt: skip
    family_kana = _kana_field(_("姓のフリガナ"), Required())
    given_kana = _kana_field(_("名のフリガナ"), Marked(_("名を書くときは必須")))
    birth_date = FormField(DateParts, _("生年月日"))
    phone = ConvertedText(
        _("電話番号"), read_telephone, Required(), description=_("例：078-341-7711"),
        render_kw={"inputmode": "tel", "autocomplete": "tel"},
    )  # fmt: skip
    contact_email = ConvertedText(
        _("連絡用メールアドレス"), read_mail_address,
        description=_("ログインのメールアドレスと同じなら、空欄にしてください。"),
        render_kw={"inputmode": "email", "autocomplete": "email"},
    )  # fmt: skip
    postal_code = ConvertedText(
        _("郵便番号"), read_postal_code, description=_("例：650-8567"),
        render_kw={"inputmode": "numeric", "autocomplete": "postal-code"},
    )  # fmt: skip
    home_prefecture = SelectField(
        _("住んでいる都道府県"), default="", validators=[Required(_("選んでください。"))]
    )
    home_name = text_field(
        _("住んでいる市区町村"), Required(), most=40,
        description=_("例：姫路市。区や町の名前まで入力してもかまいません（神戸市北区など）。"),
    )  # fmt: skip
    address = text_field(
        _("番地・建物"), most=MOST_ADDRESS, render_kw={"autocomplete": "street-address"}
    )

    def __init__(
        self, *args: Any, is_staff: bool = False, kind: str | None = None, **options: Any
    ) -> None:
        self.is_staff, self.is_employed = is_staff, kind == EMPLOYED
        super().__init__(*args, **options)

    def set_choices(self) -> None:
        self.choose(self.kind, Vocabulary.CANDIDATE_KIND)
        if not self.is_staff:
            kinds: Any = self.kind.choices
            self.kind.choices = [
                choice for choice in kinds if (choice.value == EMPLOYED) is self.is_employed
            ]
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
            given_name=self.given_name.data or "",
            family_kana=self.family_kana.data,
            given_kana=self.given_kana.data or "",
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


class WishesForm(CatalogueForm):
    forms = SelectMultipleField(
        _("受けられる任用形態"), validators=[Required(_("1つ以上選んでください。"))],
        description=_("市町が用意できる形態と1つも合わないと、推薦されません。"),
    )  # fmt: skip
    roles = SelectMultipleField(
        _("務めたい役割"), description=_("分からなければ空欄でかまいません。")
    )
    is_unpaid_fine = BooleanField(
        _("無償でもよい"), description=_("選ぶと、報酬のない募集も対象になります。"),
    )  # fmt: skip
    pay_minimum = WholeNumber(
        _("報酬の最低額（半日コマあたり）"), Marked(_("無償でもよい場合のほかは必須")),
        measure=YEN, most=MOST_PAY,
        description=_("これより低い報酬の募集は、対象になりません。"),
    )  # fmt: skip
    pay_wish = WholeNumber(
        _("報酬の希望額（半日コマあたり）"), measure=YEN, most=MOST_PAY,
        description=_("空欄なら、最低額と同じとして扱います。"),
    )  # fmt: skip
    themes = SelectMultipleField(_("取り組みたいテーマ"))
    regions = SelectMultipleField(_("活動したい地域"))
    motives = SelectMultipleField(_("登録の動機"))
    motive = long_text_field(_("動機（自由記述）"), most=length_of(Candidate.motive))
    involvement = SelectField(
        _("関わり方"), default="",
        description=_("推薦の順位や対象には影響しません。推薦の検討の画面に、募集の希望と並べて出します。"),
    )  # fmt: skip
    heard_from = SelectField(_("この制度を知ったきっかけ"), default="")
    growth = SelectMultipleField(
        _("これから伸ばしたい技能"),
        description=_("%(n)s件まで。点数には入りません。", n=MOST_GROWTH),
    )
    side_job = SelectField(_("いまの勤め先の兼業の許可"), default="")
    income_ceiling = WholeNumber(
        _("年度の収入の上限"), measure=YEN, least=1, most=MOST_INCOME,
        description=_("年金などのために、活動の報酬を1年度（4月〜3月）でおさえたい額。超える募集は打診されません。"),
    )  # fmt: skip
    onsite_days = WholeNumber(
        _("現地に行ける日数（月）"), most=MOST_ON_SITE,
        description=_("1か月に現地で働ける最大の日数。空欄なら、決めていません。"),
    )  # fmt: skip
    onsite_weekdays = SelectMultipleField(
        _("現地の希望曜日"), description=_("選ばなければ、どの曜日でもかまいません。")
    )

    def __init__(self, *args: Any, prefecture_code: str, kind: str | None, **options: Any) -> None:
        self.prefecture_code, self.kind = prefecture_code, kind
        super().__init__(*args, **options)
        if self.is_employed:
            for name in (
                "forms",
                "is_unpaid_fine",
                "pay_minimum",
                "pay_wish",
                "side_job",
                "income_ceiling",
            ):
                del self[name]

    @property
    def is_employed(self) -> bool:
        """By the prefecture, so no town appoints or pays."""
        return self.kind == EMPLOYED

    def set_choices(self) -> None:
        chosen = self.forms.data or ()
        self.forms.choices = [
            option(code, text)
            for code, text in choices(Vocabulary.FORM)
            if is_form_possible(code, self.kind) or code in chosen
        ]
        self.choose(self.roles, Vocabulary.ROLE)
        self.choose(self.themes, Vocabulary.THEME)
        self.choose(self.motives, Vocabulary.MOTIVE)
        self.choose(self.heard_from, Vocabulary.HEARD_FROM, none=_("選択なし"))
        self.choose(self.involvement, Vocabulary.INVOLVEMENT, none=_("どちらでもよい"))
        self.choose(self.growth, Vocabulary.SKILL)
        self.choose(self.side_job, Vocabulary.SIDE_JOB_PERMISSION, none=_("選択なし"))
        self.choose_weekdays(self.onsite_weekdays)
        towns = self.catalogue.municipalities(self.prefecture_code)
        regions = dict.fromkeys(town.region for town in towns if town.region)
        self.regions.choices = [option(name, region(name)) for name in regions]

    @property
    def form_groups(self) -> list[tuple[bool, list[tuple[Any, str, str]]]]:
        """(full time or not, the boxes of the forms with a line about each), the shorter work first."""
        terms = {term.code: term for term in self.catalogue.terms(Vocabulary.FORM)}
        options: list[Any] = list(self.forms)
        boxes = [(box, terms[box.choice.value]) for box in options]
        return [
            (
                is_full,
                [
                    (box, *explain_form(term))
                    for box, term in boxes
                    if bool(term.attributes["is_full_time"]) is is_full
                ],
            )
            for is_full in (False, True)
        ]

    def validate_pay_minimum(self, field: Field) -> None:
        """Work without pay is chosen, never left over."""
        if field.process_errors:
            return
        if self.is_unpaid_fine.data and field.data:
            message = _("「無償でもよい」を選ぶときは、最低額を空欄にしてください。")
            raise ValidationError(str(message))
        if not self.is_unpaid_fine.data and not field.data:
            message = _("最低額を入力するか、「無償でもよい」を選んでください。")
            raise ValidationError(str(message))

    def value(self) -> Wishes:
        return Wishes(
            **self._paid(),
            roles=self.roles.data or [],
            themes=self.themes.data or [],
            regions=self.regions.data or [],
            motives=self.motives.data or [],
            motive=self.motive.data or "",
            heard_from=self.heard_from.data or None,
            involvement=self.involvement.data or None,
            growth=self.growth.data or [],
            onsite_days=self.onsite_days.data,
            onsite_weekdays=bits_of(self.onsite_weekdays.data),
        )

    def _paid(self) -> dict[str, Any]:
        """How the person is appointed and paid, which only towns do who are asked for it."""
        if self.is_employed:
            return {"forms": [EMPLOYED]}
        minimum = self.pay_minimum.data or 0
        return {
            "forms": self.forms.data or [],
            "pay_minimum": minimum,
            "pay_wish": wish_or_minimum(self.pay_wish.data, minimum),
            "side_job": self.side_job.data or None,
            "income_ceiling": self.income_ceiling.data,
        }

    @staticmethod
    def contents(candidate: Candidate) -> dict[str, Any]:
        return {
            "forms": [row.form for row in candidate.forms],
            "roles": [row.role for row in candidate.roles],
            "is_unpaid_fine": is_pay_known(candidate) and not candidate.pay_minimum,
            "pay_minimum": candidate.pay_minimum or None,
            "pay_wish": candidate.pay_wish if candidate.pay_wish > candidate.pay_minimum else None,
            "themes": candidate.themes,
            "regions": candidate.regions,
            "motives": candidate.motives,
            "motive": candidate.motive,
            "heard_from": candidate.heard_from,
            "involvement": candidate.involvement or "",
            "growth": candidate.growth,
            "side_job": candidate.side_job,
            "income_ceiling": candidate.income_ceiling,
            "onsite_days": candidate.onsite_days,
            "onsite_weekdays": days_of(candidate.onsite_weekdays),
        }


def explain_form(term: TermEntry) -> tuple[str, str]:
    """A form of appointment in a line: what its table says of status, length and pay; and what it notes."""
    said = term.attributes
    longest = said["longest_months"]
    parts = [
        gettext("公務員の身分あり") if said["has_public_status"] else gettext("公務員の身分なし"),
        gettext("最長%(n)sか月", n=longest) if longest else "",
        gettext("、").join(label_of(code, Vocabulary.PAY_BASIS) for code in said["pay_bases"]),
    ]
    note = label((said["note_ja"], said["note_en"])) if said.get("note_ja") else ""
    return gettext("・").join(part for part in parts if part), note


class ConsentsForm(CatalogueForm):
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
        _box(term): BooleanField(_("「%(purpose)s」に同意する", purpose=lazy_label(term)))
        for term in terms
    }
    return type("ConsentsForm", (ConsentsForm,), {"terms": terms, **boxes})


def _box(term: TermEntry) -> str:
    return f"consent_{term.code}"
