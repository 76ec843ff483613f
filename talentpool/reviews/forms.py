from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, RadioField, SelectField
from wtforms.fields.core import Label
from wtforms.validators import InputRequired

from ..states import ReviewState
from ..typed.quantities import YEN
from ..web import current_actor
from ..web.fields import CatalogueForm, Marked, Required, WholeNumber, option
from ..web.forms import Form, long_text_field, text_field
from ..web.labels import label, lazy_label
from ..web.lists import EVERY, ListForm
from . import finding, reporting
from .answering import Answers
from .models import KIND_LABELS, LONGEST, SIDE_LABELS, Kind, Report, Review
from .questions import AGREEMENT, NAMES, OVERALL, QUALITY, questions_of

AT_SEND = Marked(_("送るときに必要"))


def _scale(labels: Any, title: Any = "") -> Any:
    return RadioField(
        title,
        choices=[option(str(value), lazy_label(words)) for value, words in labels.items()],
        validators=[InputRequired(_("選んでください。"))],
    )


class ReviewForm(Form):
    """The three questions of a side; at the end of an engagement one more."""

    first = _scale(AGREEMENT)
    second = _scale(AGREEMENT)
    third = _scale(AGREEMENT)
    overall = _scale(QUALITY, lazy_label(OVERALL))
    comment = long_text_field(_("伝えたいこと"), most=LONGEST)

    @classmethod
    def of(cls, review: Review) -> ReviewForm:
        form = cls()
        for name, words in zip(NAMES, questions_of(review.kind, review.side), strict=True):
            form[name].label = Label(form[name].id, label(words))
        if review.kind is not Kind.END:
            del form.overall
        return form

    def answers(self) -> Answers:
        overall = self["overall"].data if "overall" in self else None
        first, second, third = (int(self[name].data) for name in NAMES)
        return Answers(
            first, second, third, int(overall) if overall else None, self.comment.data or ""
        )


class ReplyForm(Form):
    reply = long_text_field(_("返信"), Required(), most=LONGEST)


class ReviewListForm(ListForm, CatalogueForm):
    links = ("state",)

    words = text_field(_("言葉"), description=_("募集の名前、市町、登録者の氏名、番号"))
    state = SelectField(_("状態"), default=finding.EVERY)
    kind = SelectField(_("時期"), default="")
    side = SelectField(_("答える側"), default="")
    municipality = SelectField(_("市町"), default="")

    def set_choices(self) -> None:
        self.offer(self.state, ((state, label(state)) for state in ReviewState), EVERY)
        self.offer(self.kind, ((kind, label(words)) for kind, words in KIND_LABELS.items()))
        self.offer(self.side, ((side, label(words)) for side, words in SIDE_LABELS.items()))
        towns = self.catalogue.municipalities(current_actor().prefecture_code)
        self.offer(self.municipality, ((town.code, label(town)) for town in towns))


class ReportForm(Form):
    outcome = long_text_field(_("成果"), AT_SEND, most=reporting.LONGEST)
    made = long_text_field(_("作ったもの"), AT_SEND, most=reporting.LONGEST)
    cost_yen = WholeNumber(
        _("かかった費用（円）"), measure=YEN, most=reporting.MOST_COST,
        description=_("報酬と旅費のほかに市町にかかった費用です。分からないときは空欄にします。"),
    )  # fmt: skip
    cost_note = long_text_field(_("費用の内訳"), most=reporting.LONGEST)
    agrees = BooleanField(
        _("ほかの市町が読む事例にすることに同意する"),
        description=_("市町も同意したときだけ、事例になります。同意は、いつでも取り消せます。"),
    )

    @staticmethod
    def values(report: Report | None) -> dict[str, Any]:
        """The fields that say what is stored."""
        if report is None:
            return {}
        return {
            "outcome": report.outcome, "made": report.made, "cost_yen": report.cost_yen,
            "cost_note": report.cost_note, "agrees": report.person_agreed_at is not None,
        }  # fmt: skip

    def content(self) -> reporting.ReportContent:
        return reporting.ReportContent(
            self.outcome.data or "", self.made.data or "", self.cost_yen.data,
            self.cost_note.data or "",
        )  # fmt: skip
