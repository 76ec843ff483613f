"""An empty registration to print and fill in by hand (印刷用申込書): what the steps ask, from their own forms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import BooleanField, FormField, SelectField, SelectFieldBase, TextAreaField

from ...accounts.directory import list_pools
from ...errors import NotFound
from ...permissions import Actor, Role
from ...reference.entries import Vocabulary
from ...web import current_catalogue, current_session, public
from ...web.fields import CatalogueForm, RowList
from ...web.labels import label, term
from ..forms import ConsentsForm, MonthsForm, SkillsForm
from ..steps import Step
from .blueprint import blueprint
from .step_pages import PAGES

LINES = {"posts": 6, "companies": 3, "matters": 2, "exams": 4}  # empty rows of a list
MOST_OFFERED = 30  # choices that are printed; of more, the name is written
UNASKED = frozenset({"copied"})  # of a button


class Kind(StrEnum):
    LINE = "line"
    LONG = "long"
    DATE = "date"
    CHOICE = "choice"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class Item:
    """What is asked. choices: to be ticked. heads: columns of a table, with `rows` to fill in."""

    kind: Kind
    label: str
    hint: str = ""
    mark: str = ""  # when it is needed
    choices: Sequence[str] = ()
    heads: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    notes: Sequence[tuple[str, Sequence[str]]] = ()  # what may be written into a column


@dataclass(frozen=True, slots=True)
class Part:
    """A step, under the number that it has on the screen."""

    number: int
    of: int
    step: Step
    items: Sequence[Item]


@blueprint.get("/help/application")
@public
def show_blank_form() -> ResponseReturnValue:
    pools = list_pools(current_session())
    if not pools:
        raise NotFound  # nobody can register
    codes = [pool.prefecture_code for pool in pools]
    asked = request.args.get("prefecture", "")
    code = asked if asked in codes else codes[0]
    others = [(pool.prefecture_code, pool.name) for pool in pools if pool.prefecture_code != code]
    parts = list(list_parts(code))
    return render_template("candidates/show_blank_form.html", parts=parts, others=others)


def list_parts(prefecture_code: str) -> Iterator[Part]:
    nobody = Actor(None, Role.CANDIDATE, prefecture_code)
    for number, step in enumerate(Step, 1):
        form = PAGES[step].form(current_catalogue(), nobody, None)(formdata=None)
        yield Part(number, len(Step), step, list(_items(form)))


def _items(form: CatalogueForm) -> Iterator[Item]:
    if isinstance(form, SkillsForm):
        yield from _skills(form)
    if isinstance(form, MonthsForm):
        yield _months(form)
    if isinstance(form, ConsentsForm):
        yield from _consents(form)
        return
    for name, field in form._fields.items():
        is_shown_above = name.startswith(("skill_", "month_"))
        if field.widget.__class__.__name__ == "HiddenInput" or name in UNASKED or is_shown_above:
            continue
        yield _item(name, field)


def _item(name: str, field: Any) -> Item:
    about: dict[str, Any] = {
        "label": str(field.label.text), "hint": str(field.description or ""), "mark": _mark(field),
    }  # fmt: skip
    if isinstance(field, RowList):
        entry: Any = field.entries[0]
        columns = list(entry.form)
        heads = [str(column.label.text) for column in columns]
        notes = [
            (str(column.label.text), offered)
            for column in columns
            if isinstance(column, SelectField) and len(offered := _offered(column)) <= MOST_OFFERED
        ]
        empty = [["□" if isinstance(column, BooleanField) else "" for column in columns]] * LINES[
            name
        ]
        return Item(Kind.TABLE, heads=heads, rows=empty, notes=notes, **about)
    if isinstance(field, FormField):
        return Item(Kind.DATE, **about)
    if isinstance(field, BooleanField):
        return Item(Kind.CHOICE, choices=[about["label"]], **about)
    if isinstance(field, SelectFieldBase) and len(_offered(field)) <= MOST_OFFERED:
        return Item(Kind.CHOICE, choices=_offered(field), **about)
    return Item(Kind.LONG if isinstance(field, TextAreaField) else Kind.LINE, **about)


def _offered(field: Any) -> list[str]:
    return [str(choice.label) for choice in field.choices if str(choice.value)]


def _mark(field: Any) -> str:
    """As on the screen."""
    if getattr(field.flags, "mark", None):
        return str(field.flags.mark)
    return str(_("必須")) if getattr(field.flags, "required", False) else ""


def _skills(form: SkillsForm) -> Iterator[Item]:
    levels = [f"{one.code} {label(one)}" for one in form.catalogue.terms(Vocabulary.SKILL_LEVEL)]
    for group, skills in form.groups:
        first: Any = skills[0][1]
        row = first.form
        asked = (row.has, row.level, row.last_used, row.evidence_note)
        heads = [str(_("技能")), *(str(field.label.text) for field in asked)]
        scale = "　".join(level.partition(" ")[0] for level in levels)
        rows = [(label(skill), "□", scale, "", "") for skill, _row in skills]
        notes = [(str(row.level.label.text), levels)]
        yield Item(Kind.TABLE, label(group), heads=heads, rows=rows, notes=notes)


def _months(form: MonthsForm) -> Item:
    rows = [(str(one.field.label.text), "") for one in form.rows]
    hint = _("月ごとに、働ける半日（4時間）の数です。働けない月は0のままにします。")
    heads = [str(_("月")), str(_("半日コマ"))]
    return Item(Kind.TABLE, term_of_months(), str(hint), heads=heads, rows=rows)


def term_of_months() -> str:
    return str(_("稼働できる期間"))


def _consents(form: ConsentsForm) -> Iterator[Item]:
    for one, box in form.boxes:
        text = label((one.attributes["text_ja"], one.attributes["text_en"]))
        version = _("第%(version)s版", version=one.attributes["version"])
        mark = str(_("登録に必要") if one.attributes["is_required"] else _("任意"))
        name = term(one.code, Vocabulary.CONSENT_PURPOSE)
        yield Item(Kind.CHOICE, name, f"{text}（{version}）", mark, choices=[str(box.label.text)])
