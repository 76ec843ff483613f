"""Half-days month by month: a number a month, turned up and down or typed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _
from wtforms import SelectField

from ...dates import show_month
from ...pay import MOST_HALF_DAYS
from ...typed.quantities import HALF_DAYS
from ...web.fields import WholeNumber, option
from ...web.languages import in_readers_language
from .. import months
from ..availability import availability_of
from ..content import Availability, Window
from ..models import Candidate
from .windows import Limits

LESS, MORE, COPY = "less", "more", "copy"  # buttons; the first two with their month


class HalfDays(WholeNumber):
    """The half-days of one month; an empty box is 0."""

    def __init__(self, month: int, **options: Any) -> None:
        super().__init__(
            lazy_month(month), measure=HALF_DAYS, most=MOST_HALF_DAYS, default=0, **options
        )

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        if self.data is None and not self.process_errors and valuelist:
            self.data = 0


def lazy_month(month: int) -> Any:
    return _("%(month)sの半日コマ", month=LazyMonth(month))


@dataclass(frozen=True, slots=True)
class LazyMonth:
    month: int

    def __str__(self) -> str:
        return in_readers_language(show_month(self.month))


@dataclass(frozen=True, slots=True)
class MonthRow:
    """One line of the page."""

    month: int
    field: Any
    booked: int
    held: int
    is_paused: bool

    @property
    def least(self) -> int:
        """Below this a hold or a booking would be cut."""
        return self.booked + self.held

    @property
    def free(self) -> int:
        return max((self.field.data or 0) - self.least, 0)

    @property
    def most(self) -> int:
        return MOST_HALF_DAYS

    @property
    def is_least(self) -> bool:
        return self.field.data is not None and self.field.data <= self.least

    @property
    def is_most(self) -> bool:
        return self.field.data is not None and self.field.data >= self.most


class MonthsForm(Limits):
    """A box a month; see `months_form`."""

    first: int
    windows: Sequence[Window] = ()
    taken: Mapping[int, tuple[int, int]] = {}  # month → booked, held

    copied = SelectField(_("もとの月"), coerce=int, validate_choice=False)

    def set_choices(self) -> None:
        self.copied.choices = [
            option(row.month, in_readers_language(show_month(row.month))) for row in self.rows[:-1]
        ]

    @property
    def rows(self) -> list[MonthRow]:
        return [
            MonthRow(
                one.month, self[_name(one.month)], *self.taken.get(one.month, (0, 0)), one.is_paused
            )
            for one in months.plan_of(self.windows, self.first)
        ]

    @property
    def turned(self) -> dict[str, str]:
        """The boxes that the button changes which was pressed; none when it was another one."""
        for button, step in ((LESS, -1), (MORE, 1)):
            if button in request.form:
                pressed = request.form[button]
                return {
                    row.field.name: _turned(row, step)
                    for row in self.rows
                    if str(row.month) == pressed
                } or {"version": request.form.get("version", "")}
        return dict(self._copies()) if COPY in request.form else {}

    def _copies(self) -> Iterator[tuple[str, str]]:
        """The number of one month for every later one, but for pauses and what is taken already."""
        yield "version", request.form.get("version", "")
        source = next((row for row in self.rows if row.month == self.copied.data), None)
        if source is None or source.field.data is None:
            return
        for row in self.rows:
            if row.month > source.month and not row.is_paused:
                yield row.field.name, str(max(source.field.data, row.least))

    def value(self) -> Availability:
        wanted = {row.month: row.field.data for row in self.rows}
        return Availability(
            windows=months.with_months(self.windows, wanted),
            travel_limit=self.travel_limit.data,
            overnight=self.overnight.data,
            most_at_once=self.most_at_once.data,
        )

    @staticmethod
    def contents(candidate: Candidate, first: int) -> dict[str, Any]:
        windows = availability_of(candidate).windows
        return {
            "travel_limit": candidate.travel_limit,
            "overnight": candidate.overnight,
            "most_at_once": candidate.most_at_once,
            **{_name(one.month): one.half_days for one in months.plan_of(windows, first)},
        }


def _turned(row: MonthRow, step: int) -> str:
    n = row.field.data
    if n is None:  # what stands there cannot be read, and stays
        return str(row.field.raw_data[0])
    return str(min(max(n + step, row.least), MOST_HALF_DAYS))


def _name(month: int) -> str:
    return f"month_{month}"


def months_form(windows: Sequence[Window], ledger: Sequence[Any], first: int) -> type[MonthsForm]:
    """The class with a box for each of the next months. `ledger`: what is held and booked."""
    boxes: dict[str, Any] = {
        _name(month): HalfDays(month) for month in range(first, first + months.SHOWN)
    }
    taken = {row.month: (row.booked, row.held) for row in ledger}
    given: dict[str, Any] = {"first": first, "windows": windows, "taken": taken}
    return type("MonthsFormOfPerson", (MonthsForm,), given | boxes)
