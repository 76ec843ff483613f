"""Runs of whole numbers, one after another: how rows of different lengths are walked all at once."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from .encode import Ints


def runs(first: Ints | int, counts: Ints) -> Ints:
    """counts[k] numbers from first[k] on (from `first` on, where that is one number), for each k in turn."""
    before = np.cumsum(counts) - counts
    return np.asarray(np.arange(int(counts.sum())) + np.repeat(first - before, counts))


def blocks(counts: Ints, most: int) -> list[slice]:
    """Slices of the rows, in order, of about `most` entries together where row k has counts[k] of them."""
    cuts = np.flatnonzero(np.diff(np.cumsum(counts) // most)) + 1
    return [slice(*ends) for ends in pairwise([0, *cuts.tolist(), len(counts)])]
