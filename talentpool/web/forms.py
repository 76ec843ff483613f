"""The base of all forms: CSRF, Japanese messages, and text that both databases can store."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import Field, SelectField, StringField, TextAreaField
from wtforms.validators import Length, StopValidation

from ..errors import Problem
from ..text import UnsafeText, clean
from . import kept
from .languages import locale

SHORT, LONG = 100, 4000  # characters


class Form(FlaskForm):  # type: ignore[misc]
    """`refuse(error)` puts a service's refusal at the fields it names, and gives the answer its status."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        @property
        def locales(self) -> tuple[str, ...]:
            """Of the messages that WTForms has itself."""
            return (locale(),)

        def wrap_formdata(self, form: Form, formdata: Any) -> Any:
            """What was sent with the request, or what was typed here before the session was over."""
            sent = super().wrap_formdata(form, formdata)
            is_own_choice = formdata is None or sent is not None
            return sent if is_own_choice else kept.typed_into(form._fields)

    refused: Problem | None = None

    @property
    def status(self) -> int:
        """Of the answer that shows the form: a refused one is 422, or what the service said."""
        if self.refused is not None:
            return self.refused.status
        return 422 if self.is_submitted() else 200

    def refuse(self, error: Problem) -> None:
        self.refused = error
        placed = False
        for name, message in error.fields.items():
            if name in self._fields:
                field: Field = self._fields[name]
                field.errors = [*field.errors, message]
                placed = True
        if not placed:
            self.form_errors.append(error.message)


class FilterForm(Form):
    """Filters in the URL of a list. Values that are not among the choices are ignored."""

    class Meta(Form.Meta):
        csrf = False

    @property
    def set_filters(self) -> list[tuple[str, str]]:
        """(label, value) of each filter that is set."""
        found: list[tuple[str, str]] = []
        for field in self:
            if isinstance(field, SelectField):
                shown = chosen_label(field) if is_set(field) else None
            else:
                shown = None if field.errors else field.data
            if shown:
                found.append((str(field.label.text), shown))
        return found


def offered(field: SelectField) -> str:
    """The chosen value, or "" if nothing was chosen or the value is not among the choices."""
    return field.data if _choice(field) else ""


def is_set(field: SelectField) -> bool:
    """Something was chosen, and not what the list begins with."""
    return bool(offered(field)) and field.data != field.default


def chosen_label(field: SelectField) -> str:
    """The words of the chosen value, or "" if nothing was chosen."""
    choice = _choice(field) if field.data else None
    return str(choice.label) if choice else ""


def _choice(field: SelectField) -> Any:
    choices: Any = field.choices
    return next((choice for choice in choices if choice.value == field.data), None)


class Storable:
    """Validator: no NUL, control characters, lone surrogates or bidi overrides."""

    def __init__(self, *, multiline: bool = False) -> None:
        self.multiline = multiline

    def __call__(self, form: Form, field: Field) -> None:
        if not field.data:
            return
        try:
            field.data = clean(field.data, multiline=self.multiline)
        except UnsafeText as error:
            raise StopValidation(str(_("使えない文字が含まれています。"))) from error


def text_field(label: Any, *validators: Any, most: int = SHORT, **options: Any) -> Any:
    """One line of at most `most` characters, stripped and storable."""
    return StringField(
        label,
        validators=[*validators, Storable(), Length(max=most)],
        filters=[_strip],
        **options,
    )


def long_text_field(label: Any, *validators: Any, most: int = LONG, **options: Any) -> Any:
    return TextAreaField(
        label,
        validators=[*validators, Storable(multiline=True), Length(max=most)],
        filters=[_strip],
        **options,
    )


def _strip(text: str | None) -> str | None:
    return text.strip() if isinstance(text, str) else text
