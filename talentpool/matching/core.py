"""The pairs a problem is solved over where not over all: the best of each need, and what the prices ask for later.

A pair outside the core changes nothing as long as it is worth less than its seat's price, which is checked over
all pairs, block by block; so bound and proof hold for the whole problem.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .market import Ints
from .problem import GREATEST_VALUE, Problem
from .runs import blocks, runs

MANY = 2_000_000  # pairs from which on a core is taken
OF_EACH_NEED = 64
GROUPS = 10  # of the pairs of a need where everybody serves one need
BLOCK = 1 << 22  # pairs looked at together


@dataclass(frozen=True)
class Core:
    """inside (E,) bool; rest (m,): no pair of the need that is outside is worth more, in bp."""

    inside: NDArray[np.bool_]
    rest: Ints


def core_of(problem: Problem) -> Core | None:
    """The best pairs of each need; None where all pairs are few enough. Ties: the lower number."""
    if len(problem.candidate) <= MANY:
        return None
    core = np.zeros(len(problem.candidate), bool)
    rest = np.full(problem.m, -GREATEST_VALUE - 1)
    for need in range(problem.m):
        start, end = int(problem.ptr[need]), int(problem.ptr[need + 1])
        if end - start <= OF_EACH_NEED:
            core[start:end] = True
            continue
        values = problem.value[start:end]
        least = np.partition(values, -OF_EACH_NEED)[-OF_EACH_NEED]
        better = np.flatnonzero(values > least)
        equal = np.flatnonzero(values == least)[: OF_EACH_NEED - len(better)]
        core[start + better] = True
        core[start + equal] = True
        rest[need] = least
    return Core(core, rest)


def small_core_of(problem: Problem) -> Core:
    """Some of the best pairs of each need, enough where everybody serves one need and people are plenty.

    The pairs of a need are cut into groups; what is worth no less than the worst of the groups' best is in. That
    is a good deal faster than to put them in order, and in the mean it is GROUPS · (1 + 1/2 + … + 1/GROUPS) pairs.
    """
    counts = np.diff(problem.ptr)
    wanted = np.flatnonzero(counts)
    least = np.zeros(problem.m, np.int64)
    if len(wanted):
        starts = problem.ptr[wanted, None] + counts[wanted, None] * np.arange(GROUPS) // GROUPS
        best = np.maximum.reduceat(problem.value, starts.ravel())
        least[wanted] = best.reshape(starts.shape).min(axis=1)
    return Core(problem.value >= np.repeat(least, counts), least - 1)


def missing(problem: Problem, core: Core, prices: Ints, least: int, scale: int) -> Ints:
    """Pair numbers outside the core that are worth at least `least` after the prices (m,), in 1/scale bp."""
    found = [np.zeros(0, np.int64)]
    needs = np.flatnonzero(core.rest * scale - prices >= least)
    counts = np.diff(problem.ptr)[needs]
    for some in blocks(counts, BLOCK):
        block, count = needs[some], counts[some]
        pairs = runs(problem.ptr[block], count)
        left = problem.value[pairs] * scale - np.repeat(prices[block], count)
        found.append(pairs[(left >= least) & ~core.inside[pairs]])
    return np.concatenate(found)
