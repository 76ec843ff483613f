"""When and how the person can work."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, Field, SelectField, SelectMultipleField
from wtforms.validators import ValidationError

from ...db import length_of
from ...geo import MOST_MINUTES
from ...pay import HALF_DAYS_A_DAY, HOURS_A_HALF_DAY, MOST_HALF_DAYS
from ...typed.quantities import ENGAGEMENTS, HALF_DAYS, MINUTES
from ...web.fields import (
    CatalogueForm,
    FirstMonthText,
    LastMonthText,
    Marked,
    NotBefore,
    Required,
    RequiredInRow,
    Row,
    RowList,
    WholeNumber,
    bits_of,
    days_of,
    option,
    typed_text,
)
from ...web.forms import text_field
from ..content import (
    MOST_AT_ONCE,
    MOST_WINDOWS,
    WORKDAYS,
    Availability,
    Window,
)
from ..models import Candidate, CandidateWindow, Mode

AVAILABLE, PAUSE = "available", "pause"
MODES = {
    Mode.BOTH: _("オンラインでも現地でも"),
    Mode.ONLINE: _("オンラインのみ"),
    Mode.ONSITE: _("現地のみ"),
}


class WindowRow(Row):
    filled_by = ("first_month", "last_month", "half_days", "note")

    kind = SelectField(
        _("種別"), default=AVAILABLE,
        choices=[option(AVAILABLE, _("稼働できる")), option(PAUSE, _("休止する"))],
    )  # fmt: skip
    first_month = FirstMonthText(
        _("始まりの年月"), RequiredInRow(), description=_("例：2027-04、2027年4月、令和9年4月")
    )
    last_month = LastMonthText(_("終わりの年月"), RequiredInRow(), NotBefore("first_month"))
    half_days = WholeNumber(
        _("1か月の半日コマ数"),
        Marked(_("稼働の行では必須")),
        measure=HALF_DAYS,
        most=MOST_HALF_DAYS,
        description=_(
            "1コマは%(hours)s時間です。月4日なら%(n)sコマ。働かない期間は0。休止のときは空欄。",
            hours=HOURS_A_HALF_DAY,
            n=4 * HALF_DAYS_A_DAY,
        ),
    )
    mode = SelectField(
        _("働き方"),
        default=str(Mode.BOTH),
        choices=[option(str(mode), text) for mode, text in MODES.items()],
    )
    weekdays = SelectMultipleField(
        _("働ける曜日"), validators=[Marked(_("稼働の行では必須"))], default=days_of(WORKDAYS)
    )
    note = text_field(_("メモ"), most=length_of(CandidateWindow.note))

    @property
    def called(self) -> str:
        first = typed_text(self.first_month)
        return str(_("%(month)sから", month=first)) if first else ""

    @property
    def is_pause(self) -> bool:
        return bool(self.kind.data == PAUSE) or self.half_days.data == 0

    def validate_half_days(self, field: Field) -> None:
        if self.is_pause and field.data:
            raise ValidationError(str(_("休止の行では、半日コマ数を空欄にしてください。")))
        if not self.is_pause and field.data is None and not field.process_errors:
            message = _("1か月の半日コマ数を入力してください。働かない期間は0です。")
            raise ValidationError(str(message))

    def validate_weekdays(self, field: Field) -> None:
        if not self.is_pause and not field.data:
            raise ValidationError(str(_("曜日を1つ以上選んでください。")))

    def value(self) -> Window:
        return Window(
            first_month=self.first_month.data,
            last_month=self.last_month.data,
            half_days=0 if self.is_pause else self.half_days.data,
            weekdays=bits_of(self.weekdays.data) or WORKDAYS,
            mode=self.mode.data,
            is_available=not self.is_pause,
            note=self.note.data or "",
        )


class Limits(CatalogueForm):
    """How the person can work in any month."""

    travel_limit = WholeNumber(
        _("移動時間の上限（片道）"),
        measure=MINUTES,
        most=MOST_MINUTES,
        description=_("上限がなければ空欄にしてください。"),
    )
    overnight = BooleanField(_("泊まりがけでも活動できる"))
    most_at_once = WholeNumber(
        _("同時に受けられる活動の数"),
        Required(),
        measure=ENGAGEMENTS,
        least=1,
        most=MOST_AT_ONCE,
        default=1,
    )


class AvailabilityForm(Limits):
    windows = RowList(WindowRow, _("稼働できる期間"), most=MOST_WINDOWS)

    def set_choices(self) -> None:
        for entry in self.windows.entries:
            self.choose_weekdays(entry.form.weekdays)

    def value(self) -> Availability:
        return Availability(
            windows=[row.value() for row in self.windows.rows],
            travel_limit=self.travel_limit.data,
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
                    "weekdays": days_of(row.weekdays),
                    "note": row.note,
                }
                for row in candidate.windows
            ],
            "travel_limit": candidate.travel_limit,
            "overnight": candidate.overnight,
            "most_at_once": candidate.most_at_once,
        }
