"""Every person's patterns at once: sets of needs that fit the months together, grown pair by pair.

All patterns of one size are rows of arrays; each is joined with the pairs of its person that come later in
falling worth, as long as the best that could still follow reaches what is asked. A few people with very many
ways are left to the depth-first walk of `walk`, which bounds better but one person at a time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .market import Ints, Market
from .walk import Tick, Way, walk_best, walk_within

NONE = -1  # no pair in this place of a pattern
# Joins of one size made at once; where it would be more, who needs more than a share is walked.
MOST_ROWS = 1 << 22
FAIR_SHARE = 1 << 10  # joins that every person may need at one size


@dataclass(frozen=True)
class Patterns:
    """R patterns: owner (R,), pairs (R, size) positions in the market, NONE at the end; worth (R,).

    The owner is the person, or the row that `best_with` was asked about.
    """

    owner: Ints
    pairs: Ints
    worth: Ints


@dataclass(frozen=True)
class _Listing:
    """The pairs that can matter, by person in falling worth.

    pair (L,) positions in the market, worth (L,), gains (L+1,) running sum of the positive worths, start
    and end (q,) of each person's part.
    """

    pair: Ints
    worth: Ints
    gains: Ints
    start: Ints
    end: Ints


@dataclass(frozen=True)
class _Rows:
    """Patterns of one size that may grow. last: place of the last pair in the listing; others as in Market."""

    owner: Ints
    person: Ints
    last: Ints
    worth: Ints
    pairs: Ints
    room: NDArray[np.int16]
    slots: NDArray[np.int16]

    def take(self, which: NDArray[np.bool_] | Ints) -> _Rows:
        return _Rows(
            self.owner[which], self.person[which], self.last[which], self.worth[which],
            self.pairs[which], self.room[which], self.slots[which],
        )  # fmt: skip


def best(market: Market, worth: Ints, tick: Tick) -> Patterns:
    """Each person's best non-empty pattern where it is worth more than nothing. worth (F,)."""
    listing = _listing(market, worth, 1)
    rows = _first_rows(market, listing)
    least = np.ones(market.people, np.int64)
    return _only_best(market, listing, rows, least, worth, tick)


def within(
    market: Market, worth: Ints, top: Ints, gap: int, most: int, tick: Tick
) -> Patterns | None:
    """Every non-empty pattern that loses at most `gap` against its person's best.

    top (q,): the worth of each person's best pattern. No pair of such a pattern loses more than the gap by
    itself, as the others are worth at most the best. None when there are more than `most`.
    """
    least = top - gap
    listing = _listing(market, worth, -gap)
    rows = _first_rows(market, listing)
    found: list[Patterns] = []
    heavy: list[int] = []
    while len(rows.owner):
        rows, left = _grown(market, listing, rows, least)
        heavy += left
        kept = rows.worth >= least[rows.owner]
        found.append(Patterns(rows.owner[kept], rows.pairs[kept], rows.worth[kept]))
        if sum(len(part.owner) for part in found) > most:
            return None
    answer = _joined(found)
    if not heavy:
        return answer
    answer = _without(answer, heavy)
    room = most - len(answer.owner)
    for person in heavy:
        walked = walk_within(market, person, worth, int(least[person]), room, tick)
        if walked is None:
            return None
        room -= len(walked)
        answer = _joined([answer, _from_walk(person, walked)])
    return answer


def best_with(market: Market, worth: Ints, pairs: Ints, tick: Tick) -> Ints:
    """(len(pairs),) the worth of the best pattern that contains each of the `pairs`."""
    listing = _listing(market, worth, 1)
    person = market.person[pairs]
    days, slots = market.takes(pairs)
    rows = _Rows(
        owner=np.arange(len(pairs)),
        person=person,
        last=listing.start[person] - 1,
        worth=worth[pairs],
        pairs=pairs[:, None],
        room=market.room[person] - days,
        slots=market.slots[person] - slots,
    )
    top = rows.worth.copy()
    while len(rows.owner):
        rows, heavy = _grown(market, listing, rows, top + 1)
        np.maximum.at(top, rows.owner, rows.worth)
        for owner in heavy:
            top[owner] = walk_best(market, int(person[owner]), worth, tick, must=int(pairs[owner]))[
                0
            ]
    return top


def _listing(market: Market, worth: Ints, least: int) -> _Listing:
    """The pairs worth at least `least`."""
    kept = np.flatnonzero(worth >= least)
    order = kept[np.lexsort((kept, -worth[kept], market.person[kept]))]
    counts = np.bincount(market.person[order], minlength=market.people)
    end = np.cumsum(counts)
    gains = np.concatenate([[0], np.cumsum(np.maximum(worth[order], 0))])
    return _Listing(order, worth[order], gains, end - counts, end)


def _first_rows(market: Market, listing: _Listing) -> _Rows:
    """The empty pattern of everybody who has a pair in the listing."""
    people = np.flatnonzero(listing.end > listing.start)
    return _Rows(
        owner=people,
        person=people,
        last=listing.start[people] - 1,
        worth=np.zeros(len(people), np.int64),
        pairs=np.zeros((len(people), 0), np.int64),
        room=market.room[people],
        slots=market.slots[people],
    )


def _only_best(
    market: Market, listing: _Listing, rows: _Rows, least: Ints, worth: Ints, tick: Tick
) -> Patterns:
    """The best pattern of each owner worth at least `least`; ties go to the first found."""
    found: list[Patterns] = []
    heavy: list[int] = []
    while len(rows.owner):
        rows, left = _grown(market, listing, rows, least)
        heavy += left
        order = np.lexsort((-rows.worth, rows.owner))
        first = order[np.flatnonzero(np.diff(rows.owner[order], prepend=-1))]
        first = first[rows.worth[first] >= least[rows.owner[first]]]
        found.append(Patterns(rows.owner[first], rows.pairs[first], rows.worth[first]))
        least[rows.owner[first]] = rows.worth[first] + 1
    answer = _without(_joined(found), heavy)
    order = np.lexsort((-answer.worth, answer.owner))
    first = order[np.flatnonzero(np.diff(answer.owner[order], prepend=-1))]
    walked = [
        _from_walk(person, [walk_best(market, person, worth, tick)])
        for person in sorted(set(heavy))
    ]
    return _joined(
        [Patterns(answer.owner[first], answer.pairs[first], answer.worth[first]), *walked]
    )


def _grown(market: Market, listing: _Listing, rows: _Rows, least: Ints) -> tuple[_Rows, list[int]]:
    """The rows with one more pair each, where `least` (by owner) is still in reach; and owners too heavy."""
    first = rows.last + 1
    counts = _reach(market, listing, rows, least) - first
    total = np.bincount(rows.owner, counts, minlength=len(least))
    share = max(FAIR_SHARE, MOST_ROWS // max(1, int(np.count_nonzero(total))))
    heavy = np.flatnonzero((total > share) & (total.sum() > MOST_ROWS))
    if len(heavy):
        counts[np.isin(rows.owner, heavy)] = 0
    parent = np.repeat(np.arange(len(counts)), counts)
    place = np.arange(len(parent)) - np.repeat(np.cumsum(counts) - counts - first, counts)
    pair = listing.pair[place]
    fits = _fits(market, rows, parent, pair)
    parent, place, pair = parent[fits], place[fits], pair[fits]
    days, slots = market.takes(pair)
    return (
        _Rows(
            owner=rows.owner[parent],
            person=rows.person[parent],
            last=place,
            worth=rows.worth[parent] + listing.worth[place],
            pairs=np.concatenate([rows.pairs[parent], pair[:, None]], axis=1),
            room=rows.room[parent] - days,
            slots=rows.slots[parent] - slots,
        ),
        [int(owner) for owner in heavy],
    )


def _reach(market: Market, listing: _Listing, rows: _Rows, least: Ints) -> Ints:
    """(rows,) the place in the listing from which on no further pair can bring a row to its least.

    At most `left` pairs can follow, so from a place b on a row gains at most the sum of `left` worths; that
    falls with b: binary search, all rows at once.
    """
    end = listing.end[rows.person]
    left = rows.slots.sum(axis=1, dtype=np.int64)  # each further pair takes at least one
    asked = least[rows.owner] - rows.worth
    low, high = rows.last + 1, np.where(left > 0, end, rows.last + 1)
    while (low < high).any():
        middle = np.minimum((low + high) // 2, len(listing.pair) - 1)
        rest = listing.gains[np.minimum(middle + left, end)] - listing.gains[middle + 1]
        reaches = (low < high) & (listing.worth[middle] + rest >= asked)
        low, high = (
            np.where(reaches, middle + 1, low),
            np.where(reaches, high, np.maximum(middle, low)),
        )
    return low


def _fits(market: Market, rows: _Rows, parent: Ints, pair: Ints) -> NDArray[np.bool_]:
    days, slots = market.takes(pair)
    fits = ((days <= rows.room[parent]) & (slots <= rows.slots[parent])).all(axis=1)
    for place in range(rows.pairs.shape[1]):  # a pair is taken once
        fits &= rows.pairs[parent, place] != pair
    return np.asarray(fits)


def _joined(parts: list[Patterns]) -> Patterns:
    size = max((part.pairs.shape[1] for part in parts), default=0)
    wide = [
        np.pad(part.pairs, ((0, 0), (0, size - part.pairs.shape[1])), constant_values=NONE)
        for part in parts
    ]
    empty = np.zeros(0, np.int64)
    return Patterns(
        np.concatenate([empty, *(part.owner for part in parts)]),
        np.concatenate([np.zeros((0, size), np.int64), *wide]),
        np.concatenate([empty, *(part.worth for part in parts)]),
    )


def _without(patterns: Patterns, owners: list[int]) -> Patterns:
    kept = ~np.isin(patterns.owner, owners)
    return Patterns(patterns.owner[kept], patterns.pairs[kept], patterns.worth[kept])


def _from_walk(person: int, walked: list[Way]) -> Patterns:
    return _joined(
        [
            Patterns(np.array([person]), np.array([pairs], np.int64), np.array([worth]))
            for worth, pairs in walked
            if pairs
        ]
    )
