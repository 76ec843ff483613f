"""The array types of the engine, and ways to walk rows of different lengths all at once."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Whole = NDArray[np.integer[Any]]
Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]


def runs(first: Ints | int, counts: Ints) -> Ints:
    """Count from first[k], or from `first` if it is one number, for counts[k] numbers, for each k in turn."""
    before = np.cumsum(counts) - counts
    return np.asarray(np.arange(int(counts.sum())) + np.repeat(first - before, counts))


def blocks(counts: Ints, most: int) -> list[slice]:
    """Cut rows with counts[k] entries into slices, in order, of about `most` entries each."""
    cuts = np.flatnonzero(np.diff(np.cumsum(counts) // most)) + 1
    return [slice(*ends) for ends in pairwise([0, *cuts.tolist(), len(counts)])]
