"""What staff confirm and decide when they publish a need."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import SelectMultipleField

from ...reference.entries import Vocabulary
from ...web.fields import CatalogueForm, Marked, option
from ...web.forms import text_field
from ...web.labels import lazy_label
from ..checks import ReviewCheck
from ..priorities import MOST_BASIS, POLICY, Priority, Reason
from .rows import leave_to_towns


class PublishForm(CatalogueForm):
    """`asks_form`: the town left the appointment form to be settled with the prefecture."""

    checked = SelectMultipleField(
        _("公開の前に確かめること"),
        choices=[option(str(check), lazy_label(check)) for check in ReviewCheck],
        validators=[Marked(_("必須"))],
    )
    forms = SelectMultipleField(
        _("市町と決めた任用形態"),
        validators=[Marked(_("必須"))],
        description=_("県への相談があった募集です。決めた形態を選んでください。"),
    )
    reasons = SelectMultipleField(
        _("優先する理由"),
        choices=[
            option(
                str(reason),
                _("%(reason)s（＋%(n)s段）", reason=lazy_label(rule.words), n=rule.levels),
            )
            for reason, rule in POLICY.items()
        ],
        description=_("当てはまるものがなければ、選ばないでください。"),
    )
    basis = text_field(
        _("優先する理由の根拠"),
        most=MOST_BASIS,
        description=_("期限の日と法令、人数など。市町にも示されます。"),
    )

    def __init__(self, *args: Any, asks_form: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if not asks_form:
            del self.forms

    def set_choices(self) -> None:
        self.choose(self.forms, Vocabulary.FORM)
        leave_to_towns(self.forms)

    @property
    def priority(self) -> Priority:
        reasons = tuple(Reason(code) for code in self.reasons.data or ())
        return Priority(reasons, self.basis.data or "")
