"""Pairs in a list, need by need, and the two kinds of look-up that turn them into numbers."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from .encode import Ints

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Pairs:
    """A list of k pairs of successive needs. needs: from which to which; sizes: pairs of each; person (k,)."""

    needs: slice
    sizes: Ints
    person: Ints

    def spread(self, values: NDArray[Any]) -> Any:
        """Each need's value for all of its pairs: (k,), or one number where they are all the same."""
        own = values[self.needs]
        if len(own) and (own == own[0]).all():
            return own[0]
        return np.repeat(own, self.sizes)


@dataclass(frozen=True, slots=True)
class Table:
    """rows (k, width): one row for each distinct key that needs have; number (m,): the row of each need."""

    rows: NDArray[Any]
    number: Ints

    def at(self, pairs: Pairs, column: Ints) -> NDArray[Any]:
        """(k,) the entry of each pair's need in the given column."""
        width = self.rows.shape[1]
        place = pairs.spread(self.number * width) + column
        return np.asarray(self.rows.reshape(-1).take(place))


def table(keys: Iterable[K], row: Callable[[K], NDArray[Any]], width: int, dtype: Any) -> Table:
    """`row` makes the row of a key; it is called once for each distinct key."""
    numbers: dict[K, int] = {}
    number = np.array([numbers.setdefault(key, len(numbers)) for key in keys], np.int64)
    rows = np.empty((len(numbers), width), dtype)
    for key, place in numbers.items():
        rows[place] = row(key)
    return Table(rows, number)
