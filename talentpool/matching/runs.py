"""Runs of whole numbers, one after another: how rows of different lengths are walked all at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


def runs(first: Ints | int, counts: Ints) -> Ints:
    """counts[k] numbers from first[k] on (from `first` on, where that is one number), for each k in turn."""
    before = np.cumsum(counts) - counts
    return np.asarray(np.arange(int(counts.sum())) + np.repeat(first - before, counts))
