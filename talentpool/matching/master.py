"""The programme over patterns: at most k_j patterns with need j, at most one pattern a person.

HiGHS is called through scipy, imported here when it is first needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .people import Pattern, Person
from .problem import Problem

UNIT = 1e4  # bp; objectives are scaled to about one
SINGLES = 16  # pairs of a need in the first master


class Columns:
    """Distinct non-empty patterns with their values."""

    def __init__(
        self, problem: Problem, seats: NDArray[np.int64], people: Sequence[Person]
    ) -> None:
        self.problem = problem
        self.seats = seats
        self.rows = {int(problem.candidate[p.edges[0]]): i for i, p in enumerate(people)}
        self.edges = np.array([e for person in people for e in person.edges], np.int64)
        self.patterns: list[Pattern] = []
        self._known: set[Pattern] = set()

    def __len__(self) -> int:
        return len(self.patterns)

    def add(self, pattern: Pattern) -> bool:
        """True when the pattern is new; the empty one never is."""
        if not pattern or pattern in self._known:
            return False
        self._known.add(pattern)
        self.patterns.append(pattern)
        return True

    def add_singles(self) -> None:
        """The best pairs of each need, each a pattern of its own."""
        rows, values = self.problem.row[self.edges], self.problem.value[self.edges]
        order = np.lexsort((self.edges, -values, rows))
        starts = np.flatnonzero(np.r_[True, np.diff(rows[order]) != 0])
        place = np.arange(len(order)) - np.repeat(starts, np.diff(np.r_[starts, len(order)]))
        for edge in self.edges[order[place < SINGLES]]:
            if self.problem.value[edge] > 0:
                self.add((int(edge),))

    @property
    def values(self) -> NDArray[np.int64]:
        return self.sum_over(self.problem.value)

    def sum_over(self, figures: NDArray[np.int64]) -> NDArray[np.int64]:
        """A figure of each pair, summed over each pattern."""
        if not self.patterns:
            return np.zeros(0, np.int64)
        sizes = [len(pattern) for pattern in self.patterns]
        flat = np.array([e for pattern in self.patterns for e in pattern], np.int64)
        sums: NDArray[np.int64] = np.add.reduceat(figures[flat], np.cumsum([0, *sizes[:-1]]))
        return sums

    def matrix(self) -> tuple[Any, NDArray[np.float64]]:
        """Constraint matrix (needs then people, patterns), CSC, and its right-hand side."""
        from scipy.sparse import csc_array  # noqa: PLC0415

        m = self.problem.m
        sizes = np.array([len(pattern) for pattern in self.patterns], np.int64)
        flat = np.array([e for pattern in self.patterns for e in pattern], np.int64)
        firsts = np.array([pattern[0] for pattern in self.patterns], np.int64)
        person = np.array([m + self.rows[int(i)] for i in self.problem.candidate[firsts]])
        numbers = np.arange(len(self.patterns))
        rows = np.concatenate([self.problem.row[flat], person])
        columns = np.concatenate([np.repeat(numbers, sizes), numbers])
        shape = (m + len(self.rows), len(self.patterns))
        matrix = csc_array((np.ones(len(rows)), (rows, columns)), shape=shape)
        return matrix, np.concatenate([self.seats, np.ones(len(self.rows))]).astype(float)


def relax(columns: Columns, time_limit: float) -> NDArray[np.float64]:
    """Prices of seats (m,) in bp, from the linear relaxation over the known patterns."""
    from scipy.optimize import linprog  # noqa: PLC0415

    if not len(columns):
        return np.zeros(columns.problem.m)
    matrix, right = columns.matrix()
    answer = linprog(
        -columns.values / UNIT,
        A_ub=matrix,
        b_ub=right,
        bounds=(0, None),
        method="highs",
        options={"time_limit": max(time_limit, 0.1)},
    )
    if answer.ineqlin is None or answer.x is None:
        return np.zeros(columns.problem.m)
    prices = -answer.ineqlin.marginals[: columns.problem.m] * UNIT
    return np.maximum(prices, 0.0)


def choose(
    columns: Columns,
    gain: NDArray[np.int64],
    time_limit: float,
    *,
    unit: float = UNIT,
    demands: Sequence[tuple[NDArray[np.int64], int, float]] = (),
) -> list[int]:
    """Pairs of the best whole choice of patterns by `gain`; [] when none is found.

    demands: (figure of each pattern, least total, unit): further rows that the choice must reach.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp  # noqa: PLC0415

    if not len(columns):
        return []
    matrix, right = columns.matrix()
    rows = [LinearConstraint(matrix, -np.inf, right)]
    rows += [
        LinearConstraint(figures[None, :] / scale, (least - 0.5) / scale, np.inf)
        for figures, least, scale in demands
    ]
    answer = milp(
        -gain / unit,
        constraints=rows,
        integrality=np.ones(len(columns), np.int64),
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": 0.0, "time_limit": max(time_limit, 0.1)},
    )
    if answer.x is None:
        return []
    taken = np.flatnonzero(answer.x > 0.5)
    return [edge for number in taken for edge in columns.patterns[number]]
