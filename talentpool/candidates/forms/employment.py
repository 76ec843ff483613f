"""For how long the prefecture employs somebody, and as what."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import SelectField

from ...db import length_of
from ...reference.entries import Vocabulary
from ...typed.quantities import YEN
from ...web.fields import CatalogueForm, DateText, Required, WholeNumber
from ...web.forms import text_field
from ..content import MOST_COST, Term
from ..employed import Employment


class TermForm(CatalogueForm):
    post = SelectField(_("職"), validators=[Required(_("選んでください。"))], default="")
    first_day = DateText(
        _("雇用の始まりの日"), Required(), description=_("例：2026-04-01、令和8年4月1日")
    )
    last_day = DateText(
        _("雇用の終わりの日"),
        Required(),
        description=_("この日まで。登録の期限も同じ日になります。"),
    )
    half_day_cost = WholeNumber(
        _("半日コマあたりの県の負担額"), measure=YEN, least=1, most=MOST_COST,
        description=_("人件費の目安。県の職員だけが見ます。市町には見えません。"),
    )  # fmt: skip
    note = text_field(
        _("備考"), most=length_of(Employment.note), description=_("例：予算編成の研修を受講済み")
    )

    def set_choices(self) -> None:
        self.choose(self.post, Vocabulary.PREFECTURAL_POST, none=_("選んでください"))

    def value(self) -> Term:
        return Term(
            self.post.data, self.first_day.data, self.last_day.data, self.half_day_cost.data,
            self.note.data or "",
        )  # fmt: skip
