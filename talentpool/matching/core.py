"""The pairs a very large problem is solved over: the best of each need, and what the prices ask for later.

A pair outside the core changes nothing as long as it is worth less than its seat's price, which is checked over
all pairs, block by block; so bound and proof hold for the whole problem.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .market import Ints
from .problem import Problem

MANY = 2_000_000  # pairs from which on a core is taken
OF_EACH_NEED = 64
BLOCK = 1 << 22  # pairs looked at together


def core_of(problem: Problem) -> NDArray[np.bool_] | None:
    """(E,) the best pairs of each need; None where all pairs are few enough. Ties: the lower number."""
    if len(problem.candidate) <= MANY:
        return None
    core = np.zeros(len(problem.candidate), bool)
    for start, end in zip(problem.ptr[:-1].tolist(), problem.ptr[1:].tolist(), strict=True):
        if end - start <= OF_EACH_NEED:
            core[start:end] = True
            continue
        values = problem.value[start:end]
        least = np.partition(values, -OF_EACH_NEED)[-OF_EACH_NEED]
        better = np.flatnonzero(values > least)
        equal = np.flatnonzero(values == least)[: OF_EACH_NEED - len(better)]
        core[start + better] = True
        core[start + equal] = True
    return core


def missing(
    problem: Problem, core: NDArray[np.bool_], prices: Ints, least: int, scale: int
) -> Ints:
    """Pair numbers outside the core that are worth at least `least` after the prices (m,), in 1/scale bp."""
    found = []
    for start in range(0, len(core), BLOCK):
        block = slice(start, start + BLOCK)
        left = problem.value[block] * scale - prices[problem.row[block]]
        found.append(start + np.flatnonzero((left >= least) & ~core[block]))
    return np.concatenate(found)
