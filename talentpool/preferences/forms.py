from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, RadioField, SelectField

from .. import clock
from ..candidates.forms.hearing import HeardForm
from ..candidates.received import Source
from ..dates import local_date
from ..reference.reasons import LONGEST
from ..web.fields import Marked, option
from ..web.forms import Form, long_text_field
from ..web.labels import choices, lazy_label
from .answering import REASONS, Said
from .models import ANSWERS, MOST_RANK, Answer, Interest
from .ranking import Ranked


class InterestForm(Form):
    answer = RadioField(
        _("この募集への返事"),
        choices=[option(str(one), lazy_label(words)) for one, words in ANSWERS.items()],
        validators=[Marked(_("必須"))],
        validate_choice=False,
    )
    reason = SelectField(
        _("見送る理由"), validators=[Marked(_("見送るときは必須"))], validate_choice=False
    )
    words = long_text_field(
        _("補足"),
        Marked(_("「その他」のときは必須")),
        most=LONGEST,
        description=_("県の職員（担当者・決裁者・監査）が読みます。市町には示されません。"),
    )
    bars = BooleanField(
        _("この募集では打診しないでほしい"),
        description=_("選ばなければ、ほかに適した人がいないときに打診が届くことがあります。"),
    )

    def set_choices(self) -> None:
        known = [option(code, text) for code, text in choices(REASONS)]
        self.reason.choices = [option("", str(_("選んでください"))), *known]

    def value(self) -> Said:
        said = Answer(self.answer.data) if self.answer.data in set(Answer) else None
        return Said(said, self.reason.data or None, self.words.data or "", bool(self.bars.data))

    @classmethod
    def contents(cls, row: Interest | None) -> dict[str, Any]:
        """What was answered, as the form has it."""
        if row is None:
            return {}
        return {
            "answer": str(row.answer), "reason": row.reason or "", "words": row.words, "bars": row.bars,
        }  # fmt: skip

    def sent(self) -> list[tuple[str, Any]]:
        """What was typed besides, to be shown where it could not be saved."""
        return []


class RecordedInterestForm(InterestForm, HeardForm):
    """What somebody without an account says, as an officer takes it from paper or a call."""

    @classmethod
    def contents(cls, row: Interest | None) -> dict[str, Any]:
        note = row.recorded if row else None
        if note is None:
            today = local_date(clock.now())
            return super().contents(row) | {"source": str(Source.TELEPHONE), "came_on": today}
        said = {"source": str(note.source), "came_on": note.came_on, "party": note.party}
        return super().contents(row) | said

    def sent(self) -> list[tuple[str, Any]]:
        return [(str(self.party.label.text), self.party.data)]


class ShowingForm(Form):
    names_town = RadioField(
        _("条件に合う登録者に示すこと"),
        choices=[
            option("no", _("市町名を示さない（募集の名前と文章も示さない）")),
            option("yes", _("市町名と募集の名前・内容を示す")),
        ],
    )


class RankForm(Form):
    """`rank_form_of` adds a field for each person."""

    people: Sequence[int] = ()  # placements

    def value(self) -> dict[int, int | None]:
        return {ident: _number(self[f"rank_{ident}"].data) for ident in self.people}

    def rows(self) -> dict[int, Any]:
        return {ident: self[f"rank_{ident}"] for ident in self.people}

    def sent(self) -> list[tuple[str, Any]]:
        """What was chosen, to be shown where it could not be saved."""
        return [(field.label.text, field.data) for field in self.rows().values() if field.data]


def _number(value: Any) -> int | None:
    return int(value) if value else None


def rank_form_of(people: Sequence[Ranked], **options: Any) -> RankForm:
    most = min(max([len(people), *(one.rank or 0 for one in people)], default=0), MOST_RANK)
    ranks = [option(str(n), _("%(n)s位", n=n)) for n in range(1, most + 1)]
    fields: dict[str, Any] = {
        f"rank_{one.placement.id}": SelectField(
            one.placement.candidate.name,
            choices=[option("", _("順位なし")), *ranks],
            default=str(one.rank or ""),
        )
        for one in people
    }
    known = [one.placement.id for one in people]
    form: RankForm = type("PeopleForm", (RankForm,), {**fields, "people": known})(**options)
    return form
