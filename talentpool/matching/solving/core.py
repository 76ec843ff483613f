"""The pairs over which a very large problem is solved: the best of each need, and what the prices ask for later.

A pair outside the core changes nothing as long as it is worth less than the price of its seat. This is checked over
all pairs, block by block, so bound and proof hold for the whole problem.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..arrays import Ints, blocks, runs
from ..problem import GREATEST_VALUE, Problem

MANY = 2_000_000  # a problem with more pairs than this is solved over a core
OF_EACH_NEED = 64  # pairs of each need in the core, at least
GROUPS = 10  # groups into which the pairs of a need are cut where everybody serves one need
BLOCK = 1 << 22  # pairs checked at a time


@dataclass(frozen=True)
class Core:
    """inside (E,) bool: which pairs; rest (m,): what no pair of each need outside the core exceeds, in bp."""

    inside: NDArray[np.bool_]
    rest: Ints


def core_of(problem: Problem) -> Core | None:
    """Take the best pairs of each need, ties by the lower number; None where there are few enough pairs."""
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
    """Take some of the best pairs of each need: enough where everybody serves one need and people are plenty.

    The pairs of a need are cut into groups; every pair worth no less than the worst of the groups' best is in. This is
    much faster than sorting, and on average it takes GROUPS · (1 + 1/2 + … + 1/GROUPS) pairs.
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
    """Find the pairs outside the core that are worth at least `least` after the prices (m,), in 1/scale bp."""
    found = [np.zeros(0, np.int64)]
    needs = np.flatnonzero(core.rest * scale - prices >= least)
    counts = np.diff(problem.ptr)[needs]
    for some in blocks(counts, BLOCK):
        block, count = needs[some], counts[some]
        pairs = runs(problem.ptr[block], count)
        left = problem.value[pairs] * scale - np.repeat(prices[block], count)
        found.append(pairs[(left >= least) & ~core.inside[pairs]])
    return np.concatenate(found)
