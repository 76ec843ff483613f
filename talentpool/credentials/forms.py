from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import RadioField, SelectField

from ..candidates.models import Candidate
from ..db import length_of
from ..reference.entries import Vocabulary
from ..states import CredentialState
from ..web.fields import CatalogueForm, DateText, Required, option
from ..web.forms import Form, long_text_field, text_field
from ..web.labels import label
from ..web.lists import EVERY, ListForm
from .content import LONGEST, Content, subjects_of
from .models import KINDS, VERIFIERS, Credential, Kind, Verifier
from .register import SOON

_VOCABULARIES = {Kind.TRAINING: Vocabulary.TRAINING, Kind.SKILL: Vocabulary.SKILL}


class CredentialForm(CatalogueForm):
    """`offer` says what the person can show something for."""

    about = SelectField(_("何の証明ですか"), [Required()], default="")
    title = text_field(
        _("研修・資料の名前"),
        most=length_of(Credential.title),
        description=_("例：情報セキュリティ研修（県、eラーニング）、導入事業の完了報告書"),
    )
    done_on = DateText(_("修了・発行の日"), description=_("例：2026-07-01、令和8年7月1日"))
    valid_until = DateText(
        _("有効期限"),
        description=_(
            "修了証などに書かれているとき。空欄なら、研修は種類ごとの長さ、技能は3年度後の末日になります。"
        ),
    )
    link = text_field(
        _("リンク"),
        most=length_of(Credential.link),
        description=_("公開されている資料のとき。https:// から"),
    )
    note = long_text_field(_("説明"), most=LONGEST)
    verifier_kind = SelectField(_("だれに確かめられますか"), default="")
    verifier = text_field(
        _("確かめる先"),
        most=length_of(Credential.verifier),
        description=_("例：姫路市 総務部 人事課"),
    )
    contact = text_field(
        _("その連絡先"), most=200, description=_("代表電話か、担当課のメールアドレス")
    )

    def set_choices(self) -> None:
        none = option("", str(_("確かめなくてよい")))
        self.verifier_kind.choices = [
            none, *(option(str(one), label(words)) for one, words in VERIFIERS.items()),
        ]  # fmt: skip

    def offer(self, candidate: Candidate) -> None:
        found = subjects_of(candidate, self.catalogue)
        self.about.choices = [
            option("", str(_("選んでください"))),
            *(
                option(f"{kind}:{code}", f"{label(KINDS[kind])}：{self._name(kind, code)}")
                for kind, codes in found.items()
                for code in codes
            ),
        ]

    def _name(self, kind: Kind, code: str) -> str:
        return (
            label(self.catalogue.term(_VOCABULARIES[kind], code)) if kind in _VOCABULARIES else code
        )

    def value(self) -> Content:
        kind, _sign, subject = self.about.data.partition(":")
        return Content(
            kind=Kind(kind), subject=subject, title=self.title.data or "", link=self.link.data or "",
            done_on=self.done_on.data, valid_until=self.valid_until.data, note=self.note.data or "",
            verifier_kind=Verifier(self.verifier_kind.data) if self.verifier_kind.data else None,
            verifier=self.verifier.data or "", contact=self.contact.data or "",
        )  # fmt: skip


class CheckForm(Form):
    until = DateText(_("有効期限"), description=_("資料に合わせて直せます。"))


class AnswerForm(Form):
    """Of an office that was sent a link."""

    is_right = RadioField(
        _("この内容は正しいですか"),
        [Required()],
        choices=[option("yes", _("正しい")), option("no", _("違う"))],
    )
    comment = long_text_field(
        _("違うところ、補足"), most=LONGEST, description=_("本人と県の担当者が読みます。")
    )
    who = text_field(
        _("回答する方の所属・職・氏名"), Required(), description=_("県の担当者だけが見ます。")
    )


class CredentialListForm(ListForm):
    links = ("state",)

    state = SelectField(_("状態"), default="")
    kind = SelectField(_("種類"), default="")
    ending = SelectField(_("有効期限"), default="")
    office = SelectField(_("勤め先などへの確認"), default="")

    def set_choices(self) -> None:
        self.offer(self.state, ((one, label(one)) for one in CredentialState), EVERY)
        self.offer(self.kind, ((one, label(words)) for one, words in KINDS.items()), EVERY)
        self.offer(self.ending, [("soon", _("%(n)s日以内に切れる", n=SOON))], EVERY)
        self.offer(self.office, [("asked", _("回答待ち"))], EVERY)
