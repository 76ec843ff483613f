"""Rules and fit of a whole pool: the feasible pairs of all needs with their parts, in chunks of bounded memory.

`Encoded` holds people who are asked about again and again, encoded once.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from ..arrays import Bools, Ints
from ..policy import PARTS, Policy
from ..records import Candidate, Need
from .encode import Numbering, People, encode
from .fit import Fit, fit_parts
from .lookup import Chunk
from .rules import Rule, broken_rules, named_by_need
from .sets import Asked, asked_of, feasible_blocks

CHUNK = 2**16  # pairs scored at a time


@dataclass(frozen=True, slots=True)
class Scored:
    """The E feasible pairs in rows by need, as in `Problem`; parts (9, E) unless they were not wanted."""

    ptr: NDArray[np.int64]
    candidate: NDArray[np.int32]
    fit: NDArray[np.int16]
    skill_count: NDArray[np.int16]
    parts: NDArray[np.int16] | None


def score(
    people: People,
    needs: Sequence[Need],
    numbering: Numbering,
    policy: Policy,
    *,
    barred: Sequence[Sequence[int]] = (),
    has_parts: bool = True,
) -> Scored:
    """Score the feasible pairs of all needs. barred: for each need, the people ruled out by name."""
    fit = Fit(people, needs, numbering, policy)
    ptr, candidate = _pairs(people, asked_of(needs, numbering, people), barred or [()] * len(needs))
    pairs = len(candidate)
    total, count = np.empty(pairs, np.int16), np.empty(pairs, np.int16)
    parts = np.empty((len(PARTS), pairs), np.int16) if has_parts else None
    for first, last in _chunks(ptr):
        some = slice(ptr[first], ptr[last])
        chunk = Chunk(
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
    """Find all feasible pairs: ptr (m+1,) and candidate (E,)."""
    ptr = np.zeros(len(barred) + 1, np.int64)
    found = [np.zeros(0, np.int32)]
    for first, sizes, members in feasible_blocks(people, asked, barred):
        ptr[first + 1 : first + 1 + len(sizes)] = sizes
        found.append(members.astype(np.int32))
    return np.cumsum(ptr), np.concatenate(found)


def _chunks(ptr: Ints) -> Iterator[tuple[int, int]]:
    """Yield (first need, one past the last) of runs of whole needs with about CHUNK pairs together."""
    first, end = 0, len(ptr) - 1
    while first < end:
        last = max(first + 1, int(np.searchsorted(ptr, ptr[first] + CHUNK, side="right")) - 1)
        yield first, last
        first = last


@dataclass(frozen=True, slots=True)
class Encoded:
    """The same people as records and as arrays, encoded once for all needs that may be asked about.

    numbering: of all these needs; named: need id → (index, rule) of everybody ruled out by name; known: see
    `broken_rules`.
    """

    records: Sequence[Candidate]
    arrays: People
    numbering: Numbering
    named: dict[str, list[tuple[int, Rule]]]
    known: dict[tuple[Rule, Hashable], Bools] = field(default_factory=dict)

    @classmethod
    def of(cls, people: Sequence[Candidate], numbering: Numbering) -> Encoded:
        return cls(people, encode(people, numbering), numbering, named_by_need(people))

    def altered(self, arrays: People) -> Encoded:
        """The same people after a change, as arrays."""
        return replace(self, arrays=arrays, known={})

    def broken(self, need: Need) -> dict[Rule, Bools]:
        """Rule → (n,) bool: who breaks it."""
        named = self.named.get(need.id, ())
        return broken_rules(self.arrays, need, self.numbering, named, self.known)

    def fits(self, needs: Sequence[Need], policy: Policy) -> Iterator[Ints]:
        """Yield everybody's fit, (n,) bp for each need in turn, even of those who break a rule."""
        for parts in fit_parts(self.arrays, needs, self.numbering, policy):
            yield parts.sum(axis=1)

    def score(self, need: Need, policy: Policy) -> Scored:
        """Score the need's feasible pairs, without parts."""
        barred = [index for index, _rule in self.named.get(need.id, ())]
        return score(self.arrays, [need], self.numbering, policy, barred=[barred], has_parts=False)
