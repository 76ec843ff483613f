"""Rules and fit of a whole pool: the feasible pairs of all needs with their parts, in blocks bounded in memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .encode import Columns, Ints, People
from .fit import Fit
from .lookup import Pairs
from .policy import PARTS, Policy
from .records import Need
from .sets import Asked, asked_of, feasible_blocks

CHUNK = 2**16  # pairs whose fit is computed at a time


@dataclass(frozen=True, slots=True)
class Scored:
    """E feasible pairs by need: ptr (m+1,) int64, candidate (E,) int32, fit (E,) int16 in bp, skill_count (E,)
    int16, and parts (9, E) int16 unless they were not wanted."""

    ptr: NDArray[np.int64]
    candidate: NDArray[np.int32]
    fit: NDArray[np.int16]
    skill_count: NDArray[np.int16]
    parts: NDArray[np.int16] | None


def score(
    people: People,
    needs: Sequence[Need],
    columns: Columns,
    policy: Policy,
    *,
    barred: Sequence[Sequence[int]] = (),
    has_parts: bool = True,
) -> Scored:
    """barred: for each need the people ruled out by name."""
    fit = Fit(people, needs, columns, policy)
    ptr, candidate = _pairs(people, asked_of(needs, columns), barred or [()] * len(needs))
    pairs = len(candidate)
    total, count = np.empty(pairs, np.int16), np.empty(pairs, np.int16)
    parts = np.empty((len(PARTS), pairs), np.int16) if has_parts else None
    for first, last in _chunks(ptr):
        some = slice(ptr[first], ptr[last])
        chunk = Pairs(
            slice(first, last),
            np.diff(ptr[first : last + 1]),
            candidate[some].astype(np.int64),
        )
        rows = (
            np.empty((len(PARTS), len(chunk.person)), np.int16) if parts is None else parts[:, some]
        )
        count[some] = fit.parts(chunk, rows)
        rows.sum(axis=0, dtype=np.int16, out=total[some])
    return Scored(ptr, candidate, total, count, parts)


def _pairs(
    people: People, asked: Sequence[Asked], barred: Sequence[Sequence[int]]
) -> tuple[Ints, NDArray[np.int32]]:
    """ptr (m+1,) and candidate (E,) of all feasible pairs."""
    ptr = np.zeros(len(barred) + 1, np.int64)
    found = [np.zeros(0, np.int32)]
    for first, sizes, members in feasible_blocks(people, asked, barred):
        ptr[first + 1 : first + 1 + len(sizes)] = sizes
        found.append(members.astype(np.int32))
    return np.cumsum(ptr), np.concatenate(found)


def _chunks(ptr: Ints) -> Iterator[tuple[int, int]]:
    """(first need, one behind the last) of runs of whole needs with about CHUNK pairs together."""
    first, end = 0, len(ptr) - 1
    while first < end:
        last = max(first + 1, int(np.searchsorted(ptr, ptr[first] + CHUNK, side="right")) - 1)
        yield first, last
        first = last
