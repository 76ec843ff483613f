"""Everybody's patterns at once: sets of needs that fit a person's months together.

The best pattern of each person, and all that are nearly as good, are found month after month (`sweep`, `ways`). The
best one with a given pair is grown pair by pair. All patterns of one size are rows of arrays; each is joined with the
pairs of its person that come later in falling worth after tolls, as long as the bound on what can still follow reaches
what is asked. If that makes too many rows at once, some of them are grown to the end first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ..arrays import Ints, runs
from .clock import Tick
from .market import Market
from .sweep import NONE, sweep, ways
from .tolls import Tolls

UNKNOWN = 1 << 62  # more than any worth
MOST_ROWS = 1 << 18  # joins made at a time
TOGETHER = 1 << 10  # pairs that are grown together


@dataclass(frozen=True)
class Patterns:
    """R patterns: owner (R,), pairs (R, size) as positions in the market with NONE at the end, worth (R,).

    The owner is a person, or the row that `best_with` was asked about.
    """

    owner: Ints
    pairs: Ints
    worth: Ints


@dataclass(frozen=True)
class _Listing:
    """The pairs that can matter, by person, in falling worth after tolls.

    pair (L,): positions in the market; worth (L,); left (L,): worth after tolls; skipped (L + 1,): running sum of the
    positive ones; start and end (q,) of each person's part; limit (q,): no pattern is worth more.
    """

    pair: Ints
    worth: Ints
    left: Ints
    skipped: Ints
    start: Ints
    end: Ints
    limit: Ints


@dataclass(frozen=True)
class _Rows:
    """Patterns that may grow.

    last: place of the last pair in the listing; limit: nothing that grows from the row is worth more, with all places
    up to `last` decided; the others as in `Market`.
    """

    owner: Ints
    person: Ints
    last: Ints
    limit: Ints
    worth: Ints
    pairs: Ints
    room: NDArray[np.int16]
    slots: NDArray[np.int16]

    def take(self, which: NDArray[np.bool_] | Ints | slice) -> _Rows:
        return _Rows(
            self.owner[which], self.person[which], self.last[which], self.limit[which],
            self.worth[which], self.pairs[which], self.room[which], self.slots[which],
        )  # fmt: skip


def best(
    market: Market, worth: Ints, tolls: Tolls, known: Ints, tick: Tick, most: int = UNKNOWN
) -> Patterns:
    """Find each person's best pattern, where it is worth more than is `known` (q,), at least 0. worth (F,).

    Raises Explosion where that takes more than `most` states.
    """
    least = known + 1
    listing = _listing(market, worth, tolls, least, 1)
    least = np.maximum(least, _dive(market, listing))
    owner, pairs = sweep(market, worth, tolls.of, np.sort(listing.pair), least, tick, most)
    return Patterns(owner, pairs, np.where(pairs == NONE, 0, worth[pairs]).sum(axis=1))


def within(
    market: Market, worth: Ints, tolls: Tolls, top: Ints, gap: int, most: int, tick: Tick
) -> Patterns | None:
    """Find every non-empty pattern that loses at most `gap` against its person's best.

    None if there are more than `most`, or if they lie so far apart that the search takes too long. top (q,): the worth
    of each person's best pattern. No pair of such a pattern loses more than the gap by itself, as the others are worth
    at most the best.
    """
    least = top - gap
    listing = _listing(market, worth, tolls, least, -gap)
    found = ways(market, worth, tolls.of, np.sort(listing.pair), least, most, tick)
    if found is None:
        return None
    owner, pairs = found
    return Patterns(owner, pairs, np.where(pairs == NONE, 0, worth[pairs]).sum(axis=1))


def could_be_within(market: Market, worth: Ints, tolls: Tolls, top: Ints, gap: int) -> Ints:
    """Find all pairs that patterns of `within` may contain, and perhaps more."""
    return _listing(market, worth, tolls, top - gap, -gap).pair


def best_with(
    market: Market, worth: Ints, tolls: Tolls, pairs: Ints, tick: Tick, most: int = UNKNOWN
) -> Ints:
    """Compute (len(pairs),) the worth of the best pattern that contains each of the `pairs`.

    most: joins for each pair, counted for TOGETHER of them; where they are not enough, no pattern is worth more than
    what is returned. The same joins are made on every machine.
    """
    nothing = np.zeros(market.people, np.int64)
    listing = _listing(market, worth, tolls, nothing - UNKNOWN, 1)
    left = tolls.left(market, worth, pairs)
    top = worth[pairs].copy()
    at_most = tolls.limit[market.person[pairs]] + np.minimum(left, 0)
    for first in range(0, len(pairs), TOGETHER):
        some = slice(first, first + TOGETHER)
        waiting = [_beginning(market, listing, tolls, worth, pairs, left, some)]
        least = top + 1
        for grown in _grown(market, listing, waiting, least, most * TOGETHER, tick):
            np.maximum.at(top, grown.owner, grown.worth)
            np.copyto(least, top + 1)
        for rows in waiting:
            np.maximum.at(top, rows.owner, np.minimum(rows.limit, at_most[rows.owner]))
    return top


def _beginning(
    market: Market,
    listing: _Listing,
    tolls: Tolls,
    worth: Ints,
    pairs: Ints,
    left: Ints,
    some: slice,
) -> _Rows:
    """Begin a pattern with each of some of the `pairs`, which are worth `left` after tolls."""
    owner = np.arange(len(pairs))[some]
    pairs, person = pairs[some], market.person[pairs[some]]
    days, slots = market.takes(pairs)
    return _Rows(
        owner=owner,
        person=person,
        last=listing.start[person] - 1,
        # the pair is met again on the way and, if it is worth its tolls, counted as left out
        limit=tolls.limit[person] + left[some],
        worth=worth[pairs],
        pairs=pairs[:, None],
        room=market.room[person] - days,
        slots=market.slots[person] - slots,
    )


def _listing(market: Market, worth: Ints, tolls: Tolls, least: Ints, floor: int) -> _Listing:
    """List the pairs worth at least `floor` that a pattern which reaches `least` (q,) may contain."""
    could = tolls.limit - least
    kept = np.flatnonzero((worth >= floor) & (worth + could[market.person] >= 0))
    kept = kept[could[market.person[kept]] >= 0]
    left = tolls.left(market, worth, kept)
    is_in = left + could[market.person[kept]] >= 0
    kept, left = kept[is_in], left[is_in]
    order = np.lexsort((kept, -left, market.person[kept]))
    kept, left = kept[order], left[order]
    counts = np.bincount(market.person[kept], minlength=market.people)
    end = np.cumsum(counts)
    skipped = np.concatenate([[0], np.cumsum(np.maximum(left, 0))])
    return _Listing(kept, worth[kept], left, skipped, end - counts, end, tolls.limit)


def _dive(market: Market, listing: _Listing) -> Ints:
    """Compute (q,) what each person reaches by taking, along the listing, whatever still fits."""
    reached = np.zeros(market.people, np.int64)
    who = np.flatnonzero(listing.end > listing.start)
    room, slots, place = market.room.copy(), market.slots.copy(), listing.start[who]
    while len(who):
        days, engagements = market.takes(listing.pair[place])
        fits = np.all((days <= room[who]) & (engagements <= slots[who]), axis=1)
        room[who] -= days * fits[:, None]
        slots[who] -= engagements * fits[:, None]
        reached[who] += np.where(fits, listing.worth[place], 0)
        place = place + 1
        goes_on = place < listing.end[who]
        who, place = who[goes_on], place[goes_on]
    return reached


def _grown(
    market: Market, listing: _Listing, waiting: list[_Rows], least: Ints, most: int, tick: Tick
) -> Iterator[_Rows]:
    """Yield, block by block, all that grows from rows while `least` (by owner, may rise) is in reach.

    After `most` joins, what was not grown to the end is left `waiting`.
    """
    while waiting and most > 0:
        tick()
        rows = waiting.pop()
        counts = _reach(listing, rows, least) - rows.last - 1
        part = np.cumsum(counts) // MOST_ROWS
        if len(part) and part[-1] > part[0]:
            cuts = np.flatnonzero(np.diff(part)) + 1
            ends = [len(part), *cuts[::-1].tolist(), 0]
            waiting += [rows.take(slice(low, high)) for high, low in pairwise(ends)]
            continue
        most -= int(counts.sum())
        rows = _joins(market, listing, rows, counts)
        if len(rows.owner):
            waiting.append(rows)
            yield rows


def _joins(market: Market, listing: _Listing, rows: _Rows, counts: Ints) -> _Rows:
    """Join each row with one more pair: any of the next `counts` (rows,) places of the listing that fits."""
    first = rows.last + 1
    parent = np.repeat(np.arange(len(counts)), counts)
    place = runs(first, counts)
    pair = listing.pair[place]
    days, slots = market.takes(pair)
    room, free = rows.room[parent] - days, rows.slots[parent] - slots
    fits = (room >= 0).all(axis=1) & (free >= 0).all(axis=1)
    if rows.pairs.shape[1]:
        fits &= rows.pairs[parent, 0] != pair  # the pair that `best_with` began with
    parent, place, pair = parent[fits], place[fits], pair[fits]
    passed = listing.skipped[place] - listing.skipped[first[parent]]
    return _Rows(
        owner=rows.owner[parent],
        person=rows.person[parent],
        last=place,
        limit=rows.limit[parent] - passed + np.minimum(listing.left[place], 0),
        worth=rows.worth[parent] + listing.worth[place],
        pairs=np.concatenate([rows.pairs[parent], pair[:, None]], axis=1),
        room=room[fits],
        slots=free[fits],
    )


def _reach(listing: _Listing, rows: _Rows, least: Ints) -> Ints:
    """Find (rows,) the place in the listing from which on no further pair can bring a row to its least.

    What a row may still lose shrinks with every pair passed that is worth its tolls, and by what the next one
    overpays. Both only grow along the listing, so this is a binary search for all rows at once.
    """
    first = rows.last + 1
    spare = rows.limit - least[rows.owner]
    low, high = first, np.where(spare >= 0, listing.end[rows.person], first)
    while (low < high).any():
        middle = np.minimum((low + high) // 2, len(listing.pair) - 1)
        passed = listing.skipped[middle] - listing.skipped[first]
        reaches = passed - np.minimum(listing.left[middle], 0) <= spare
        is_open = low < high
        low, high = (
            np.where(is_open & reaches, middle + 1, low),
            np.where(is_open & ~reaches, middle, high),
        )
    return low
