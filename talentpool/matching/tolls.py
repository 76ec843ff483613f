"""Tolls on the months of one person who has many pairs: a bound that keeps the search for patterns short.

The tolls are the dual prices of the person's own small packing problem, rounded to whole numbers. Any tolls
≥ 0 give a valid bound, so the solver is used but not believed: a pattern is worth at most
Σ toll · what is free + Σ_k max(0, worth_k - tolls of k), less what it leaves out or overpays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Tolls:
    """limit: the bound on any pattern's worth; left: for each pair, its worth after tolls."""

    limit: int
    left: tuple[int, ...]


def tolls_of(use: NDArray[np.int64], free: NDArray[np.int64], worth: Sequence[int]) -> Tolls:
    """use (rows, pairs) of what is `free` (rows,): half-days and engagements in each month."""
    tolls = _dual_prices(use, free, worth)
    left = [int(w) - int(paid) for w, paid in zip(worth, tolls @ use, strict=True)]
    limit = int((tolls * free).sum()) + sum(max(w, 0) for w in left)
    return Tolls(limit, tuple(left))


def _dual_prices(
    use: NDArray[np.int64], free: NDArray[np.int64], worth: Sequence[int]
) -> NDArray[np.int64]:
    from scipy.optimize import linprog  # noqa: PLC0415 - only where something is solved

    unit = float(max(1, *worth))
    answer = linprog(
        -np.maximum(np.array(worth, float), 0.0) / unit,
        A_ub=use,
        b_ub=free,
        bounds=(0, 1),
        method="highs",
    )
    if answer.x is None:
        return np.zeros(len(free), np.int64)
    prices: NDArray[np.float64] = np.maximum(-answer.ineqlin.marginals, 0.0) * unit
    return np.rint(prices).astype(np.int64)
