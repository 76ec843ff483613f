"""The problem as arrays, checked once; everything after it may trust them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .checks import check_arrays
from .errors import InvalidProblem

DEFAULT_PREMIUM = 20_000  # bp a seat
QUICK = 10_000  # pairs up to which what explains a plan is solved for as well
GREATEST_VALUE = 10**9  # bp: exact in a float solver, and sums stay below 2^53
GREATEST_SUM = 1 << 51  # bp: in 1/1024 bp, as prices are reckoned, far within int64


@dataclass(frozen=True, kw_only=True)
class Problem:
    """n candidates, m needs, E feasible pairs in rows by need (CSR), T months.

    ptr (m+1,) int64; candidate (E,) int32, ascending within a need; fit (E,) int16 in bp, 0..10,000;
    seats (m,) int16 ≥ 1; half_days (m,) int16 ≥ 1 in each of the need's months; months (m, T) bool, at
    least one a need; capacity (n, T) int16 free half-days; most_at_once (n,) int8 ≥ 0 engagements in
    any month; candidate_ids, need_ids: distinct texts.
    premium (m,) int32 bp a seat (20,000 each); bonus (E,) int32 bp (0); engagements (n, T) int8 already
    standing (0); posted (m,) int64 order for the first-come baseline; skill_count (E,) int16 for the
    count baseline; parts (E, K) int16 that sum to fit, named by part_names.
    The value of a pair is premium + bonus + fit. Raises InvalidProblem.
    """

    ptr: NDArray[np.int64]
    candidate: NDArray[np.int32]
    fit: NDArray[np.int16]
    seats: NDArray[np.int16]
    half_days: NDArray[np.int16]
    months: NDArray[np.bool_]
    capacity: NDArray[np.int16]
    most_at_once: NDArray[np.int8]
    candidate_ids: Sequence[str]
    need_ids: Sequence[str]
    premium: NDArray[np.int32] | None = None
    bonus: NDArray[np.int32] | None = None
    engagements: NDArray[np.int8] | None = None
    posted: NDArray[np.int64] | None = None
    skill_count: NDArray[np.int16] | None = None
    parts: NDArray[np.int16] | None = None
    part_names: Sequence[str] = ()
    lottery_seed: int = 0
    value: NDArray[np.int64] = field(init=False, repr=False)  # (E,) bp

    def __post_init__(self) -> None:
        check_arrays(self)
        value = np.repeat(self.premiums, np.diff(self.ptr))
        value += self.fit
        if self.bonus is not None:
            value += self.bonus
        if len(value) and max(value.max(), -value.min()) > GREATEST_VALUE:
            index = int(np.abs(value).argmax())
            raise InvalidProblem("premium", f"a pair is worth more than {GREATEST_VALUE}", index)
        object.__setattr__(self, "value", value)
        self._check_sum()

    def _check_sum(self) -> None:
        """Refuse what all seats together could be worth where that is too much to be added up."""
        count = np.minimum(self.seats, np.diff(self.ptr))  # of each need, whom it could take
        wanted = np.flatnonzero(count)
        if not len(wanted) or int(count.sum()) * GREATEST_VALUE < GREATEST_SUM:
            return
        worth = np.maximum.reduceat(np.abs(self.value), self.ptr[wanted])
        sums = count[wanted] * worth
        if sum(sums.tolist()) >= GREATEST_SUM:
            index = int(wanted[sums.argmax()])
            raise InvalidProblem(
                "premium", f"the seats together are worth {GREATEST_SUM} or more", index
            )

    @cached_property
    def row(self) -> NDArray[np.int32]:
        """(E,) the need of each pair."""
        return np.repeat(np.arange(self.m, dtype=np.int32), np.diff(self.ptr))

    @property
    def n(self) -> int:
        return len(self.candidate_ids)

    @property
    def m(self) -> int:
        return len(self.need_ids)

    @property
    def premiums(self) -> NDArray[np.int64]:
        """(m,) bp a seat, the default where none are given."""
        if self.premium is None:
            return np.full(self.m, DEFAULT_PREMIUM, np.int64)
        return self.premium.astype(np.int64)

    @property
    def standing(self) -> NDArray[np.int64]:
        """(n, T) engagements that already stand."""
        if self.engagements is None:
            return np.zeros(self.capacity.shape, np.int64)
        return self.engagements.astype(np.int64)

    def edge(self, need: int, candidate: int) -> int | None:
        """Index of a pair, None when it is not feasible."""
        start, end = int(self.ptr[need]), int(self.ptr[need + 1])
        place = start + int(np.searchsorted(self.candidate[start:end], candidate))
        return place if place < end and self.candidate[place] == candidate else None

    def edges(self, pairs: Iterable[Sequence[Any]]) -> NDArray[np.int64]:
        """Pair numbers of (need, candidate) rows that are feasible; the others are left out."""
        found = [self.edge(int(j), int(i)) for j, i in pairs if 0 <= j < self.m]
        return np.array([edge for edge in found if edge is not None], np.int64)


def by_id(records: Sequence[Any]) -> list[Any]:
    """Rows sorted by stable id: the order in which records are given never matters."""
    return sorted(records, key=lambda record: record.id)
