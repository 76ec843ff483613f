from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _
from wtforms import HiddenField, RadioField, SelectField, SelectMultipleField
from wtforms.validators import InputRequired, Optional, ValidationError

from ..candidates.received import SOURCE_LABELS, Source
from ..candidates.wishes import WISHES, Asked, Wish
from ..dates import month_text
from ..engagements.models import REMARK, TERM
from ..engagements.terms import TermsContent
from ..needs.models import Need, NeedMode
from ..pay import HOURS_A_HALF_DAY, MOST_HALF_DAYS
from ..reference.entries import Vocabulary
from ..reference.reasons import LONGEST
from ..standing import PlacementStanding
from ..states import PLACEMENT, PlacementState
from ..typed.quantities import HALF_DAYS
from ..web import current_actor
from ..web.fields import (
    CatalogueForm,
    DateText,
    FirstMonthText,
    LastMonthText,
    Marked,
    Required,
    WholeNumber,
    option,
    typed_text,
)
from ..web.filters import show_month
from ..web.forms import FilterForm, Form, chosen_label, long_text_field, text_field
from ..web.labels import choices, label, lazy_label, region, term
from ..web.lists import EVERY, ListForm
from . import adding, bulk, deferring, finding, lifting, recording, register
from .conditions import Conditions
from .counters import proposing
from .finishing import PERIOD_OVER
from .models import Authority, Placement
from .recorded import HOW_LABELS, How
from .register import PaperStanding

NOT_IN_ORDER = 0


class EndForm(Form):
    """The last day of an engagement, and why."""

    last_day = DateText(_("最後の日"), Required(_("最後の日を入力してください。")))
    reason = SelectField(_("理由区分"), validators=[InputRequired(_("理由を選んでください。"))])
    comment = long_text_field(_("補足"), most=LONGEST)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reason.choices = [
            option("", _("選んでください")),
            *(
                option(code, text)
                for code, text in choices("engagement_end_reason")
                if code != PERIOD_OVER
            ),
        ]


class ExtensionForm(Form):
    """A later last day of an engagement, and the half-days of each month that comes with it."""

    last_day = DateText(_("新しい最後の日"), Required(_("新しい最後の日を入力してください。")))
    half_days = WholeNumber(
        _("新しい月の半日コマ"), Required(), measure=HALF_DAYS, least=1, most=MOST_HALF_DAYS
    )
    comment = long_text_field(_("延長の理由"), Required(), most=LONGEST)


class WishForm(Form):
    """What somebody without an account asks for by paper or telephone."""

    wish = RadioField(
        _("本人の申出"),
        choices=[option(str(wish), lazy_label(words)) for wish, words in WISHES.items()],
        validators=[InputRequired(_("選んでください。"))],
    )
    source = RadioField(
        _("申出の方法"),
        choices=[
            option(str(source), lazy_label(words))
            for source, words in SOURCE_LABELS.items()
            if source is not Source.SELF
        ],
        validators=[InputRequired(_("選んでください。"))],
    )
    came_on = DateText(
        _("申出の日"), Required(), description=_("紙が届いた日か、電話の日。例：2027-05-06")
    )

    def value(self) -> Asked:
        return Asked(Wish(self.wish.data), Source(self.source.data), self.came_on.data)


class AdditionForm(Form):
    """More half-days in one month than were agreed."""

    month = SelectField(_("月"), validators=[InputRequired(_("月を選んでください。"))])
    half_days = WholeNumber(
        _("追加する半日コマ"), Required(), measure=HALF_DAYS, least=1, most=MOST_HALF_DAYS
    )
    words = long_text_field(_("追加の理由"), Required(), most=adding.LONGEST)

    def set_months(self, months: Iterable[int]) -> None:
        self.month.choices = [option(month_text(month), show_month(month)) for month in months]


class TermsForm(CatalogueForm):
    """The terms of the work of one placement; `forms`: of appointment, that both sides can have."""

    forms: Sequence[str] = ()

    form = SelectField(_("任用形態"), validators=[InputRequired(_("任用形態を選んでください。"))])
    first_day = DateText(_("最初の日"), Required(_("最初の日を入力してください。")))
    last_day = DateText(_("最後の日"), Required(_("最後の日を入力してください。")))
    work = long_text_field(_("仕事の内容"), Required(), most=TERM)
    place = text_field(_("働く場所"), Required(), most=TERM)
    days = text_field(_("働く曜日と時間"), Required(), most=TERM)
    travel = text_field(_("旅費"), Required(), most=TERM)
    supervisor = text_field(_("指揮をする人"), Required(), most=TERM)
    remark = long_text_field(_("そのほかの条件"), most=REMARK)

    def set_choices(self) -> None:
        texts = dict(choices(str(Vocabulary.FORM)))
        chosen = [option(code, texts.get(code, code)) for code in self.forms]
        self.form.choices = [option("", _("選んでください")), *chosen]

    def content(self) -> TermsContent:
        said: dict[str, Any] = {
            item.name: self[item.name].data or "" for item in fields(TermsContent)
        }
        return TermsContent(**said)


def terms_form_of(forms: Sequence[str]) -> type[TermsForm]:
    return type("TermsForm", (TermsForm,), {"forms": tuple(forms)})


class EndDayForm(FilterForm):
    """The last day alone, in the address."""

    last_day = DateText(_("最後の日"), Required(_("最後の日を入力してください。")))


class EndChangeForm(Form):
    """A later last day of an engagement that ends early; none: the end is taken back."""

    last_day = DateText(_("新しい最後の日"), Marked(_("取りやめるときは空欄")))
    comment = long_text_field(_("理由"), Required(), most=LONGEST)


class DeadlineForm(Form):
    """A later day for an answer, and why."""

    until = DateText(_("新しい期限"), Required(_("新しい期限を入力してください。")))
    reason = long_text_field(
        _("理由"), Required(_("理由を入力してください。")), most=deferring.LONGEST,
        description=_("県の職員だけが読みます。"),
    )  # fmt: skip


class CounterForm(Form):
    """Other conditions than those that were asked for, and why."""

    half_days = WholeNumber(
        _("1か月の半日コマ数"), Required(), measure=HALF_DAYS, least=1, most=MOST_HALF_DAYS,
        description=_("1コマは%(hours)s時間です。", hours=HOURS_A_HALF_DAY),
    )  # fmt: skip
    first_month = FirstMonthText(_("始まりの年月"), Required())
    last_month = LastMonthText(_("終わりの年月"), Required())
    mode = SelectField(_("働き方"))
    words = long_text_field(_("理由や補足"), most=proposing.LONGEST)

    def set_choices(self) -> None:
        self.mode.choices = [option(str(mode), term(mode, "mode")) for mode in NeedMode]

    @staticmethod
    def data_of(conditions: Conditions) -> dict[str, Any]:
        return {
            "half_days": conditions.half_days, "mode": str(conditions.mode),
            "first_month": conditions.first_month, "last_month": conditions.last_month,
        }  # fmt: skip

    def value(self, need: Need) -> Conditions:
        return Conditions.changed(
            need, self.half_days.data, self.first_month.data, self.last_month.data,
            NeedMode(self.mode.data),
        )  # fmt: skip

    def sent(self) -> list[tuple[str, Any]]:
        """As it was typed."""
        boxes = self.half_days, self.first_month, self.last_month
        told = [(str(field.label.text), typed_text(field)) for field in boxes]
        return [*told, (str(self.mode.label.text), chosen_label(self.mode))]


class RecordForm(Form):
    """What a person answered by telephone or letter. `verbs`: what can be answered as things stand."""

    asked = HiddenField()  # the state that the officer had before the eyes
    verb = RadioField(_("本人の返事"), validators=[InputRequired(_("選んでください。"))])
    how = RadioField(
        _("返事の方法"),
        choices=[option(str(how), lazy_label(words)) for how, words in HOW_LABELS.items()],
        validators=[InputRequired(_("選んでください。"))],
    )
    answered_on = DateText(
        _("返事の日"), Required(), description=_("電話の日か、手紙が届いた日。例：2027-04-12")
    )
    party = text_field(_("返事をした人"), Required(), most=recording.LONGEST_PARTY)
    words = long_text_field(_("返事の内容（そのほか）"), most=recording.LONGEST_WORDS)
    reason = SelectField(
        _("辞退の理由区分"), validators=[Marked(_("辞退のときは必須"))], default=""
    )
    comment = long_text_field(_("辞退の補足"), most=LONGEST)

    def __init__(self, *args: Any, verbs: Sequence[str], **options: Any) -> None:
        super().__init__(*args, **options)
        named = {recording.ACCEPT: _("引き受ける"), recording.DECLINE: _("辞退する")}
        self.verb.choices = [option(verb, named[verb]) for verb in verbs or named]
        reasons = choices("candidate_decline_reason")
        self.reason.choices = [
            option("", _("選んでください")), *(option(code, text) for code, text in reasons)
        ]  # fmt: skip

    def validate_reason(self, field: SelectField) -> None:
        if self.verb.data == recording.DECLINE and not field.data:
            raise ValidationError(_("理由を選んでください。"))

    @property
    def state_asked(self) -> PlacementState:
        known = set(PlacementState)
        return (
            PlacementState(self.asked.data) if self.asked.data in known else PlacementState.OFFERED
        )

    def said(self, field: Any) -> str:
        """What stands in a field, in words."""
        offered: Any = field.choices if isinstance(field, RadioField) else ()
        words = {one.value: str(one.label) for one in offered}
        return words.get(field.data, str(field.data or ""))

    def value(self) -> recording.Answer:
        is_no = self.verb.data == recording.DECLINE
        return recording.Answer(
            self.verb.data, How(self.how.data), self.answered_on.data, self.party.data,
            self.words.data or "", self.reason.data if is_no else None,
            (self.comment.data or "") if is_no else "",
        )  # fmt: skip


class PostForm(Form):
    day = DateText(_("投函した日、または電話した日"), Required(), description=_("例：2027-04-12"))


class LiftForm(Form):
    rule = text_field(_("規則"), most=40)
    reason = long_text_field(_("解除の理由"), most=lifting.LONGEST)


class ApprovalForm(Form):
    """Several papers at once."""

    chosen = SelectMultipleField(_("承認する起案"), coerce=int)
    comment = long_text_field(_("決裁の補足"), most=LONGEST)

    def offer(self, ids: Sequence[int]) -> None:
        self.chosen.choices = [option(ident, str(ident)) for ident in ids]


class BulkDraftForm(Form):
    """Several needs of a round at once."""

    chosen = SelectMultipleField(_("起案する募集"), coerce=int)
    alternates = SelectField(
        _("次点の人数"),
        coerce=int,
        default=2,
        choices=[option(n, str(n)) for n in range(bulk.MOST_ALTERNATES + 1)],
    )
    comment = long_text_field(_("起案の説明"), most=LONGEST)


class PaperListForm(ListForm, CatalogueForm):
    links = ("state",)

    state = SelectField(_("状態"), default="")
    year = SelectField(_("年度"), default="")
    municipality = SelectField(_("市町"), default="")

    def set_choices(self) -> None:
        labels = register.LABELS
        self.offer(self.state, ((state, label(labels[state])) for state in PaperStanding))
        towns = self.catalogue.municipalities(current_actor().prefecture_code)
        self.offer(self.municipality, ((town.code, label(town)) for town in towns))

    def offer_years(self, years: Iterable[int]) -> None:
        self.offer(self.year, ((year, _("%(year)s年度", year=year)) for year in years))


class DecisionForm(Form):
    """What an approver says of a paper: one of three, and why where it does not pass."""

    decision = RadioField(
        _("決裁"),
        choices=[
            option("approve", _("承認する")),
            option("return", _("差し戻す")),
            option("refuse", _("却下する")),
        ],
        validators=[InputRequired(_("承認する、差し戻す、却下するのいずれかを選んでください。"))],
    )
    reason = SelectField(_("理由区分"), default="")
    comment = long_text_field(_("補足"), most=LONGEST)
    authority = SelectField(
        _("決裁の区分"),
        default="",
        choices=[
            option("", _("決裁者として")),
            option(str(Authority.DELEGATED), _("専決（規程で任された事務）")),
            option(str(Authority.DEPUTISED), _("代決（決裁者が不在のとき）")),
        ],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reason.flags.mark = _("差し戻す・却下するとき")
        self.reason.choices = [
            option("", _("選んでください")),
            *(option(code, text) for code, text in choices("refusal_reason")),
        ]

    def validate_reason(self, field: SelectField) -> None:
        step = PLACEMENT.steps.get(self.decision.data or "")
        if step is not None and step.reasons is not None and not field.data:
            raise ValidationError(_("理由を選んでください。"))


class PlacementListForm(ListForm, CatalogueForm):
    links = ("state",)

    words = text_field(_("言葉"), description=_("募集の名前、市町、登録者の氏名、番号"))
    state = SelectField(_("状態"), default=finding.UNDER_WAY)
    region = SelectField(_("地域"), default="")
    municipality = SelectField(_("市町"), default="")
    due = SelectField(_("回答の期限"), default="")

    def set_choices(self) -> None:
        states = [(state, label(state)) for state in PlacementStanding]
        self.offer(self.state, [*states, (finding.EVERY, EVERY)], first=_("進行中"))
        towns = self.catalogue.municipalities(current_actor().prefecture_code)
        regions = dict.fromkeys(town.region for town in towns if town.region)
        self.offer(self.region, ((name, region(name)) for name in regions))
        self.offer(self.municipality, ((town.code, label(town)) for town in towns))
        within = ((n, _("%(n)s日以内", n=n) if n else _("過ぎた")) for n in finding.DUE_WITHIN)
        self.offer(self.due, within)


class CompareForm(Form):
    """A town's answers to everybody who is introduced for one need: fields answer_, reason_ and comment_<placement id>."""

    NAMES: ClassVar[Sequence[str]] = ("answer", "reason", "comment")
    idents: ClassVar[Sequence[int]] = ()  # of the placements

    @classmethod
    def of(cls, rows: Sequence[Placement]) -> type[CompareForm]:
        fields: dict[str, Any] = {}
        for row in rows:
            name = row.candidate.name
            fields |= {
                f"answer_{row.id}": RadioField(
                    _("%(name)sさんへの返事", name=name),
                    choices=[
                        option(verb, lazy_label(PLACEMENT.steps[verb]))
                        for verb in ("welcome", "turn_down")
                    ]
                    + [option("", _("まだ答えない"))],
                    validators=[Optional()],
                ),
                f"reason_{row.id}": SelectField(
                    _("%(name)sさんを見送る理由", name=name), default=""
                ),
                f"comment_{row.id}": long_text_field(
                    _("%(name)sさんについての補足", name=name), most=LONGEST
                ),
            }
        return type(
            "CompareFormOfNeed", (cls,), {"idents": tuple(row.id for row in rows), **fields}
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = choices(PLACEMENT.steps["turn_down"].reasons or "")
        for ident in self.idents:
            self[f"answer_{ident}"].flags.mark = _("選ばない人には、何も送りません")
            for name in ("reason", "comment"):
                self[f"{name}_{ident}"].flags.mark = _("見送るとき")
            self[f"reason_{ident}"].choices = [
                option("", _("選んでください")),
                *(option(*one) for one in offered),
            ]

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """What belongs to another answer, or to none, is asked about at its field."""
        is_good = bool(super().validate(*args, **kwargs))
        faults = [fault for ident in self.idents for fault in self._faults(ident)]
        for name, text in faults:
            self[name].errors = [*self[name].errors, text]
        return is_good and not faults

    def _faults(self, ident: int) -> Iterator[tuple[str, Any]]:
        verb, reason, comment = (self[f"{name}_{ident}"].data for name in self.NAMES)
        if verb == "turn_down" and not reason:
            yield f"reason_{ident}", _("見送る理由を選んでください。")
        if verb != "turn_down" and (reason or comment):
            yield (
                f"answer_{ident}",
                _("理由か補足が書かれています。「見送る」を選ぶか、消してください。"),
            )


class DraftForm(Form):
    """The order of the suggestions of one need: fields order_<placement id>, and a comment for all."""

    comment = long_text_field(_("起案の説明"), most=LONGEST)

    @classmethod
    def of(cls, ids: Sequence[int]) -> type[DraftForm]:
        """With one field for each suggestion; the first suggestion is proposed as the first choice."""
        fields = {
            f"order_{ident}": SelectField(
                _("順位"),
                coerce=int,
                default=place,
                choices=[
                    option(NOT_IN_ORDER, _("今回は入れない")),
                    *(option(n, str(n)) for n in range(1, len(ids) + 1)),
                ],
            )
            for place, ident in enumerate(ids, 1)
        }
        return type("DraftFormOfNeed", (cls,), fields)

    def order(self, ids: Sequence[int]) -> list[int]:
        """The chosen ids, first choice first; equal places keep the order of the suggestions."""
        places = {ident: self[f"order_{ident}"].data for ident in ids}
        chosen = [ident for ident in ids if places[ident] != NOT_IN_ORDER]
        return sorted(chosen, key=lambda ident: places[ident])
