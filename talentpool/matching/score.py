"""Rules and fit of a whole pool: the feasible pairs of all needs with their parts, in blocks bounded in memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .encode import Columns, People
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
    asked: Sequence[Asked] | None = None,
    has_parts: bool = True,
) -> Scored:
    """barred: for each need the people ruled out by name; asked: the conditions of the needs, if known."""
    fit = Fit(people, needs, columns, policy)
    asked = asked_of(needs, columns) if asked is None else asked
    sizes = np.zeros(len(needs), np.int64)
    people_of: list[NDArray[Any]] = [np.zeros(0, np.int32)]
    totals: list[NDArray[Any]] = [np.zeros(0, np.int16)]
    counts: list[NDArray[Any]] = [np.zeros(0, np.int16)]
    parts: list[NDArray[Any]] = [np.zeros((len(PARTS), 0), np.int16)]
    for pairs in _chunks(people, asked, barred or [()] * len(needs)):
        table, count = fit.parts(pairs)
        sizes[pairs.needs] = pairs.sizes
        people_of.append(pairs.person.astype(np.int32))
        totals.append(table.sum(axis=0, dtype=np.int16))
        counts.append(count)
        if has_parts:
            parts.append(table)
    return Scored(
        ptr=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        candidate=_joined(people_of),
        fit=_joined(totals),
        skill_count=_joined(counts),
        parts=_joined(parts) if has_parts else None,
    )


def _joined(pieces: list[NDArray[Any]]) -> NDArray[Any]:
    """One array of all pieces, which are let go: two copies of everything would double the peak."""
    whole = np.concatenate(pieces, axis=-1)
    pieces.clear()
    return whole


def _chunks(
    people: People, asked: Sequence[Asked], barred: Sequence[Sequence[int]]
) -> Iterator[Pairs]:
    """Runs of whole needs with about CHUNK pairs together."""
    for first, sizes, person in feasible_blocks(people, asked, barred):
        ends = np.cumsum(sizes)
        start = 0
        while start < len(sizes):
            before = int(ends[start - 1]) if start else 0
            stop = max(start + 1, int(np.searchsorted(ends, before + CHUNK, side="right")))
            some = person[before : ends[stop - 1]]
            if len(some):
                yield Pairs(slice(first + start, first + stop), sizes[start:stop], some)
            start = stop
