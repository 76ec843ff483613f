from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import SelectField

from ..db import length_of
from ..reference.entries import Vocabulary
from ..reviews.reporting import MOST_COST
from ..typed.quantities import YEN
from ..web import current_actor
from ..web.fields import CatalogueForm, DateText, Required, WholeNumber, option
from ..web.forms import Form, long_text_field, text_field
from ..web.labels import label
from ..web.lists import EVERY, ListForm
from .finding import RETIRED, SHOWN
from .models import FIRST_YEAR, LAST_YEAR, Case
from .service import CaseContent, content_of

CHOOSE = _("選んでください。")


class CaseForm(CatalogueForm):
    title = text_field(_("事例の名前"), Required(), most=length_of(Case.title))
    municipality_code = SelectField(_("市町"), validators=[Required(CHOOSE)])
    theme = SelectField(_("テーマ"), validators=[Required(CHOOSE)])
    fiscal_year = WholeNumber(
        _("年度"), least=FIRST_YEAR, most=LAST_YEAR, description=_("西暦で。例：2026")
    )
    did = long_text_field(_("したこと"), Required(), most=length_of(Case.did))
    result = long_text_field(
        _("結果"),
        most=length_of(Case.result),
        description=_("公表された結果だけを書いてください。なければ空欄"),
    )
    who = text_field(
        _("だれが"),
        most=length_of(Case.who),
        description=_("例：行政OB 1名、月2日を6か月。人の名前は書かないでください。"),
    )
    cost_yen = WholeNumber(
        _("かかった額（円）"),
        measure=YEN,
        most=MOST_COST,
        description=_("市町の負担。分からなければ空欄"),
    )
    cost_note = text_field(_("額の内訳"), most=length_of(Case.cost_note))
    source = text_field(
        _("出典"), Required(), most=length_of(Case.source), description=_("だれの、何という資料か")
    )
    source_url = text_field(_("出典の住所（URL）"), most=length_of(Case.source_url))
    checked_on = DateText(_("出典を確かめた日"))

    def set_choices(self) -> None:
        towns = self.catalogue.municipalities(current_actor().prefecture_code)
        none = option("", str(_("選んでください")))
        self.municipality_code.choices = [none, *(option(town.code, label(town)) for town in towns)]
        self.choose(self.theme, Vocabulary.THEME, none=_("選んでください"))

    def value(self) -> CaseContent:
        texts = ("title", "did", "source", "result", "who", "cost_note", "source_url")
        return CaseContent(
            municipality_code=self.municipality_code.data, theme=self.theme.data,
            cost_yen=self.cost_yen.data, fiscal_year=self.fiscal_year.data,
            checked_on=self.checked_on.data, **{name: self[name].data or "" for name in texts},
        )  # fmt: skip

    @staticmethod
    def contents(case: Case) -> dict[str, Any]:
        content = content_of(case)
        return {name: getattr(content, name) for name in CaseContent.__dataclass_fields__}


class ContactForm(Form):
    contact = text_field(
        _("ほかの市町が聞ける人"), most=length_of(Case.contact),
        description=_("役場の課の名前と電話など。書くと、県内の市町と県の職員に示されます。空欄にすると消えます。"),
    )  # fmt: skip


class CaseListForm(ListForm, CatalogueForm):
    links = ("size",)

    words = text_field(_("困りごとの言葉"), description=_("空白で区切ると、すべてを含む事例"))
    size = SelectField(_("規模"), default="")
    theme = SelectField(_("テーマ"), default="")
    municipality = SelectField(_("市町"), default="")
    state = SelectField(_("表示"), default=SHOWN)

    def set_choices(self) -> None:
        actor = current_actor()
        self.choose(self.size, Vocabulary.SIZE_CLASS, none=EVERY)
        self.choose(self.theme, Vocabulary.THEME, none=EVERY)
        towns = self.catalogue.municipalities(actor.prefecture_code)
        self.offer(self.municipality, ((town.code, label(town)) for town in towns))
        self.offer(self.state, [(RETIRED, _("下げた事例"))], _("いまの事例"))
        if actor.municipality_code is not None:
            del self.state
