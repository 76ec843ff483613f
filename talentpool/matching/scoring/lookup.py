"""Chunks of pairs, need by need, and the two kinds of look-up that turn them into numbers."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..arrays import Ints

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Chunk:
    """The k pairs of successive needs. needs: which ones; sizes: how many pairs each has; person (k,)."""

    needs: slice
    sizes: Ints
    person: Ints

    def spread(self, values: NDArray[Any]) -> Any:
        """Repeat each need's value for all its pairs: (k,), or one number where all values are equal."""
        own = values[self.needs]
        if len(own) and (own == own[0]).all():
            return own[0]
        return np.repeat(own, self.sizes)


@dataclass(frozen=True, slots=True)
class Table:
    """rows (k, width): one row for each distinct key of the needs; number (m,): the row of each need."""

    rows: NDArray[Any]
    number: Ints

    def at(self, chunk: Chunk, column: Ints) -> NDArray[Any]:
        """Look up (k,) entries: each pair in the row of its need and the given column (k,)."""
        width = self.rows.shape[1]
        place = chunk.spread(self.number * width) + column
        return np.asarray(self.rows.reshape(-1).take(place))


def table(keys: Iterable[K], row: Callable[[K], NDArray[Any]], width: int, dtype: Any) -> Table:
    """Make a table by calling `row` once for each distinct key."""
    numbers: dict[K, int] = {}
    number = np.array([numbers.setdefault(key, len(numbers)) for key in keys], np.int64)
    rows = np.empty((len(numbers), width), dtype)
    for key, place in numbers.items():
        rows[place] = row(key)
    return Table(rows, number)
