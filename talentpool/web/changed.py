"""Two people edit the same thing: what stands now beside what the second one typed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from flask_babel import gettext as _
from wtforms import BooleanField, Field, FieldList, FormField, SelectFieldBase
from wtforms.form import BaseForm

from .fields import typed_text


class Difference(NamedTuple):
    place: str
    now: str
    typed: str


def differences(typed: BaseForm, present: BaseForm) -> list[Difference]:
    """Of the fields of two forms of one kind: filled in by the reader, and with what is stored."""
    found = []
    for field in typed:
        now, mine = text_of(present[field.short_name]), text_of(field)
        if now != mine:
            found.append(Difference(str(field.label.text), now, mine))
    return found


def typed_rows(form: BaseForm) -> list[tuple[str, Any]]:
    """What was typed, as far as anything was; nothing of what is stored."""
    return [(str(field.label.text), text) for field in form if (text := text_of(field))]


def text_of(field: Any) -> str:
    """What the field says, as a reader puts it."""
    if isinstance(field, FieldList):
        rows = (_row(entry.form) for entry in field.entries if not entry.form.is_blank)
        return " ／ ".join(rows)
    if isinstance(field, FormField):
        return _row(field.form)
    if isinstance(field, BooleanField):
        return str(_("はい") if field.data else _("いいえ"))
    if isinstance(field, SelectFieldBase):
        return str(_("、")).join(_chosen(field))
    return "" if _is_hidden(field) else typed_text(field)


def _row(form: BaseForm) -> str:
    texts = ((str(field.label.text), text_of(field)) for field in form)
    return str(_("、")).join(f"{label} {text}" for label, text in texts if text)


def _chosen(field: SelectFieldBase) -> Iterator[str]:
    for _value, label, is_chosen, *_more in field.iter_choices():
        if is_chosen and _value not in ("", None):
            yield str(label)


def _is_hidden(field: Field) -> bool:
    return getattr(field.widget, "input_type", "") == "hidden"
