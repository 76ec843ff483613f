"""Long lists: a page with filters, sorted columns and a pager, and the file of the same rows, from one declaration."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, lazy_gettext
from wtforms import Field, SelectField

from ..db import Session
from ..files.writing import Cell
from ..listing import WITHOUT, Asked
from ..paging import MOST_AT_ONCE, Listed, Page
from ..permissions import Role
from .downloads import Download
from .fields import option
from .forms import FilterForm, chosen_label, offered
from .paging import page_number, this_page
from .unit import current_actor, current_session

R = TypeVar("R")  # a row of the database
L = TypeVar("L")  # what the page and the file show of it
SORT, WHOLE = "sort", "all"  # names in the address
WITH_THUMBS = frozenset({Role.CANDIDATE, Role.MUNICIPALITY})  # their rows and controls are higher


EVERY = lazy_gettext("すべて")


class ListForm(FilterForm):
    """The filters of a list. `links` are offered as links with counts; `folded` are used less."""

    links: ClassVar[Sequence[str]] = ()
    folded: ClassVar[Sequence[str]] = ()
    together: ClassVar[Sequence[tuple[str, ...]]] = ()  # asked of the same thing; see Filter.group

    def offer(
        self, field: SelectField, choices: Iterable[tuple[Any, Any]], first: Any = EVERY
    ) -> None:
        """(value, text) pairs, after the choice `first` that the list begins with."""
        chosen_first = option(field.default or "", str(first))
        field.choices = [chosen_first, *(option(str(value), str(text)) for value, text in choices)]

    def asked(self) -> Asked:
        words = self["words"] if "words" in self and self["words"].validate(self) else None
        return Asked(
            values={field.short_name: chosen(field) for field in self.selects},
            words=words.data or "" if words is not None else "",
            sort=request.args.get(SORT, ""),
        )

    def is_readable(self) -> bool:
        """Whether what was typed can be read; the fault is said at the field."""
        typed = [field for field in self if not isinstance(field, SelectField)]
        faulty = [field for field in typed if not field.validate(self)]  # each says its own fault
        return not faulty

    @property
    def selects(self) -> list[SelectField]:
        return [field for field in self if isinstance(field, SelectField)]

    @property
    def ignored(self) -> list[str]:
        """Labels of the filters for which the address has a value that there is not."""
        return [
            str(field.label.text)
            for field in self.selects
            if any(field.raw_data or ()) and not offered(field)
        ]


def chosen(field: SelectField) -> str:
    return offered(field) or field.default or ""


@dataclass(frozen=True, slots=True)
class Column(Generic[L]):
    """css: of the page's column, None where only the file has it. sort: its order in the `Listing`.

    not_for: those whose page leaves it out, as all their rows would say the same.
    """

    label: Any
    value: Callable[[L], Cell]
    css: str | None = ""
    sort: str = ""
    not_for: Collection[Role] = ()


@dataclass(frozen=True)
class ListPage(Generic[R, L]):
    """`lines` makes of some rows what is shown of them. person, record: as in `Download`; log: of names on the page."""

    name: str
    title: Any
    template: str
    columns: Sequence[Column[L]]
    lines: Callable[[Session, Sequence[R]], Iterable[L]]
    person: Callable[[L], int] | None = None
    record: Callable[..., None] | None = None
    log: Callable[[Collection[int]], None] | None = None

    def answer(self, found: Listed[R], form: ListForm, **more: Any) -> ResponseReturnValue:
        """The page, or the file where the address asks for one; no file by a filter that cannot be read."""
        if not form.is_readable():
            return self._page(found, form, more), 422
        file = self._download.answer(self._all_lines(found), form)
        return self._page(found, form, more) if file is None else file

    @property
    def _download(self) -> Download[L]:
        columns = [(column.label, column.value) for column in self.columns]
        return Download(self.name, self.title, columns, self.record, self.person)

    def _all_lines(self, found: Listed[R]) -> Iterator[L]:
        for rows in found.portions():
            yield from self.lines(found.session, rows)

    def _page(self, found: Listed[R], form: ListForm, more: Mapping[str, Any]) -> str:
        is_long = WHOLE in request.args
        page = found.page(page_number(), is_long=is_long)
        lines = list(self.lines(current_session(), page.rows))
        if self.log is not None and self.person is not None:
            self.log([self.person(line) for line in lines])
        role = current_actor().role
        columns = [c for c in self.columns if c.css is not None and role not in c.not_for]
        is_dense = role not in WITH_THUMBS
        shown = Shown(
            page, lines, columns, form, found.count_values(), found.sort, is_long, is_dense
        )  # fmt: skip
        return render_template(self.template, list=shown, **more)


@dataclass(frozen=True, slots=True)
class FilterCost:
    """A chosen filter: rows more without it, and its value that would bring most (text, address, rows more)."""

    label: str
    gain: int
    address: str
    better: tuple[str, str, int] | None


@dataclass(frozen=True)
class Shown(Generic[L]):
    """A page of a list for `_parts/lists.html`."""

    page: Page[Any]
    lines: Sequence[L]
    columns: Sequence[Column[L]]
    form: ListForm
    counts: Mapping[str, Mapping[str, int]]
    sort: str  # that the rows have
    is_long: bool
    is_dense: bool

    @property
    def heads(self) -> list[tuple[Any, str, str, str]]:
        """(label, classes, address that sorts by it or "", how it is sorted now) of each column."""
        return [
            (column.label, column.css or "", *self._order(column.sort)) for column in self.columns
        ]

    def _order(self, name: str) -> tuple[str, str]:
        if not name:
            return "", ""
        is_down, is_up = self.sort == f"-{name}", self.sort == name
        address = this_page(**{SORT: f"-{name}" if is_up else name, "page": None})
        return address, "descending" if is_down else "ascending" if is_up else ""

    @property
    def links(self) -> list[tuple[Any, list[tuple[str, str, bool, int]]]]:
        """(label, (text, address, whether it is chosen, rows) of each value) of the filters that are links."""
        fields: Mapping[str, Any] = self.form._fields
        return [
            (fields[name].label.text, list(self._chips(fields[name])))
            for name in self.form.links
            if name in fields
        ]

    def _chips(self, field: SelectField) -> Iterator[tuple[str, str, bool, int]]:
        now, first = chosen(field), field.default or ""
        for value, text, rows in self.options(field):
            if rows or value in {now, first}:
                kept = None if value == first else value
                address = this_page(**{field.short_name: kept, "page": None})
                yield text, address, value == now, rows

    def options(self, field: SelectField) -> list[tuple[str, str, int]]:
        """(value, text, rows that it would leave) of each choice."""
        counts = self.counts.get(field.short_name, {})
        choices: Any = field.choices
        return [
            (choice.value, str(choice.label), counts.get(choice.value, 0 if choice.value else self.page.total))
            for choice in choices
        ]  # fmt: skip

    def chosen(self, field: SelectField) -> str:
        return chosen(field)

    @property
    def controls(self) -> list[Field]:
        """The filters that stand in the form, those at hand first."""
        linked = {*self.form.links, *self.form.folded}
        return [field for field in self.form if field.short_name not in linked]

    @property
    def folded(self) -> list[Field]:
        return [self.form[name] for name in self.form.folded if name in self.form]

    @property
    def is_unfolded(self) -> bool:
        return any(chosen(field) for field in self.folded if isinstance(field, SelectField))

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What of the address is not in the form and stays when it is sent."""
        names = (*self.form.links, SORT, WHOLE)
        return [(name, request.args[name]) for name in names if request.args.get(name)]

    @property
    def costs(self) -> list[FilterCost]:
        """What each chosen filter costs, the costliest first; filters of one group, which are asked together, once."""
        found: dict[tuple[str, ...], FilterCost] = {}
        for names in self.groups:
            fields = [field for field in self.form.selects if field.short_name in names]
            set_ = [field for field in fields if chosen(field) and chosen(field) != field.default]
            if not set_:
                continue
            name = f"{WITHOUT}{set_[0].short_name}" if len(names) > 1 else set_[0].short_name
            without = self.counts.get(name, {}).get("", self.page.total)
            address = this_page(**{field.short_name: None for field in set_}, page=None)
            better = self._better(set_[0]) if len(set_) == 1 else None
            label = str(_("・")).join(f"{f.label.text} {chosen_label(f)}" for f in set_)
            found[names] = FilterCost(label, without - self.page.total, address, better)
        return sorted(found.values(), key=lambda cost: -cost.gain)

    @property
    def groups(self) -> list[tuple[str, ...]]:
        """The names of the filters, those that are asked of the same thing together."""
        together = [names for names in self.form.together if set(names) <= set(self.form._fields)]
        grouped = {name for names in together for name in names}
        alone = [(f.short_name,) for f in self.form.selects if f.short_name not in grouped]
        return [*together, *alone]

    def _better(self, field: SelectField) -> tuple[str, str, int] | None:
        """(text, address, rows more) of the value that would leave most rows, if more than now."""
        counts = self.counts.get(field.short_name, {})
        value = max((v for v in counts if v), key=lambda v: counts[v], default="")
        if not value or counts[value] <= self.page.total:
            return None
        texts = {choice.value: str(choice.label) for choice in field.choices}  # type: ignore[union-attr]
        address = this_page(**{field.short_name: value, "page": None})
        return texts.get(value, value), address, counts[value] - self.page.total

    @property
    def clear_address(self) -> str:
        """Of the list without filters, sorted as it is."""
        return this_page(**{field.short_name: None for field in self.form}, page=None)

    @property
    def first(self) -> int:
        """The place of the first row among all."""
        return (self.page.number - 1) * self.page.size + 1

    @property
    def whole(self) -> tuple[str, str] | None:
        """(text, address) of the link to more or fewer rows on a page."""
        if self.is_long:
            return _("少しずつ表示"), this_page(**{WHOLE: None, "page": None})
        if self.page.pages == 1:
            return None
        most = MOST_AT_ONCE
        text = _("すべて表示") if self.page.total <= most else _("%(most)s件ずつ表示", most=most)
        return text, this_page(**{WHOLE: "1", "page": None})
