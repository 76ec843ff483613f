from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import RadioField, SelectField
from wtforms.validators import InputRequired, ValidationError

from ..reference.entries import Vocabulary
from ..standing import WORDS, Reader
from ..states import CONSULTATION, ConsultationState
from ..web import current_actor
from ..web.fields import CatalogueForm, Marked, Required, option
from ..web.forms import Form, long_text_field, text_field
from ..web.labels import label, lazy_label
from ..web.lists import EVERY, ListForm
from .answering import LONGEST_PART
from .guide import QUESTIONS
from .models import ENDINGS, SHARINGS, URGENCIES, Consultation, Ending, Sharing, Urgency
from .stepping import LONGEST
from .writing import ConsultationContent

AT_SEND = Marked(_("送るときに必要"))
RESPONSES = ("answer", "ask", "refer", "sort")  # verbs that come with words of the prefecture


def _choices(words: Any) -> list[Any]:
    return [option(str(one), lazy_label(text)) for one, text in words.items()]


def _sharing() -> Any:
    return RadioField(
        _("終わったあと、ほかの市町に"), choices=_choices(SHARINGS), default=str(Sharing.NONE),
        description=_("見せるのは、相談の文と県の最後の返事だけです。いつでも変えられます。"),
    )  # fmt: skip


class ConsultationForm(CatalogueForm):
    words = long_text_field(
        _("いまの困りごとを、そのままの言葉で"), AT_SEND, most=LONGEST,
        description=_("まとまっていなくて大丈夫です。だれが困っているか、いつまでに、試したことなど。人の名前は書かないでください。"),
    )  # fmt: skip
    theme = SelectField(_("近いテーマ"), default="")
    urgency = SelectField(
        _("急ぎ具合"), default="", choices=[option("", _("選ばない")), *_choices(URGENCIES)]
    )
    sharing = _sharing()

    def set_choices(self) -> None:
        self.choose(self.theme, Vocabulary.THEME, none=_("まだ分からない"))

    def value(self) -> ConsultationContent:
        urgency = Urgency(self.urgency.data) if self.urgency.data else None
        return ConsultationContent(
            self.words.data or "", self.theme.data or None, urgency, Sharing(self.sharing.data)
        )

    @staticmethod
    def contents(consultation: Consultation) -> dict[str, Any]:
        return {
            "words": consultation.words,
            "theme": consultation.theme or "",
            "urgency": str(consultation.urgency or ""),
            "sharing": str(consultation.sharing),
        }


class SharingForm(Form):
    sharing = _sharing()


class ResponseForm(Form):
    """What the prefecture says: one text, and what it is."""

    verb = RadioField(_("返事の種類"), validators=[InputRequired(_("選んでください。"))])
    text = long_text_field(_("市町への返事"), Required(), most=LONGEST)
    programme = SelectField(
        _("案内する制度"), validators=[Marked(_("事業を案内するときに必要"))], default="",
        description=_("期間が終わったものと、申込みの締切を過ぎたものは案内できません。"),
    )  # fmt: skip

    def offer(self, verbs: Collection[str], programmes: Iterable[tuple[int, str]]) -> None:
        self.verb.choices = [
            option(verb, label(CONSULTATION.steps[verb])) for verb in RESPONSES if verb in verbs
        ]
        self.programme.choices = [
            option("", str(_("選んでください"))),
            *(option(str(ident), name) for ident, name in programmes),
        ]

    def validate_programme(self, field: SelectField) -> None:
        if self.verb.data == "refer" and not field.data:
            raise ValidationError(str(_("案内する制度を選んでください。")))


class AnswersForm(Form):
    """Of the five questions; what is not known stays empty."""

    def answers(self) -> dict[str, str]:
        return {question.name: self[question.name].data or "" for question in QUESTIONS}


InterviewForm: type[AnswersForm] = type(
    "InterviewForm",
    (AnswersForm,),
    {
        question.name: long_text_field(
            lazy_label(question.label), most=LONGEST_PART, description=lazy_label(question.text)
        )
        for question in QUESTIONS
    },
)


class ConsultationListForm(ListForm, CatalogueForm):
    links = ("state",)

    words = text_field(_("番号"), description=_("例：Q-000063"))
    state = SelectField(_("状態"), default="")
    theme = SelectField(_("テーマ"), default="")
    municipality = SelectField(_("市町"), default="")
    size = SelectField(_("規模"), default="")

    def set_choices(self) -> None:
        actor = current_actor()
        reader = Reader.TOWN if actor.municipality_code else Reader.STAFF
        words = WORDS[ConsultationState][reader]
        self.offer(self.state, ((state, label(text)) for state, text in words.items()), EVERY)
        self.choose(self.theme, Vocabulary.THEME, none=EVERY)
        if actor.municipality_code is not None:
            del self.municipality, self.size
            return
        self.choose(self.size, Vocabulary.SIZE_CLASS, none=EVERY)
        towns = self.catalogue.municipalities(actor.prefecture_code)
        self.offer(self.municipality, ((town.code, label(town)) for town in towns))


class SharedListForm(ListForm, CatalogueForm):
    links = ("size",)

    words = text_field(
        _("言葉"), description=_("困りごとや返事の言葉。空白で区切ると、すべてを含む相談")
    )
    size = SelectField(_("規模"), default="")
    theme = SelectField(_("テーマ"), default="")
    ending = SelectField(_("どう終わったか"), default="")

    def set_choices(self) -> None:
        self.choose(self.size, Vocabulary.SIZE_CLASS, none=EVERY)
        self.choose(self.theme, Vocabulary.THEME, none=EVERY)
        ends = (
            (one, label(words)) for one, words in ENDINGS.items() if one is not Ending.WITHDRAWN
        )
        self.offer(self.ending, ends, EVERY)
