"""The rows that belong to another row, read with it in the same query: one column that holds a list of lists.

SQLite and PostgreSQL both make it of JSON, so a column must be a number, a text or a truth; months and codes are.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


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
