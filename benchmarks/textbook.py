"""The problem as everybody would write it for a solver: one 0/1 variable a pair, one row a limit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array

from talentpool import matching as m


@dataclass(frozen=True)
class Textbook:
    """Maximise value @ x under matrix @ x <= right, x 0 or 1. Rows: seats, half-days, engagements."""

    value: NDArray[np.int64]  # (E,) bp
    matrix: csc_array  # (rows, E)
    right: NDArray[np.int64]  # (rows,)


def textbook(problem: m.Problem) -> Textbook:
    """Months in which the same pairs compete for a person make one row: no solver reads a row twice."""
    pair, limit, half_days_right, engagements_right = _months(problem)
    pairs, limits = len(problem.candidate), len(half_days_right)
    rows = np.concatenate([problem.row, problem.m + limit, problem.m + limits + limit])
    columns = np.concatenate([np.arange(pairs), pair, pair])
    half_days = problem.half_days[problem.row[pair]]
    entries = np.concatenate([np.ones(pairs), half_days, np.ones(len(pair))])
    matrix = csc_array(
        (entries, (rows.astype(np.int32), columns.astype(np.int32))),
        shape=(problem.m + 2 * limits, pairs),
    )
    right = np.concatenate([problem.seats, half_days_right, engagements_right])
    return Textbook(problem.value, matrix, right.astype(np.int64))


def _months(
    problem: m.Problem,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """pair and limit, one each where a pair uses a limit; half-days and engagements of each limit."""
    pair, month = np.nonzero(problem.months[problem.row])
    person = problem.candidate[pair].astype(np.int64)
    cell, of_cell = np.unique(person * problem.months.shape[1] + month, return_inverse=True)
    person, month = np.divmod(cell, problem.months.shape[1])
    mark = np.random.default_rng(0).integers(0, 1 << 62, problem.m, dtype=np.uint64)
    sums = np.zeros(len(cell), np.uint64)  # equal sums: the same set of needs
    np.add.at(sums, of_cell, mark[problem.row[pair]])
    kind, of_kind = np.unique(
        np.stack([person.astype(np.uint64), sums]), axis=1, return_inverse=True
    )
    half_days = np.full(kind.shape[1], np.iinfo(np.int64).max)
    engagements = half_days.copy()
    room = problem.most_at_once.astype(np.int64)[:, None] - problem.standing
    np.minimum.at(half_days, of_kind, problem.capacity[person, month].astype(np.int64))
    np.minimum.at(engagements, of_kind, np.maximum(room[person, month], 0))
    use = np.unique(np.stack([pair, of_kind[of_cell]]), axis=1)
    return use[0], use[1], half_days, engagements
