"""When and how the person can work."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, Field, SelectField, SelectMultipleField
from wtforms.validators import ValidationError

from ...reference.entries import Vocabulary
from ...web.forms import text_field
from ..availability import MOST_AT_ONCE, MOST_HALF_DAYS, MOST_TRAVEL, MOST_WINDOWS
from ..models import Candidate, Mode
from ..steps import WORKDAYS, Availability, Span
from .fields import (
    MonthText,
    ProfileForm,
    Required,
    Row,
    RowList,
    WholeNumber,
    option,
    remove_field,
)

AVAILABLE, PAUSE = "available", "pause"
MODES = {
    Mode.BOTH: _("オンラインでも現地でも"),
    Mode.ONLINE: _("オンラインのみ"),
    Mode.ONSITE: _("現地のみ"),
}
DAYS = 7


def chosen_days(weekdays: int) -> list[str]:
    """Bits to numbers: Monday "0" … Sunday "6"."""
    return [str(day) for day in range(DAYS) if weekdays >> day & 1]


class WindowRow(Row):
    filled_by = ("first_month", "last_month", "half_days", "note")

    kind = SelectField(
        _("種別"), default=AVAILABLE,
        choices=[option(AVAILABLE, _("稼働できる")), option(PAUSE, _("休止する"))],
    )  # fmt: skip
    first_month = MonthText(
        _("始まりの年月"), Required(), description=_("例：2027-04、2027年4月、令和9年4月")
    )
    last_month = MonthText(_("終わりの年月"), Required())
    half_days = WholeNumber(
        _("1か月の半日コマ数"),
        most=MOST_HALF_DAYS,
        description=_("1コマは4時間です。月4日なら8コマ。休止のときは空欄。"),
    )
    mode = SelectField(
        _("働き方"),
        default=str(Mode.BOTH),
        choices=[option(str(mode), label) for mode, label in MODES.items()],
    )
    weekdays = SelectMultipleField(_("働ける曜日"), default=chosen_days(WORKDAYS))
    note = text_field(_("メモ"), most=200)
    remove = remove_field()

    @property
    def is_pause(self) -> bool:
        return bool(self.kind.data == PAUSE)

    def validate_last_month(self, field: Field) -> None:
        if None not in (field.data, self.first_month.data) and field.data < self.first_month.data:
            raise ValidationError(str(_("終わりの年月が、始まりの年月より前になっています。")))

    def validate_half_days(self, field: Field) -> None:
        if self.is_pause and field.data:
            raise ValidationError(str(_("休止の行では、半日コマ数を空欄にしてください。")))
        if not self.is_pause and not field.data and not field.process_errors:
            raise ValidationError(str(_("1か月の半日コマ数を1以上で入力してください。")))

    def validate_weekdays(self, field: Field) -> None:
        if not self.is_pause and not field.data:
            raise ValidationError(str(_("曜日を1つ以上選んでください。")))

    def span(self) -> Span:
        weekdays = sum([1 << int(day) for day in self.weekdays.data or []])
        return Span(
            first_month=self.first_month.data,
            last_month=self.last_month.data,
            half_days=0 if self.is_pause else self.half_days.data,
            weekdays=weekdays or WORKDAYS,
            mode=Mode(self.mode.data),
            is_available=not self.is_pause,
            note=self.note.data or "",
        )


class AvailabilityForm(ProfileForm):
    windows = RowList(WindowRow, _("稼働できる期間"), most=MOST_WINDOWS)
    travel_limit_minutes = WholeNumber(
        _("移動時間の上限（片道）"),
        most=MOST_TRAVEL,
        description=_("上限がなければ空欄にしてください。"),
    )
    overnight = BooleanField(_("泊まりがけでも活動できる"))
    most_at_once = WholeNumber(
        _("同時に受けられる活動の数"), Required(), least=1, most=MOST_AT_ONCE, default=1
    )

    def set_choices(self) -> None:
        terms = self.catalogue.terms(Vocabulary.WEEKDAY)
        days = [option(str(term.attributes["number"]), term.label(self.locale)) for term in terms]
        for entry in self.windows.entries:
            entry.form.weekdays.choices = days

    def value(self) -> Availability:
        return Availability(
            windows=[row.span() for row in self.windows.rows],
            travel_limit_minutes=self.travel_limit_minutes.data,
            overnight=self.overnight.data,
            most_at_once=self.most_at_once.data,
        )

    @staticmethod
    def contents(candidate: Candidate) -> dict[str, Any]:
        return {
            "windows": [
                {
                    "kind": AVAILABLE if row.is_available else PAUSE,
                    "first_month": row.first_month,
                    "last_month": row.last_month,
                    "half_days": row.half_days if row.is_available else None,
                    "mode": str(row.mode),
                    "weekdays": chosen_days(row.weekdays),
                    "note": row.note,
                }
                for row in candidate.windows
            ],
            "travel_limit_minutes": candidate.travel_limit_minutes,
            "overnight": candidate.overnight,
            "most_at_once": candidate.most_at_once,
        }
