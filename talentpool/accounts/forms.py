from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, cast

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, DateField, Field, PasswordField, RadioField, SelectField
from wtforms.validators import EqualTo, InputRequired, Optional, ValidationError

from ..audit import OBJECTS
from ..db import length_of
from ..errors import Refused
from ..language import LANGUAGES
from ..mail import MailState
from ..mail_choices import A_DAY, HOW_LABELS, How, Quiet, families_of, family_label, offered
from ..permissions import Role
from ..states import ENTRIES
from ..typed.contacts import read_telephone
from ..web import current_actor
from ..web.fields import CatalogueForm, ConvertedText, Required, option
from ..web.forms import FilterForm, Form, text_field
from ..web.labels import label, lazy_label
from ..web.lists import EVERY, ListForm
from .choosing import Chosen
from .directory import EVERYBODY, STAFF as STAFF_ROLES, STANDING_LABELS
from .models import Office
from .office import Contact
from .outbox import LOST
from .passwords import SHORTEST, check_acceptable
from .service import STAFF, fold_address

HALF_HOUR = 30  # minutes between two times that are offered
NEW_PASSWORD = {"autocomplete": "new-password"}
PRESENT_PASSWORD = {"autocomplete": "current-password"}
LONG_ENOUGH = _(
    "%(shortest)s文字以上。長い文がおすすめです。記号や数字を混ぜる必要はありません。",
    shortest=SHORTEST,
)


class Acceptable:
    """Validator: what the service would refuse, said together with the other fields."""

    def __init__(self, check: Callable[[Form, str], object]) -> None:
        self.check = check

    def __call__(self, form: Form, field: Field) -> None:
        try:
            self.check(form, field.data or "")
        except Refused as error:
            raise ValidationError(error.message) from error


def _check_password(form: Form, password: str) -> None:
    address = form._fields.get("email")
    check_acceptable(password, email=(address.data or "") if address is not None else "")


def _email(*validators: Any) -> Any:
    return text_field(
        _("メールアドレス"),
        InputRequired(_("メールアドレスを入力してください。")),
        *validators,
        most=254,
        render_kw={"type": "email", "autocomplete": "username", "inputmode": "email"},
    )


def _present_password(label: Any = None) -> Any:
    return PasswordField(
        label or _("パスワード"),
        validators=[InputRequired(_("パスワードを入力してください。"))],
        render_kw=PRESENT_PASSWORD,
    )


def _new_password() -> Any:
    return PasswordField(
        _("新しいパスワード"),
        validators=[
            InputRequired(_("パスワードを入力してください。")),
            Acceptable(_check_password),
        ],
        description=LONG_ENOUGH,
        render_kw=NEW_PASSWORD,
    )


def _repeated() -> Any:
    return PasswordField(
        _("新しいパスワード（確認）"),
        validators=[
            InputRequired(_("同じパスワードをもう一度入力してください。")),
            EqualTo("password", _("二つのパスワードが違います。")),
        ],
        render_kw=NEW_PASSWORD,
    )


READABLE = Acceptable(lambda _form, email: fold_address(email))


class SignInForm(Form):
    email = _email()
    password = _present_password()


class SignUpForm(Form):
    prefecture_code = SelectField(
        _("登録先の都道府県"), validators=[InputRequired(_("都道府県を選んでください。"))]
    )
    email = _email(READABLE)
    password = _new_password()
    repeated = _repeated()


class ConfirmForm(Form):
    password = _present_password(_("新規登録のときに決めたパスワード"))


class ResetRequestForm(Form):
    email = _email(READABLE)


class NewPasswordForm(Form):
    password = _new_password()
    repeated = _repeated()


class LanguageForm(Form):
    language = SelectField(_("画面の言語"), default="")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        usual = option("", str(_("ブラウザの設定に合わせる")))
        self.language.choices = [usual, *(option(code, name) for code, name in LANGUAGES.items())]


class ChangePasswordForm(Form):
    present = _present_password(_("今のパスワード"))
    password = _new_password()
    repeated = _repeated()


def _role() -> Any:
    choices = [option(str(role), lazy_label(role)) for role in STAFF]
    return SelectField(
        _("役割"), choices=choices, validators=[InputRequired(_("役割を選んでください。"))]
    )


def _town() -> Any:
    return SelectField(
        _("市町"), description=_("市町担当者のときに選びます。"), validators=[Optional()]
    )


class RoleForm(Form):
    role = _role()
    municipality_code = _town()

    def offer_towns(self, towns: list[tuple[str, str]]) -> None:
        """Offer `towns`, given as (code, name)."""
        none = option("", str(_("なし")))
        self.municipality_code.choices = [none, *(option(code, name) for code, name in towns)]


class InviteForm(RoleForm):
    email = _email(READABLE)
    display_name = text_field(_("氏名"), InputRequired(_("氏名を入力してください。")))
    is_foreign_domain_allowed = BooleanField(
        _("市町のドメイン以外のメールアドレスを認める"),
        description=_("理由がある場合だけ選んでください。監査記録に残ります。"),
    )


class MailChoiceForm(Form):
    """Its fields are those of `mail_choice_form`: a family each, then the hours."""

    def validate_begins(self, begins: Field) -> None:
        self._check_pair(begins, self["ends"])

    def validate_ends(self, ends: Field) -> None:
        self._check_pair(ends, self["begins"])

    def _check_pair(self, one: Field, other: Field) -> None:
        if other.data and not one.data:
            raise ValidationError(
                _("始まりと終わりは、両方を選ぶか、両方を「なし」にしてください。")
            )

    def value(self) -> Chosen:
        how = {field.short_name: How(field.data) for field in self if isinstance(field, RadioField)}
        begins, ends = self["begins"].data, self["ends"].data
        return Chosen(how, Quiet(int(begins), int(ends)) if begins and ends else None)


def mail_choice_form(role: Role, chosen: Chosen) -> MailChoiceForm:
    """The form of a role, filled with what holds now."""
    families = {
        family: RadioField(
            lazy_label(family_label(family, role)),
            choices=[
                option(str(how), lazy_label(HOW_LABELS[how])) for how in offered(family, role)
            ],
            validators=[Required(_("選んでください。"))],
        )
        for family in families_of(role)
    }
    hours = {
        name: SelectField(label, choices=list(map(_hour, (None, *range(0, A_DAY, HALF_HOUR)))))
        for name, label in (("begins", _("始まり")), ("ends", _("終わり")))
    }
    kind = type("MailChoiceFormOfRole", (MailChoiceForm,), families | hours)
    quiet = chosen.quiet
    values = {family: str(how) for family, how in chosen.how.items()}
    return cast(
        MailChoiceForm,
        kind(
            **values,
            begins=str(quiet.begins) if quiet else "",
            ends=str(quiet.ends) if quiet else "",
        ),
    )


def _hour(minute: int | None) -> Any:
    if minute is None:
        return option("", str(_("なし")))
    return option(str(minute), f"{minute // 60}:{minute % 60:02d}")


class OfficeForm(Form):
    """Whom people can ask."""

    name = text_field(
        _("担当窓口の名前"), Required(), most=length_of(Office.name),
        description=_("例：○○県 市町振興課 DX人材担当"),
    )  # fmt: skip
    telephone = ConvertedText(
        _("電話番号"), read_telephone, Required(), description=_("例：078-341-7711")
    )
    hours = text_field(
        _("受付時間"), Required(), most=length_of(Office.hours),
        description=_("例：平日 9時から17時まで"),
    )  # fmt: skip

    def value(self) -> Contact:
        return Contact(self.name.data, self.telephone.data, self.hours.data)


class AccountListForm(ListForm, CatalogueForm):
    links = ("role",)

    words = text_field(_("言葉"), description=_("職員の氏名、メールアドレス、市町、番号"))
    role = SelectField(_("役割"), default=STAFF_ROLES)
    state = SelectField(_("状態"), default="")
    municipality = SelectField(_("市町"), default="")

    def set_choices(self) -> None:
        roles = [(role, label(role)) for role in Role if role is not Role.SYSTEM]
        self.offer(self.role, [*roles, (EVERYBODY, EVERY)], first=_("職員"))
        self.offer(self.state, ((state, label(words)) for state, words in STANDING_LABELS.items()))
        towns = self.catalogue.municipalities(current_actor().prefecture_code)
        self.offer(self.municipality, ((town.code, label(town)) for town in towns))


class MailListForm(ListForm):
    links = ("state",)

    words = text_field(_("言葉"), description=_("宛先の氏名か番号、リンク"))
    state = SelectField(
        _("状態"),
        default="",
        choices=[
            option("", EVERY),
            option(LOST, _("届かなかった")),
            *(option(str(s), lazy_label(s)) for s in MailState),
        ],
    )
    template = SelectField(_("内容"), default="")

    def offer_templates(self, templates: Iterable[tuple[str, str]]) -> None:
        self.offer(self.template, templates)


class AuditListForm(ListForm):
    links = ("object_type",)

    words = text_field(
        _("言葉"),
        description=_("操作、対象、操作者の役割か氏名、番号。空白で区切ると、すべてを含む記録"),
    )
    object_type = SelectField(
        _("対象"),
        default="",
        choices=[
            option("", EVERY),
            *(option(name, lazy_label(words)) for name, words in OBJECTS.items()),
        ],
    )
    action = SelectField(
        _("操作"),
        default="",
        choices=[
            option("", EVERY),
            *(option(code, lazy_label(entry)) for code, entry in ENTRIES.items()),
        ],
    )
    actor = SelectField(_("操作者"), default="")
    first_on = DateField(_("開始日"), validators=[Optional()])
    last_on = DateField(_("終了日"), validators=[Optional()])

    def offer_officers(self, officers: Iterable[tuple[int, str]]) -> None:
        self.offer(self.actor, officers)


class AnchorForm(FilterForm):
    anchor = text_field(
        _("控えておいた先頭"),
        most=100,
        description=_(
            "「番号 ハッシュ」の形で、以前に控えたものを入れると、末尾の切り取りも見つかります。"
        ),
    )
