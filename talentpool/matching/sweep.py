"""Everybody's best pattern, month after month: what is behind counts no more, and equal room is one state.

Method: dynamic programming with bounds (Morin and Marsten, 1976) over the pairs of each person in the order of
their first months. A state is what is left in the months that this pair or a later one uses; of equal states the
best is kept, and one that cannot reach what is asked, by its tolls, is dropped. All people step together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from .market import Ints, Market

NONE = -1  # no pair in this place of a pattern
SOME = 4096  # states up to which it costs more to look for equal ones than it saves
Tick = Callable[[], None]  # called now and then; may raise


@dataclass(frozen=True)
class Listed:
    """The pairs of each person in the order of their first months.

    pair (L,) positions in the market; worth (L,); gains (L+1,) running sum of what they are worth after tolls,
    where that is more than nothing; use (L, 2T) half-days, then engagements in each month; matters (L, 2T):
    whether this pair or a later one of the person uses it; start, end (q,) of each person's part.
    """

    pair: Ints
    worth: Ints
    gains: Ints
    use: NDArray[np.int16]
    matters: NDArray[np.bool_]
    start: Ints
    end: Ints


@dataclass(frozen=True)
class States:
    """owner (R,): person; taken (R,): number of the last join; worth (R,); left (R, 2T) as `use`."""

    owner: Ints
    taken: Ints
    worth: Ints
    left: NDArray[np.int16]

    def take(self, which: NDArray[np.bool_] | Ints) -> States:
        return States(*(getattr(self, field.name)[which] for field in fields(self)))

    def and_then(self, more: States) -> States:
        both = ((getattr(self, f.name), getattr(more, f.name)) for f in fields(self))
        return States(*(np.concatenate(parts) for parts in both))


def sweep(
    market: Market, worth: Ints, tolls: Ints, pairs: Ints, least: Ints, tick: Tick
) -> tuple[Ints, Ints]:
    """The people who have a pattern of the `pairs` worth at least `least` (q,) ≥ 1, and the best of each.

    worth (F,); tolls (q, 2T) ≥ 0, any. The patterns are rows of positions in the market, NONE at the end.
    """
    listed = in_time(market, worth, tolls, pairs)
    states = first_states(market, listed)
    least, last = least.copy(), np.full(market.people, NONE)
    joins: list[tuple[Ints, Ints]] = []  # the pair, and the join before
    count, merged = 0, SOME
    for step in range(int((listed.end - listed.start).max(initial=0))):
        tick()
        states, at = in_reach(listed, states, tolls, least, step)
        if len(at) > 2 * merged:
            order, is_first = equal(states)
            states, at = states.take(order[is_first]), at[order[is_first]]
            merged = max(SOME, len(at))
        more, pair, before = joined(listed, states, at, count)
        joins.append((pair, before))
        count += len(pair)
        best = _best_of_each(more)
        best = best[more.worth[best] >= least[more.owner[best]]]
        last[more.owner[best]] = more.taken[best]
        least[more.owner[best]] = more.worth[best] + 1
        states = states.and_then(more)
    found = np.flatnonzero(last != NONE)
    return found, _followed(joins, last[found])


def in_time(market: Market, worth: Ints, tolls: Ints, pairs: Ints) -> Listed:
    months_before = (~np.logical_or.accumulate(market.months, axis=1)).sum(axis=1)
    first = months_before[market.need[pairs]]
    pairs = pairs[np.lexsort((pairs, first, market.person[pairs]))]
    person, use = market.person[pairs], np.concatenate(market.takes(pairs), axis=1)
    end = np.cumsum(np.bincount(person, minlength=market.people))
    start = np.append(0, end)[:-1]
    number = np.arange(len(pairs))[:, None]
    final = np.full((market.people, use.shape[1]), NONE)
    if len(pairs):
        has = end > start
        final[has] = np.maximum.reduceat(np.where(use > 0, number, NONE), start[has], axis=0)
    left = worth[pairs] - (use * tolls[person]).sum(axis=1)
    gains = np.append(0, np.cumsum(np.maximum(left, 0)))
    return Listed(pairs, worth[pairs], gains, use, number <= final[person], start, end)


def first_states(market: Market, listed: Listed) -> States:
    people = np.flatnonzero(listed.end > listed.start)
    free = np.concatenate([market.room, market.slots], axis=1)[people]
    return States(people, np.full(len(people), NONE), np.zeros(len(people), np.int64), free)


def in_reach(
    listed: Listed, states: States, tolls: Ints, least: Ints, step: int
) -> tuple[States, Ints]:
    """The states that may still reach `least` (q,), without what matters no more; and the next pair of each."""
    at = listed.start[states.owner] + step
    goes_on = at < listed.end[states.owner]
    states, at = states.take(goes_on), at[goes_on]
    left = states.left * listed.matters[at]
    half_days, engagements = np.split(left, 2, axis=1)
    half_days *= engagements > 0
    limit = states.worth + listed.gains[listed.end[states.owner]] - listed.gains[at]
    limit += (left * tolls[states.owner]).sum(axis=1)
    reaches = limit >= least[states.owner]
    states = States(states.owner, states.taken, states.worth, left)
    return states.take(reaches), at[reaches]


def _best_of_each(states: States) -> Ints:
    """One state of each owner, worth most."""
    order = np.lexsort((-states.worth, states.owner))
    return order[np.flatnonzero(np.diff(states.owner[order], prepend=-1))]


def equal(states: States) -> tuple[Ints, NDArray[np.bool_]]:
    """The order in which each owner's states with the same left follow one another, the best first; and where
    others begin.

    They are sorted by a random weight; what weighs the same is compared before it counts as equal.
    """
    key = np.random.default_rng(0).integers(1, 1 << 62, states.left.shape[1] + 1)
    weight = states.left @ key[:-1] + states.owner * key[-1]
    order = np.lexsort((-states.worth, weight))
    owner, left = states.owner[order], states.left[order]
    is_first = np.ones(len(order), bool)
    is_first[1:] = (owner[1:] != owner[:-1]) | (left[1:] != left[:-1]).any(axis=1)
    return order, is_first


def joined(listed: Listed, states: States, at: Ints, count: int) -> tuple[States, Ints, Ints]:
    """The states that the next pair fits, with it, numbered from `count`; that pair, and the join before."""
    fits = np.flatnonzero((states.left >= listed.use[at]).all(axis=1))
    at = at[fits]
    more = States(
        owner=states.owner[fits],
        taken=count + np.arange(len(fits)),
        worth=states.worth[fits] + listed.worth[at],
        left=states.left[fits] - listed.use[at],
    )
    return more, listed.pair[at], states.taken[fits]


def _followed(joins: list[tuple[Ints, Ints]], last: Ints) -> Ints:
    """(len(last), size) the pairs of each join and of those before it."""
    if not len(last):
        return np.zeros((0, 0), np.int64)
    pair = np.concatenate([pairs for pairs, _ in joins])
    before = np.concatenate([parents for _, parents in joins])
    columns = []
    while (last != NONE).any():
        columns.append(np.where(last == NONE, NONE, pair[last]))
        last = np.where(last == NONE, NONE, before[last])
    return np.stack(columns, axis=1)
