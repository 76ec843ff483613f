"""Fields that parse what people type, lists of rows, and forms whose choices come from the catalogue."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Any, ClassVar

import wtforms
from flask_babel import lazy_gettext as _
from wtforms import (
    BooleanField,
    Field,
    FieldList,
    FormField,
    SelectField,
    SelectMultipleField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.form import BaseForm
from wtforms.validators import StopValidation, ValidationError
from wtforms.widgets import TextInput

from ..dates import month_text, show_month_ja, show_year
from ..errors import Problem, Refused
from ..text import digits
from ..typed import Unreadable
from ..typed.days import read_day, read_first_month, read_last_month, read_month, read_year
from ..typed.quantities import PLAIN, Measure, read_whole
from .forms import Form, chosen_label, text_field
from .labels import choices, weekdays
from .languages import in_readers_language
from .unit import current_catalogue

DAYS = 7
_ROW = re.compile(r"-([0-9]{1,6})(?![0-9])")


def option(value: Any, label: Any) -> Any:
    """One choice of a select, a radio group or a group of checkboxes."""
    return SelectChoice(value, label)


def bits_of(days: Iterable[str] | None) -> int:
    """Weekday numbers, Monday "0" to Sunday "6", as a bit mask."""
    return sum(1 << int(day) for day in days or ())


def days_of(bits: int) -> list[str]:
    return [str(day) for day in range(DAYS) if bits >> day & 1]


class Required:
    """Validator: the field is not empty."""

    field_flags: ClassVar[dict[str, Any]] = {"required": True}

    def __init__(self, message: Any = None) -> None:
        self.message = message or _("入力してください。")

    def __call__(self, form: wtforms.Form, field: Field) -> None:
        if field.data in (None, "", []) and not field.process_errors:
            field.errors = []
            raise StopValidation(str(self.message))


class Marked:
    """Validator that refuses nothing: says beside the label when the field is needed, where not always or never."""

    def __init__(self, mark: Any) -> None:
        self.field_flags = {"mark": mark}

    def __call__(self, form: wtforms.Form, field: Field) -> None:
        pass


class RequiredInRow(Required):
    """Validator: the field is not empty in a row that holds anything."""

    field_flags: ClassVar[dict[str, Any]] = {"mark": _("この行では必須")}


class NotBefore:
    """Validator: not before the month in the field `first`."""

    def __init__(self, first: str) -> None:
        self.first = first

    def __call__(self, form: wtforms.Form, field: Field) -> None:
        first = form[self.first].data
        if field.data is not None and first is not None and field.data < first:
            raise ValidationError(str(_("終わりの年月が、始まりの年月より前になっています。")))


class TypedField(Field):
    """A text box that parses its input; rejected text stays in the box as typed."""

    widget: Any = TextInput()

    def __init__(self, label: Any = None, *validators: Any, **options: Any) -> None:
        super().__init__(label, validators=validators, **options)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else self.show(self.data)

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist:
            return
        typed = valuelist[0].strip()
        self.data = None
        if typed:
            self.data = self.read(typed)  # the text of a ValueError becomes the field's message

    def read(self, typed: str) -> Any:
        raise NotImplementedError

    def show(self, value: Any) -> str:
        return str(value)


class WholeNumber(TypedField):
    """A whole number from `least` to `most` of what `measure` counts, with or without its unit."""

    def __init__(
        self,
        label: Any = None,
        *validators: Any,
        measure: Measure = PLAIN,
        least: int = 0,
        most: int = 10**9,
        **options: Any,
    ) -> None:
        options.setdefault("render_kw", {"inputmode": "numeric"})
        super().__init__(label, *validators, **options)
        self.measure, self.least, self.most = measure, least, most

    def read(self, typed: str) -> int:
        return read_whole(typed, self.measure, least=self.least, most=self.most)


class YearNumber(TypedField):
    """A year of the western calendar, from 2025, 令和7年, 昭和33 and the like."""

    def read(self, typed: str) -> int:
        return read_year(typed)

    @property
    def told(self) -> str:
        """What stands in the box, in both calendars; empty where it is no year."""
        return _told(show_year, self.data * 12 + 11) if self.data else ""


class MonthText(TypedField):
    """A month as year * 12 + month - 1, typed as 2027-04, 2027年4月, 令和9年4月 or the like."""

    def read(self, typed: str) -> int:
        return read_month(typed)

    @property
    def told(self) -> str:
        """What stands in the box, in both calendars; empty where it is no month."""
        return _told(show_month_ja, self.data) if self.data else ""

    def show(self, value: int) -> str:
        return month_text(value)


def _told(show: Callable[[int], str], month: int) -> str:
    try:
        return in_readers_language(show(month))
    except ValueError:
        return ""


class FirstMonthText(MonthText):
    """The month in which a period begins; a day in the middle of it is refused."""

    def read(self, typed: str) -> int:
        return read_first_month(typed)


class LastMonthText(MonthText):
    """The month in which a period ends; a day in the middle of it is refused."""

    def read(self, typed: str) -> int:
        return read_last_month(typed)


class DateText(TypedField):
    """A date, typed as 2027-03-31, 2027年3月31日, 令和9年3月31日 or the like."""

    def read(self, typed: str) -> date:
        return read_day(typed)


class ConvertedText(TypedField):
    """Text normalised by `convert` (telephone, postal code), whose ValueError becomes the message."""

    def __init__(self, label: Any, convert: Any, *validators: Any, **options: Any) -> None:
        super().__init__(label, *validators, **options)
        self.read = convert  # type: ignore[method-assign]


class Row(wtforms.Form):
    """Part of a form. A row of a list counts only if one of the fields in `filled_by` is filled."""

    filled_by: ClassVar[Sequence[str]] = ()
    is_one_value: ClassVar[bool] = False  # a date in three boxes

    class Meta(Form.Meta):
        csrf = False

    def place(self, label: str) -> str:
        """What the part under this label is called where one of its fields is refused."""
        return label

    @property
    def called(self) -> str:
        """A row by what it holds: its first field that is filled."""
        return next(filter(None, (_shown(self._fields[name]) for name in self.filled_by)), "")

    @property
    def is_blank(self) -> bool:
        return not any(_typed(self._fields[name]) for name in self.filled_by)


def _pairs(field: Field) -> list[tuple[str, str]]:
    """What a browser sends of a field that is left as it is."""
    if isinstance(field, BooleanField):
        return [(field.name, "y")] if field.data else []
    if isinstance(field, SelectMultipleField):
        return [(field.name, str(value)) for value in field.data or ()]
    if isinstance(field, SelectField):
        return [(field.name, str(field.data or ""))]
    return [(field.name, typed_text(field))]


def pairs_of(form: BaseForm) -> list[tuple[str, str]]:
    """What a browser sends of a form that is left as it is, row by row."""
    pairs: list[tuple[str, str]] = []
    for field in form:
        inner = [entry.form for entry in field.entries] if isinstance(field, FieldList) else ()
        pairs += _pairs(field) if not inner else [pair for row in inner for pair in pairs_of(row)]
    return pairs


def typed_text(field: Any) -> str:
    """What stands in a text box."""
    return str(field._value()).strip()  # noqa: SLF001


def _shown(field: Field) -> str:
    """What the field of a row shows, as text."""
    if isinstance(field, SelectField):
        return chosen_label(field)
    return typed_text(field)


def _typed(field: Field) -> bool:
    if field.raw_data is not None:
        return any(str(value).strip() for value in field.raw_data)
    return field.data not in (None, "", [])


class RowList(FieldList):  # type: ignore[type-arg]
    """A list of rows; blank rows are ignored."""

    def __init__(self, row: type[Row], label: Any, *, most: int, **options: Any) -> None:
        # Read one entry more than allowed, so that too many are refused and not silently dropped.
        super().__init__(FormField(row), label, min_entries=1, max_entries=most + 1, **options)
        self.most = most

    def _extract_indices(self, prefix: str, formdata: Iterable[str]) -> Iterator[int]:
        """The numbers of rows as pages of ours write them; WTForms takes "²" for a number and any length."""
        for name in formdata:
            found = _ROW.match(name, len(prefix)) if name.startswith(prefix) else None
            if found is not None:
                yield int(found[1])

    @property
    def rows(self) -> list[Any]:
        return [entry.form for entry in self.entries if not entry.form.is_blank]

    def add_row(self) -> FormField[Any] | None:
        return self.append_entry() if len(self.entries) <= self.most else None

    def validate(self, form: BaseForm, extra_validators: Iterable[Any] = ()) -> bool:
        kept = [entry for entry in self.entries if not entry.form.is_blank]
        for entry in kept:
            entry.validate(form)
        self.errors = [entry.errors for entry in kept if entry.errors]
        if len(kept) > self.most:
            self.errors.append(str(_("%(most)s件までにしてください。", most=self.most)))
        if not self.errors:
            self._run_validation_chain(form, extra_validators)  # type: ignore[attr-defined]  # not in the stubs
        return not self.errors


class DateParts(Row):
    """A date in three boxes; `value` is the ISO date, or None if all are empty."""

    is_one_value = True

    year = text_field(_("年"), most=10)
    month = text_field(_("月"), most=4)
    day = text_field(_("日"), most=4)
    value: str | None = None

    def validate(self, extra_validators: Any = None) -> bool:
        if not super().validate(extra_validators):
            return False
        boxes = ((self.year, "年"), (self.month, "月"), (self.day, "日"))
        parts = [digits(box.data or "").removesuffix(unit) for box, unit in boxes]
        if not any(parts):
            return True
        try:
            self.value = read_day("{}年{}月{}日".format(*parts)).isoformat()
        except Unreadable as error:
            self.year.errors = [str(error)]
            return False
        return True


def date_parts(iso: str | None) -> dict[str, str]:
    """The contents of the boxes of DateParts."""
    if iso is None:
        return {}
    year, month, day = (str(int(part)) for part in iso.split("-"))
    return {"year": year, "month": month, "day": day}


class CatalogueForm(Form):
    """A form whose choices come from the catalogue; `value()` returns what the service takes."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.catalogue = current_catalogue()
        self.set_choices()

    def set_choices(self) -> None:
        """Set the choices of all fields; called again after a row has been added."""

    def value(self) -> Any:
        raise NotImplementedError

    def add_row(self, name: str) -> tuple[str, list[tuple[str, str]]]:
        """An empty row more for the list `name`: the id of its first control, and what a browser would send of it."""
        rows = self._fields.get(name)
        entry = rows.add_row() if isinstance(rows, RowList) else None
        if entry is None:
            return name if name in self._fields else "", []
        self.set_choices()
        first = next(iter(entry.form))
        return first.id, [pair for field in entry.form for pair in _pairs(field)]

    def refuse(self, error: Problem) -> None:
        """As in Form, but a message for a group of boxes goes to the first box."""
        boxes = {}
        for name, message in error.fields.items():
            field = self._fields.get(name)
            if isinstance(field, FormField):
                first = next(iter(field.form))
                first.errors = [*first.errors, message]
            else:
                boxes[name] = message
        if boxes or not error.fields:
            super().refuse(Refused(error.message, fields=boxes))
        self.refused = error

    def choose(
        self, field: SelectField | SelectMultipleField, vocabulary: str, *, none: Any = None
    ) -> None:
        """Offer the valid terms of `vocabulary`, after an empty choice with the text `none` if given."""
        offered = [option(code, label) for code, label in choices(vocabulary)]
        field.choices = [option("", str(none)), *offered] if none is not None else offered

    def choose_weekdays(self, field: SelectMultipleField) -> None:
        field.choices = [option(number, label) for number, label in weekdays()]
