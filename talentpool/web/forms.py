"""The base of all forms: CSRF, Japanese messages, text that both databases can store."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import Field, StringField, TextAreaField
from wtforms.validators import Length, StopValidation

from ..errors import Refused
from ..text import UnsafeText, clean

SHORT, LONG = 100, 4000  # characters


class Form(FlaskForm):  # type: ignore[misc]
    """`refuse(error)` puts a service's refusal at the fields it names."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        locales = ("ja",)

    def refuse(self, error: Refused) -> None:
        placed = False
        for name, message in error.fields.items():
            if name in self._fields:
                field: Field = self._fields[name]
                field.errors = [*field.errors, message]
                placed = True
        if not placed:
            self.form_errors.append(error.message)


class Storable:
    """Validator: no NUL, control characters, lone surrogates or direction overrides."""

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
    """A line of text of at most `most` characters, stripped and storable."""
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
