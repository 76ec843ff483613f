"""Long lists, one page at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import chain
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.sql.base import ExecutableOption

from .db import Session

T = TypeVar("T")
PORTION = 500  # rows of a long list that are in memory at once
MOST_AT_ONCE = 500  # rows on one page


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    rows: Sequence[T]
    total: int  # rows on all pages
    number: int  # from 1
    pages: int
    size: int  # most rows of a page


def fetch_page(
    session: Session,
    query: sa.Select[T],
    number: int,
    *,
    size: int,
    options: Sequence[ExecutableOption] = (),
) -> Page[T]:
    """Page `number` of an ordered `query`, clamped to the pages that exist. `options` load related rows."""
    count = query.order_by(None).with_only_columns(sa.func.count(), maintain_column_froms=True)
    total = session.scalar(count) or 0
    number, pages = _nearest(number, total, size)
    rows = query.options(*options).limit(size).offset((number - 1) * size)
    return Page(session.scalars(rows).all(), total, number, pages, size)


def cut_page(rows: Sequence[T], number: int, *, size: int) -> Page[T]:
    """The same for rows that are already in memory."""
    number, pages = _nearest(number, len(rows), size)
    return Page(rows[(number - 1) * size : number * size], len(rows), number, pages, size)


def _nearest(number: int, total: int, size: int) -> tuple[int, int]:
    pages = max(1, -(-total // size))
    return min(max(number, 1), pages), pages


@dataclass(frozen=True, slots=True)
class Listed(Generic[T]):
    """What a list holds, in its order, before anything is fetched. `options` load related rows."""

    session: Session
    query: sa.Select[T]
    size: int  # rows of a page
    options: Sequence[ExecutableOption] = ()
    counting: sa.CompoundSelect[*tuple[Any, ...]] | None = (
        None  # (filter, value, rows); see listing.py
    )
    sort: str = ""  # name of the order

    def page(self, number: int = 1, *, is_long: bool = False) -> Page[T]:
        size = MOST_AT_ONCE if is_long else self.size
        return fetch_page(self.session, self.query, number, size=size, options=self.options)

    def count_values(self) -> Mapping[str, Mapping[str, int]]:
        """By filter and value; "" for all values together, where one is chosen."""
        found: dict[str, dict[str, int]] = {}
        if self.counting is not None:
            for name, value, rows in self.session.execute(self.counting):
                found.setdefault(name, {})[value or ""] = rows
        return found

    def portions(self) -> Iterator[Sequence[T]]:
        """All rows, a few at a time."""
        query = self.query.options(*self.options).execution_options(yield_per=PORTION)
        with closing(self.session.scalars(query)) as found:
            yield from found.partitions()

    def rows(self) -> Iterator[T]:
        return chain.from_iterable(self.portions())
