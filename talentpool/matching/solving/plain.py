"""The plain programme: one variable a pair, one row a limit; for markets whose patterns nobody could list.

Needs that are alike are one need with more seats, and the variable counts how many of them a person takes. Months that
other months of the same person make needless have no row.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats, Ints
from ..problem import GREATEST_VALUE
from .market import Market

TIED = 3  # pairs of a need that are worth the same, on average, above which values count as equal
NO_ROW = -1
ALIKE = 2  # needs of each kind, on average, above which needs count as alike


class Plain:
    """K variables, ascending: pairs (K,) are positions in the market, of the first of the needs that are alike.

    most (K,): what each variable may be; like (m,): for each need the first one like it; rows over the variables.
    """

    def __init__(self, market: Market) -> None:
        self.market = market
        self.like = alike(market)
        self.alike: Ints = np.bincount(self.like, minlength=len(self.like))
        self.pairs = np.flatnonzero(self.like[market.need] == market.need)
        self.most = np.minimum(self.alike[market.need[self.pairs]], _most_alone(market, self.pairs))
        self.value = market.value[self.pairs]
        self.matrix, self.right, self.payer = self._rows()

    def __len__(self) -> int:
        return len(self.pairs)

    @property
    def group(self) -> Ints:
        """(K,) the first of the needs of each variable."""
        return self.market.need[self.pairs]

    def _rows(self) -> tuple[Any, Ints, Ints]:
        """Return matrix (R, K), CSC, right (R,) and whose rows these are (R - m,), the first m being the needs."""
        from scipy.sparse import csc_array, vstack  # noqa: PLC0415

        market, group, number = self.market, self.group, np.arange(len(self))
        days, engagements = _limits(market, self.pairs, self.most)
        each = np.ones(len(self))
        seats = csc_array((each, (group, number)), shape=(len(market.seats), len(self)))
        in_days, most_days, whose_days = self._month_rows(days, market.half_days[group] * each)
        in_slots, most_slots, whose_slots = self._month_rows(engagements, each)
        matrix = vstack([seats, in_days, in_slots], format="csc")
        right = np.concatenate([market.seats * self.alike, most_days, most_slots])
        return matrix, right, np.concatenate([whose_days, whose_slots])

    def _month_rows(self, limit: Ints, takes: Floats) -> tuple[Any, Ints, Ints]:
        """Return matrix, right and person of a row for each `limit` (q, T) from 0 on. takes (K,): what one takes."""
        from scipy.sparse import csc_array  # noqa: PLC0415

        who, month = np.nonzero(limit >= 0)
        number = np.full(limit.shape, NO_ROW)
        number[who, month] = np.arange(len(who))
        runs_in = self.market.months[self.group]
        row = np.where(runs_in, number[self.market.person[self.pairs]], NO_ROW)
        variable, at = np.nonzero(row != NO_ROW)
        entries = takes[variable], (row[variable, at], variable)
        return csc_array(entries, shape=(len(who), len(self))), limit[who, month], who

    def column(self, variable: int) -> tuple[Ints, Ints]:
        """Return the rows of a variable, and what one of it takes there."""
        place = slice(*self.matrix.indptr[variable : variable + 2])
        return self.matrix.indices[place], self.matrix.data[place].astype(np.int64)

    def pairs_of(self, counts: Ints) -> Ints:
        """Return the positions, ascending, of the pairs in a choice of `counts` (K,).

        People take the needs that are alike in turns, so nobody has one twice and none has too many.
        """
        market, m = self.market, len(self.market.seats)
        by_group = np.lexsort((self.pairs, self.group))
        taken = np.repeat(by_group, counts[by_group])  # a variable once for each need it takes
        group = self.group[taken]
        turn = np.arange(len(taken)) - np.searchsorted(group, group)
        members = np.argsort(self.like, kind="stable")
        first = np.cumsum(self.alike) - self.alike
        need = members[first[group] + turn % self.alike[group]]
        offset = np.arange(len(self)) - np.searchsorted(self.group[by_group], self.group[by_group])
        place = np.empty(len(self), np.int64)
        place[by_group] = offset
        sizes = np.bincount(market.need, minlength=m)
        found: Ints = market.by_need[(np.cumsum(sizes) - sizes)[need] + place[taken]]
        return np.sort(found)


def is_uniform(market: Market) -> bool:
    """Tell whether so much is alike that patterns would only tell copies apart: needs, or what their people are worth."""
    if not len(market.need):
        return False
    worths = np.sort(market.need * (2 * GREATEST_VALUE + 1) + market.value)
    if TIED * (1 + np.count_nonzero(np.diff(worths))) < len(worths):
        return True
    wanted = np.flatnonzero(np.bincount(market.need))
    return ALIKE * len(np.unique(alike(market)[wanted])) < len(wanted)


def alike(market: Market) -> Ints:
    """Find (m,) for each need the first one of the same seats, half-days, months, people and values."""
    m = len(market.seats)
    person, value = market.person[market.by_need], market.value[market.by_need]
    ends = np.cumsum(np.bincount(market.need, minlength=m)).tolist()
    seen: dict[tuple[int, int, bytes, bytes, bytes], int] = {}
    like, start = np.arange(m), 0
    for need, end in enumerate(ends):
        like[need] = seen.setdefault(
            (
                int(market.seats[need]), int(market.half_days[need]), market.months[need].tobytes(),
                person[start:end].tobytes(), value[start:end].tobytes(),
            ),
            need,
        )  # fmt: skip
        start = end
    return like


def _most_alone(market: Market, pairs: Ints) -> Ints:
    """Compute (K,) how many needs like that of each pair its person has room for."""
    who, need = market.person[pairs], market.need[pairs]
    many = np.minimum(market.slots[who], market.room[who] // market.half_days[need, None])
    alone: Ints = np.where(market.months[need], many, np.iinfo(np.int16).max).min(axis=1)
    return alone.astype(np.int64)


def _limits(market: Market, pairs: Ints, most: Ints) -> tuple[Ints, Ints]:
    """Compute (q, T) half-days and (q, T) engagements that have a row of their own; -1 where none is needed."""
    used = market.months[market.need[pairs]]
    day = market.half_days[market.need[pairs]].astype(np.int64)[:, None]
    starts = np.searchsorted(market.person[pairs], np.arange(market.people))
    lots = np.iinfo(np.int16).max
    least = np.minimum.reduceat(np.where(used, day, lots), starts, axis=0)
    greatest = np.maximum.reduceat(np.where(used, day, 0), starts, axis=0)
    count = np.add.reduceat(used * most[:, None], starts, axis=0)
    asked = np.add.reduceat(used * day * most[:, None], starts, axis=0)
    room, slots = market.room.astype(np.int64), market.slots.astype(np.int64)
    slots = np.minimum(slots, room // least)
    in_one, in_both = used.astype(np.int32), np.zeros((*room.shape, room.shape[1]), np.int32)
    for month in range(room.shape[1]):
        in_both[:, month] = np.add.reduceat(in_one * in_one[:, month, None], starts, axis=0)
    days = _needed(in_both, np.where((asked > room) & (slots * greatest > room), room, -1))
    return days, _needed(in_both, np.where(count > slots, slots, -1))


def _needed(in_both: NDArray[np.int32], limit: Ints) -> Ints:
    """Drop (to -1) each month whose pairs all run in another month with no more room.

    in_both (q, T, T): pairs that run in both of two months; limit (q, T), -1 for none.
    """
    months = limit.shape[1]
    mine = np.diagonal(in_both, axis1=1, axis2=2)
    kept = limit.copy()
    for month in range(months):
        for other in range(months):
            is_inside = in_both[:, month, other] == mine[:, month]
            is_less = (limit[:, other] >= 0) & (limit[:, other] <= limit[:, month])
            is_first = (
                (mine[:, other] > mine[:, month])
                | (limit[:, other] < limit[:, month])
                | (other < month)
            )
            if other != month:
                kept[is_inside & is_less & is_first, month] = -1
    return kept
