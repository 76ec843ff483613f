from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, DateField, PasswordField, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import EqualTo, InputRequired, Optional

from ..permissions import ROLE_LABELS, Role
from ..web.forms import Form, text_field
from .passwords import SHORTEST
from .service import STAFF

NEW_PASSWORD = {"autocomplete": "new-password"}
PRESENT_PASSWORD = {"autocomplete": "current-password"}
LONG_ENOUGH = _(
    "%(shortest)s文字以上。長い文がおすすめです。記号や数字を混ぜる必要はありません。",
    shortest=SHORTEST,
)


def _email() -> Any:
    return text_field(
        _("メールアドレス"),
        InputRequired(_("メールアドレスを入力してください。")),
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
        validators=[InputRequired(_("パスワードを入力してください。"))],
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


class SignInForm(Form):
    email = _email()
    password = _present_password()


class SignUpForm(Form):
    prefecture_code = SelectField(
        _("登録先の都道府県"), validators=[InputRequired(_("都道府県を選んでください。"))]
    )
    email = _email()
    password = _new_password()
    repeated = _repeated()


class ConfirmForm(Form):
    password = _present_password(_("新規登録のときに決めたパスワード"))


class ResetRequestForm(Form):
    email = _email()


class NewPasswordForm(Form):
    password = _new_password()
    repeated = _repeated()


class ChangePasswordForm(Form):
    present = _present_password(_("今のパスワード"))
    password = _new_password()
    repeated = _repeated()


def _role() -> Any:
    choices = [SelectChoice(str(role), ROLE_LABELS[role][0]) for role in STAFF]
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
        """`towns`: (code, name)."""
        none = SelectChoice("", str(_("なし")))
        self.municipality_code.choices = [none, *(SelectChoice(code, name) for code, name in towns)]


class InviteForm(RoleForm):
    email = _email()
    display_name = text_field(_("氏名"), InputRequired(_("氏名を入力してください。")))
    is_foreign_domain_allowed = BooleanField(
        _("市町のドメイン以外のメールアドレスを認める"),
        description=_("理由がある場合だけ選んでください。監査記録に残ります。"),
    )


class AccountFilterForm(Form):
    class Meta(Form.Meta):
        csrf = False

    role = SelectField(
        _("役割"),
        choices=[
            SelectChoice("", _("すべて")),
            *(
                SelectChoice(str(role), ROLE_LABELS[role][0])
                for role in Role
                if role is not Role.SYSTEM
            ),
        ],
        validators=[Optional()],
    )


class AuditFilterForm(Form):
    class Meta(Form.Meta):
        csrf = False

    object_type = text_field(_("対象の種類"), most=40)
    object_id = text_field(_("対象の番号"), most=40)
    action = text_field(_("操作"), most=60)
    actor_id = text_field(_("操作者の番号"), most=19)
    first_on = DateField(_("開始日"), validators=[Optional()])
    last_on = DateField(_("終了日"), validators=[Optional()])


class AnchorForm(Form):
    class Meta(Form.Meta):
        csrf = False

    anchor = text_field(
        _("控えておいた先頭"),
        most=100,
        description=_(
            "「番号 ハッシュ」の形で、以前に控えたものを入れると、末尾の切り取りも見つかります。"
        ),
    )
