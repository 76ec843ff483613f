"""How far the answers of a need are: what is said of a step, and what still hinders the hand-in."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from ...web.changed import text_of
from ...web.fields import pairs_of
from ..forms import NeedForm, proposed
from ..rules import faults, list_missing
from ..steps import ASKED, NeedStep
from ..templates import templates

Typed = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Mark:
    """A step in the list beside the form. state: current, done, template (as in the template) or "" (not yet)."""

    step: NeedStep
    url: str
    state: str
    missing: int  # answers


def _belongs(name: str, fields: Collection[str]) -> bool:
    return name.partition("-")[0] in fields


def merge(kept: Typed, place: NeedStep, sent: MultiDict[str, str]) -> dict[str, list[str]]:
    """All answers once this step is answered anew; those of other steps stay as they are."""
    others = {n: list(v) for n, v in kept.items() if not _belongs(n, place.fields)}
    return others | {n: v for n, v in sent.lists() if _belongs(n, place.fields)}


def change_rows(form: NeedForm, typed: dict[str, list[str]], sent: Mapping[str, str]) -> str | None:
    """A row more or less, or weights that add up; the id to go on at, None where no such button was pressed."""
    if "add" in sent:
        target, added = form.add_row(sent["add"])
        for name, value in added:
            typed.setdefault(name, []).append(value)
        return target
    if "drop" in sent:
        row = sent["drop"]
        for name in [name for name in typed if name.startswith(f"{row}-")]:
            del typed[name]
        rows = row.rpartition("-")[0]
        return rows if rows in form else ""
    if "even" in sent:
        form.validate_fields(("skills",))
        if not form.skills.errors:
            typed.update({name: [text] for name, text in form.evened().items()})
        return "skills"
    return None


def complain(form: NeedForm, place: NeedStep, typed: Typed, *, is_asked: bool) -> bool:
    """Put what is wrong at the fields of this step; what is empty is only complained of once it is asked for."""
    form.validate_fields(place.fields)
    if is_asked:
        form.note_missing(set(place.fields))
    for name in place.fields:
        is_empty = not any(
            value.strip() for key, values in typed.items() if _belongs(key, (name,)) for value in values
        )  # fmt: skip
        if is_empty and not is_asked:
            form[name].errors = []
    if is_asked and not any(form[name].errors for name in place.fields):
        for name, sentence in _rules_broken(typed, form):
            if name in place.fields:
                form[name].errors = [*form[name].errors, sentence]
    return any(form[name].errors for name in place.fields)


def _rules_broken(typed: Typed, form: NeedForm) -> list[tuple[str, str]]:
    """Of the need as a whole, once everything can be read."""
    sent = MultiDict((n, v) for n, vs in typed.items() for v in vs)
    whole = NeedForm(sent, town=form.town, meta={"csrf": False})  # what is kept has no token
    if not whole.validate():
        return []
    content = whole.value()
    return [*faults(content, form.catalogue), *list_missing(content, form.catalogue)]


def problems(form: NeedForm) -> list[tuple[str, str]]:
    """(field, sentence) of all that hinders the hand-in, in the order of the steps."""
    order = [name for step in NeedStep for name in step.fields]
    form.validate_fields(order)
    form.note_missing()
    found = {name: _first(form[name].errors) for name in order if form[name].errors}
    if not found:
        content = form.value()
        for name, sentence in (*faults(content, form.catalogue), *list_missing(content, form.catalogue)):  # fmt: skip
            found.setdefault(name, sentence)
    return sorted(found.items(), key=lambda one: order.index(one[0]))


def _first(errors: Any) -> str:
    """Of a field, or of a row in a list of rows."""
    while not isinstance(errors, str):
        errors = next(iter(errors.values() if isinstance(errors, Mapping) else errors))
    return errors


def answers(form: NeedForm, step: NeedStep) -> list[tuple[str, str]]:
    """(label, answer) of all that the step asks, but for rows of skills, which are a table."""
    shown = {
        "skills": not form.skills.rows and not form.no_skills.data,
        "no_skills": form.no_skills.data,
    }
    names = [name for name in step.fields if shown.get(name, True)]
    return [(str(form[name].label.text), text_of(form[name])) for name in names]


def count_answered(form: NeedForm) -> tuple[int, int]:
    return sum(form.is_answered(name) for name in ASKED), len(ASKED)


def line_of_steps(
    form: NeedForm, typed: Typed, place: NeedStep | None, address: Callable[[NeedStep], str]
) -> list[Mark]:
    as_proposed = _proposed(form)
    marks = []
    for step in NeedStep:
        missing = sum(not form.is_answered(n) for n in step.fields if n in ASKED)
        is_same = as_proposed is not None and _part(as_proposed, step) == _part(typed, step)
        state = "current" if step is place else "" if missing else "template" if is_same else "done"
        marks.append(Mark(step, address(step), state, missing))
    return marks


def _proposed(form: NeedForm) -> dict[str, list[str]] | None:
    """What the template that the draft was begun with holds."""
    template = templates().get(form.template.data or "")
    if template is None:
        return None
    found: dict[str, list[str]] = {}
    for name, value in pairs_of(NeedForm(None, data=proposed(template), town=form.town)):
        found.setdefault(name, []).append(value)
    return found


def _part(typed: Typed, step: NeedStep) -> dict[str, list[str]]:
    """The answers of a step, without the boxes that are empty."""
    own = {n: list(v) for n, v in typed.items() if _belongs(n, step.fields)}
    return {n: [_plain(v) for v in vs] for n, vs in own.items() if any(vs)}


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").strip()
