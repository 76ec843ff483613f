"""Fields that read what people type, rows that can be added and left out, and the base of a step's form."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
from wtforms.validators import StopValidation
from wtforms.widgets import TextInput

from ...dates import BadDate, month_text, parse_date, parse_month
from ...errors import Refused
from ...reference.catalogue import Catalogue
from ...text import digits, parse_int
from ...web.forms import Form, text_field

MOST_ROWS = 30


def option(value: str, label: Any) -> Any:
    """One choice of a select, of radio buttons or boxes."""
    return SelectChoice(value, label)


class Required:
    """Validator: something was typed or chosen."""

    field_flags: ClassVar[dict[str, bool]] = {"required": True}

    def __init__(self, message: Any = None) -> None:
        self.message = message or _("入力してください。")

    def __call__(self, form: wtforms.Form, field: Field) -> None:
        if field.data in (None, "", []) and not field.process_errors:
            field.errors = []
            raise StopValidation(str(self.message))


class TypedField(Field):
    """One line of text that means something else; refused text stays in the box as it was typed."""

    widget = TextInput()

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
            self.data = self.read(typed)  # a ValueError's text becomes the message at the field

    def read(self, typed: str) -> Any:
        raise NotImplementedError

    def show(self, value: Any) -> str:
        return str(value)


class WholeNumber(TypedField):
    """A whole number from `least` to `most`; full-width digits, commas and 万 are understood."""

    def __init__(
        self, label: Any = None, *validators: Any, least: int = 0, most: int = 10**9, **options: Any
    ) -> None:
        options.setdefault("render_kw", {"inputmode": "numeric"})
        super().__init__(label, validators=validators, **options)
        self.least, self.most = least, most

    def read(self, typed: str) -> int:
        return parse_int(typed, least=self.least, most=self.most)


class YearNumber(WholeNumber):
    """A year of the western calendar, shown without a comma."""

    def __init__(self, label: Any = None, *validators: Any, **options: Any) -> None:
        super().__init__(label, *validators, least=1900, most=2100, **options)


class MonthText(TypedField):
    """A month as year * 12 + month - 1, from 2027-04, 2027年4月, 令和9年4月 and the like."""

    def __init__(self, label: Any = None, *validators: Any, **options: Any) -> None:
        super().__init__(label, validators=validators, **options)

    def read(self, typed: str) -> int:
        return parse_month(typed)

    def show(self, value: int) -> str:
        return month_text(value)


class DateText(TypedField):
    """A day, from 2027-03-31, 2027年3月31日, 令和9年3月31日 and the like."""

    def __init__(self, label: Any = None, *validators: Any, **options: Any) -> None:
        super().__init__(label, validators=validators, **options)

    def read(self, typed: str) -> date:
        return parse_date(typed)


class ConvertedText(TypedField):
    """A line of text brought into one form by `convert` (telephone, postal code); its ValueError is the message."""

    def __init__(self, label: Any, convert: Any, *validators: Any, **options: Any) -> None:
        super().__init__(label, validators=validators, **options)
        self.read = convert  # type: ignore[method-assign]


class Row(wtforms.Form):
    """Part of a form. `filled_by` names the fields that make a row of a list count at all."""

    filled_by: ClassVar[Sequence[str]] = ()

    class Meta(Form.Meta):
        csrf = False

    @property
    def is_blank(self) -> bool:
        return not any(_typed(self._fields[name]) for name in self.filled_by)

    @property
    def is_left_out(self) -> bool:
        removed = self._fields.get("remove")
        return self.is_blank or (removed is not None and bool(removed.data))


def _typed(field: Field) -> bool:
    if field.raw_data is not None:
        return any(str(value).strip() for value in field.raw_data)
    return field.data not in (None, "", [])


def remove_field() -> BooleanField:
    return BooleanField(_("この行を消す"))


class RowList(FieldList):  # type: ignore[type-arg]
    """Rows of a form: blank ones and those ticked for removal count as not there."""

    def __init__(
        self, row: type[Row], label: Any, *, most: int = MOST_ROWS, **options: Any
    ) -> None:
        # One entry more than is allowed is read, so that too many are refused and not cut off.
        super().__init__(FormField(row), label, min_entries=1, max_entries=most + 1, **options)
        self.most = most

    @property
    def rows(self) -> list[Any]:
        return [entry.form for entry in self.entries if not entry.form.is_left_out]

    def add_row(self) -> None:
        if len(self.entries) <= self.most:
            self.append_entry()

    def validate(self, form: BaseForm, extra_validators: Iterable[Any] = ()) -> bool:
        kept = [entry for entry in self.entries if not entry.form.is_left_out]
        for entry in kept:
            entry.validate(form)
        self.errors = [entry.errors for entry in kept if entry.errors]
        if len(kept) > self.most:
            self.errors.append(str(_("%(most)s件までにしてください。", most=self.most)))
        return not self.errors


class DateParts(Row):
    """A day in three boxes; `value` is the ISO date, or None when all are empty."""

    year = text_field(_("年"), most=10)
    month = text_field(_("月"), most=4)
    day = text_field(_("日"), most=4)
    value: str | None = None

    def validate(self, extra_validators: Any = None) -> bool:
        if not super().validate(extra_validators):
            return False
        parts = [digits(field.data or "") for field in (self.year, self.month, self.day)]
        if not any(parts):
            return True
        try:
            self.value = parse_date("{}年{}月{}日".format(*parts)).isoformat()
        except BadDate as error:
            self.year.errors = [str(error)]
            return False
        return True


def date_parts(iso: str | None) -> dict[str, str]:
    """The contents of the three boxes of DateParts."""
    if iso is None:
        return {}
    year, month, day = (str(int(part)) for part in iso.split("-"))
    return {"year": year, "month": month, "day": day}


class ProfileForm(Form):
    """The form of one step. `catalogue` gives the choices; `value()` what the service takes."""

    def __init__(
        self, *args: Any, catalogue: Catalogue, locale: str = "ja", **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.catalogue, self.locale = catalogue, locale
        self.set_choices()

    def set_choices(self) -> None:
        """Fill the lists; called again when a row has been added."""

    def value(self) -> Any:
        raise NotImplementedError

    def add_row(self, name: str) -> None:
        """One more empty row in the list `name`, if there is such a list."""
        rows = self._fields.get(name)
        if isinstance(rows, RowList):
            rows.add_row()
            self.set_choices()

    def refuse(self, error: Refused) -> None:
        """As in Form; a message for a group of boxes goes to the first of them."""
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

    def choose(
        self, field: SelectField | SelectMultipleField, vocabulary: str, *, none: Any = None
    ) -> None:
        """Offer the valid items of `vocabulary`; `none` is the text of the empty choice of a select."""
        offered = [
            option(code, label) for code, label in self.catalogue.choices(vocabulary, self.locale)
        ]
        field.choices = [option("", str(none)), *offered] if none is not None else offered
