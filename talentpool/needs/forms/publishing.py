"""What staff confirm and decide when they publish a need."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import SelectField, SelectMultipleField

from ...reference.entries import Vocabulary
from ...web.fields import CatalogueForm, Marked, option
from ...web.labels import lazy_label
from ..checks import ReviewCheck


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
    priority = SelectField(
        _("優先度"), default="0",
        choices=[
            option("0", _("通常")), option("1", _("やや高い")),
            option("2", _("高い")), option("3", _("最優先")),
        ],
    )  # fmt: skip

    def __init__(self, *args: Any, asks_form: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if not asks_form:
            del self.forms

    def set_choices(self) -> None:
        self.choose(self.forms, Vocabulary.FORM)
