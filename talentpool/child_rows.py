"""The rows that belong to another row, read with it in the same query: one column that holds a list of lists.

SQLite and PostgreSQL both make it of JSON, so no column may be encrypted.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from .db import Base, Json, Session, UtcDateTime

R = TypeVar("R", bound=Base)


class _Gathered(FunctionElement[Any]):
    """All rows as a JSON array of arrays, in no order; an empty one where there are none."""

    inherit_cache = True
    type = sa.JSON()


@compiles(_Gathered, "sqlite")
def _gather_in_sqlite(element: _Gathered, compiler: SQLCompiler, **kw: Any) -> str:
    return f"json_group_array(json_array({compiler.process(element.clauses, **kw)}))"


@compiles(_Gathered, "postgresql")
def _gather_in_postgresql(element: _Gathered, compiler: SQLCompiler, **kw: Any) -> str:
    row = f"json_build_array({compiler.process(element.clauses, **kw)})"
    return f"coalesce(json_agg({row}), '[]'::json)"


def gather(*columns: Any) -> sa.Select[Any]:
    """A query of one value, the rows of `columns`; it wants a condition that ties them to the outer row."""
    return sa.select(_Gathered(*columns))


def read_lists(session: Session, *owned: tuple[Base, Sequence[Any]]) -> None:
    """Load the lists behind these attributes of each owner, all in one query; no column may be encrypted."""
    columns = [
        _gathered(name.property, *(sa.inspect(owner).identity or ()))
        for owner, names in owned
        for name in names
    ]
    values = iter(session.execute(sa.select(*columns)).one())
    for owner, names in owned:
        adopt_lists(session, owner, names, [next(values) for _ in names])


def lists_of(names: Sequence[Any]) -> Sequence[sa.ScalarSelect[Any]]:
    """Columns of a query of the owner: the lists behind these attributes, for `adopt_lists`."""
    return [_gathered(name.property, *name.parent.primary_key) for name in names]


def adopt_lists(
    session: Session, owner: Base, names: Sequence[Any], values: Sequence[Sequence[Any]]
) -> None:
    for name, found in zip(names, values, strict=True):
        one = name.property
        columns = one.mapper.local_table.c
        rows = [_typed(columns, each) for each in found]
        rows.sort(key=lambda each: [each[column.key] for column in one.order_by])
        adopt_rows(session, owner, name, [one.mapper.class_(**each) for each in rows])


def _gathered(one: orm.RelationshipProperty[Any], owner: Any) -> sa.ScalarSelect[Any]:
    """owner: the id, or the column of it in the query around."""
    ((_, foreign),) = one.local_remote_pairs or ()
    rows = gather(*one.mapper.local_table.c).where(foreign == owner)
    return rows.correlate(one.parent.local_table).scalar_subquery()


_FROM_JSON: Mapping[type[Any], Callable[[Any], Any]] = {
    sa.Boolean: bool,  # SQLite has numbers
    sa.Date: date.fromisoformat,
    UtcDateTime: lambda text: datetime.fromisoformat(text).replace(tzinfo=UTC),
    Json: json.loads,
}


def _typed(columns: Any, values: Sequence[Any]) -> dict[str, Any]:
    """What JSON has as numbers and texts, as the columns have it."""
    found = {}
    for column, value in zip(columns, values, strict=True):
        kind = getattr(column.type, "enum_class", None) or _FROM_JSON.get(type(column.type))
        found[column.key] = value if kind is None or value is None else kind(value)
    return found


def adopt_rows(
    session: Session, owner: Base, name: orm.InstrumentedAttribute[list[R]], rows: Sequence[R]
) -> None:
    """Make `rows`, which are in the database as they stand here, the loaded list of `owner`."""
    for row in rows:
        orm.make_transient_to_detached(row)
    known = [session.merge(row, load=False) for row in rows]
    orm.attributes.set_committed_value(owner, name.key, known)
