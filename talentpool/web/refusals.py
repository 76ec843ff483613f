"""What is wrong on a page, as the summary on its top says it: in the order of the page, each with its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import Flask, g
from flask_babel import gettext as _
from wtforms import Field, FieldList, FormField
from wtforms.form import BaseForm

from ..errors import Problem
from .languages import in_readers_language


@dataclass(frozen=True, slots=True)
class Fault:
    said: str
    target: str = ""  # id of the control that has it
    place: str = ""  # what that control is called
    url: str = ""  # of the page with that control, if it is another one

    @property
    def parts(self) -> tuple[str, str, str, str]:
        return self.said, self.target, self.place, self.url

    @property
    def text(self) -> str:
        return (
            str(_("%(field)s：%(error)s", field=self.place, error=self.said))
            if self.place
            else self.said
        )

    @property
    def link(self) -> str:
        return f"{self.url}#{self.target}" if self.target else self.url


def note(form: BaseForm) -> str:
    """Take the faults of `form` into the summary."""
    for text in form.form_errors:
        _note(_fault(text))
    for field in form:
        for fault in _faults(field, str(field.label.text)):
            _note(fault)
    return ""


def note_refusal(error: Problem, controls: Mapping[str, tuple[str, str]], url: str = "") -> str:
    """The same for a form without fields of ours: `controls` gives id and label of what it asks.

    What belongs to no control is fixed on the page `url`, if there is one.
    """
    for name, text in (error.fields or {"": error.message}).items():
        if name in controls:
            target, label = controls[name]
            _note(_fault(text, target, label))
        else:
            _note(_fault(text, name if url else "", url=url))
    return ""


def faults_on(page: str, before: Iterable[Fault] = ()) -> list[Fault]:
    """All of them in the order in which their controls stand in `page`, the ones without a control first.

    `before`: what the same page was refused with when it was sent; nothing is listed twice.
    """
    noted = dict.fromkeys([*faults_noted(), *before])
    places = {fault: page.find(f' id="{fault.target}"') for fault in noted if not fault.url}
    ordered = sorted(noted, key=lambda fault: places.get(fault, -1))
    return [replace(fault, target="") if places.get(fault, 0) < 0 else fault for fault in ordered]


def _fault(text: Any, target: str = "", place: str = "", url: str = "") -> Fault:
    """With what a form or a service said, in the language of the page."""
    return Fault(str(in_readers_language(text)), target, place, url)


def _note(fault: Fault) -> None:
    if "faults" not in g:
        g.faults = {}
    g.faults[fault] = None


def faults_noted() -> list[Fault]:
    return list(g.get("faults", {}))


def _faults(field: Field, place: str) -> Iterator[Fault]:
    if isinstance(field, FieldList):
        for text in field.errors:
            if isinstance(text, str):
                yield _fault(text, str(field.id), place)
        for entry, called in zip(field.entries, row_names(field), strict=True):
            yield from _faults_within(entry, _("%(list)s%(row)s", list=place, row=called))
    elif isinstance(field, FormField):
        yield from _faults_within(field, _place_of(field, place))
    elif getattr(field.widget, "input_type", "") == "hidden":
        yield from (_fault(text) for text in field.errors)
    else:
        yield from (_fault(text, str(field.id), place) for text in field.errors)


def _place_of(part: FormField[Any], label: str) -> str:
    """As the part of the form says itself, where it does."""
    place = getattr(part.form, "place", None)
    return label if place is None else str(place(label))


def _faults_within(field: Any, place: str) -> Iterator[Fault]:
    is_one_value = getattr(field.form, "is_one_value", False)
    for inner in field.form:
        label = inner.label.text
        inner_place = place if is_one_value else _("%(whole)sの%(part)s", whole=place, part=label)
        yield from _faults(inner, inner_place)


def row_names(rows: FieldList[Any]) -> list[str]:
    """What each row is called after its list: by what it holds, and by its number where that is not enough."""
    names = [getattr(entry.form, "called", "") for entry in rows.entries]
    return [
        _("%(number)s件目", number=number) if not name
        else _("「%(name)s」（%(number)s件目）", name=name, number=number) if names.count(name) > 1
        else _("「%(name)s」", name=name)
        for number, name in enumerate(names, 1)
    ]  # fmt: skip


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(
        note_refusal=note_refusal, faults_on=faults_on, row_names=row_names
    )
