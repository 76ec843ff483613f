"""Lists that people narrow down and sort: the rows that are left, their order, and what each filter would leave.

A filter is the set of (row, value) pairs of a list: its condition and its counts follow from the same pairs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.sql.base import ExecutableOption

from .db import Session
from .paging import Listed
from .searching import Condition

T = TypeVar("T")
Rows = sa.Select[*tuple[Any, ...]]
Counts = sa.CompoundSelect[*tuple[Any, ...]]
Pairs = Rows | Counts
WITHOUT = "without "  # before a filter, in counts: without all filters of its group
Sorted = sa.ColumnElement[Any] | sa.orm.InstrumentedAttribute[Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks of a list. Names and orders that the list does not have are passed over; a value that no row has leaves none."""

    values: Mapping[str, str] = field(default_factory=dict)  # by name of the filter
    words: str = ""
    sort: str = ""  # name of an order; after "-" the other way round

    def get(self, name: str) -> str:
        return self.values.get(name, "")


EVERYTHING = Asked()


@dataclass(frozen=True, slots=True)
class Filter:
    """`pairs` selects (id of a row, value), any number a row.

    Filters of one `group` are asked of the same thing, a skill for example: the pairs of each already hold what is
    chosen in the others.
    """

    pairs: Pairs
    group: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """What a list can be narrowed down and sorted by. ident: of its rows; orders: from the smallest."""

    ident: sa.orm.InstrumentedAttribute[int]
    filters: Mapping[str, Filter]
    orders: Mapping[str, Sequence[Sorted]]
    first_order: str  # as in `Asked.sort`

    def ask(
        self,
        session: Session,
        query: sa.Select[T],
        asked: Asked,
        *,
        size: int,
        options: Sequence[ExecutableOption] = (),
    ) -> Listed[T]:
        """The rows of `query` that `asked` leaves, in its order."""
        conditions = {
            name: self.ident.in_(_having(self.filters[name], value))
            for name, value in asked.values.items()
            if name in self.filters and value
        }
        sort = asked.sort if asked.sort.removeprefix("-") in self.orders else self.first_order
        rows = query.where(*conditions.values()).order_by(*self._order(sort))
        return Listed(session, rows, size, options, self._counting(query, conditions), sort)

    def _order(self, sort: str) -> list[Any]:
        """Empty values last, and no two rows alike: pages do not overlap."""
        columns = (*self.orders[sort.removeprefix("-")], self.ident)
        if sort.startswith("-"):
            return [sa.desc(column).nulls_last() for column in columns]
        return [sa.asc(column).nulls_last() for column in columns]

    def _counting(self, query: Rows, conditions: Mapping[str, Condition]) -> Counts | None:
        """(filter, value, rows it would leave beside the other filters); under an empty value all together, where a lone filter is set; of a group without the whole group, under WITHOUT and the name."""
        parts: list[Rows] = []
        for name, own in self.filters.items():
            others = [
                condition
                for other, condition in conditions.items()
                if other != name and not (own.group and self.filters[other].group == own.group)
            ]
            rows = query.where(*others).with_only_columns(self.ident)
            parts.append(_count_values(name, own, rows))
            if name in conditions:
                count = sa.func.count()
                key = f"{WITHOUT}{name}" if own.group else name
                every = sa.select(_text(key), _text(""), count).select_from(rows.subquery())
                parts.append(every)
        return sa.union_all(*parts) if parts else None


def thresholds(rows: Rows, reaches: Mapping[str, Condition]) -> Pairs:
    """A pair for every value that a row reaches: who has six months free also has three."""
    return sa.union_all(
        *(rows.add_columns(_text(value)).where(reached) for value, reached in reaches.items())
    )


def in_order(values: Iterable[str], value: Sorted) -> sa.ColumnElement[int]:
    """The place of a value among `values`, for sorting."""
    places = {str(value): place for place, value in enumerate(values)}
    return sa.case(places, value=sa.cast(value, sa.String))


def _having(wanted: Filter, value: str) -> Rows:
    pairs = wanted.pairs.subquery()
    ident, found = pairs.c
    return sa.select(ident).where(sa.cast(found, sa.String) == value)


def _count_values(name: str, counted: Filter, rows: Rows) -> Rows:
    pairs = counted.pairs.subquery()
    ident, found = pairs.c
    value = sa.cast(found, sa.String)
    count = sa.func.count(ident.distinct())
    counted_rows = ident.in_(rows) & found.is_not(None)
    return sa.select(_text(name), value, count).where(counted_rows).group_by(value)


def _text(value: str) -> sa.ColumnElement[str]:
    return sa.literal(value, sa.String)
