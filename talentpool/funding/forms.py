from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import SelectField

from ..needs.costing import MOST_KM, MOST_PER_KM, MOST_YEN
from ..programmes.forms import OriginForm
from ..reference.entries import Vocabulary
from ..typed.quantities import YEN
from ..web.fields import CatalogueForm, Required, WholeNumber, option
from ..web.forms import Form, long_text_field, text_field
from ..web.labels import choices
from .costing import MOST_NOTE, Expected
from .models import MOST_CAP
from .service import MOST_DAYS, FundingContent


class FundingForm(OriginForm):
    name = text_field(_("措置の名前"), Required())
    covers = long_text_field(_("対象になる経費"), most=1000)
    rate = WholeNumber(_("措置率"), least=1, most=100)
    cap_yen = WholeNumber(_("上限額"), measure=YEN, least=1, most=MOST_CAP)
    unit = text_field(_("上限額の単位"), description=_("例：1人1年度"))
    least_days = WholeNumber(_("月に必要な日数"), least=1, most=MOST_DAYS)
    note = long_text_field(_("補足"), most=1000)
    successor = SelectField(_("後継の措置"), default="")

    def value(self) -> FundingContent:
        return FundingContent(
            self.name.data or "", self.covers.data or "", self.rate.data, self.cap_yen.data,
            self.unit.data or "", self.least_days.data, self.note.data or "",
            self.successor_id, self.origin(),
        )  # fmt: skip


class RateForm(Form):
    yen_per_km = WholeNumber(_("1kmあたりの額"), Required(), least=1, most=MOST_PER_KM)
    usual_km = WholeNumber(
        _("片道の距離の想定"), Required(), least=0, most=MOST_KM,
        description=_("来る人がまだ決まっていない募集の見積りに使います。"),
    )  # fmt: skip
    basis = text_field(
        _("根拠"), Required(), most=300, description=_("旅費の条例・規則、距離の決め方など")
    )


class RunningForm(CatalogueForm):
    """Three fields for each year, numbered by it."""

    years: Sequence[int] = ()

    def set_choices(self) -> None:
        offered = [option(code, text) for code, text in choices(Vocabulary.FUNDING_SOURCE)]
        for year in self.years:
            self[f"source_{year}"].choices = [option("", str(_("未定"))), *offered]

    def validate(self, *args: Any, **options: Any) -> bool:
        """What was typed of a year without its sum is asked back, not lost."""
        is_valid: bool = super().validate(*args, **options)
        for year in self.years:
            yen, about = self[f"yen_{year}"], (self[f"source_{year}"], self[f"note_{year}"])
            if yen.data is None and not yen.errors and any(field.data for field in about):
                said = _("財源か内訳を書いた年度は、経費の見込みも入力してください。")
                yen.errors = [*yen.errors, said]
                is_valid = False
        return is_valid

    def value(self) -> list[Expected]:
        return [
            Expected(
                year, self[f"yen_{year}"].data, self[f"source_{year}"].data or None,
                self[f"note_{year}"].data or "",
            )
            for year in self.years
            if self[f"yen_{year}"].data is not None
        ]  # fmt: skip


def running_form(
    years: Sequence[int], present: Mapping[int, Expected], **more: None
) -> RunningForm:
    fields: dict[str, Any] = {"years": years}
    data: dict[str, Any] = {}
    for year in years:
        name = _("%(n)s年度", n=year)
        fields[f"yen_{year}"] = WholeNumber(
            _("%(year)sの経費の見込み", year=name), measure=YEN, least=0, most=MOST_YEN
        )
        fields[f"source_{year}"] = SelectField(_("%(year)sの財源", year=name), default="")
        fields[f"note_{year}"] = text_field(_("%(year)sの内訳", year=name), most=MOST_NOTE)
        row = present.get(year)
        if row is not None:
            data |= {
                f"yen_{year}": row.yen, f"source_{year}": row.source or "", f"note_{year}": row.note,
            }  # fmt: skip
    made: RunningForm = type("RunningFormOfYears", (RunningForm,), fields)(data=data, **more)
    return made
