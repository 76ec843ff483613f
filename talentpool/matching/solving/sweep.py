"""Everybody's best pattern, month after month: past months no longer count, and equal room is one state.

Method: dynamic programming with bounds (Morin and Marsten, 1976) over the pairs of each person, in the order of their
first months. A state is what is left in the months that this pair or a later one uses. Of equal states the best is
kept, and a state that by its tolls cannot reach what is asked is dropped. All people step together.

`sweep` gives the best pattern of each person. `ways` gives every pattern that is nearly as good: it keeps what the
sweep would drop, and reads it backwards. Equal states meet, and the best of them goes on; from every join that reaches
what is asked, all ways that met and still reach it lead back. What lies ahead of a step back is known exactly, so no
step is in vain.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from ..arrays import Ints, runs
from .clock import Tick
from .market import Market

NONE = -1  # no pair in this place of a pattern
SOME = 4096  # with up to this many states, looking for equal ones costs more than it saves
MOST_NODES = 1 << 22  # after this many joins and meetings the search is given up


@dataclass(frozen=True)
class Listed:
    """The pairs of each person in the order of their first months.

    pair (L,): positions in the market; worth (L,); gains (L + 1,): running sum of their worth after tolls, where that
    is positive; use (L, 2T): half-days, then engagements in each month; matters (L, 2T): whether this pair or a later
    one of the person uses it; start and end (q,) of each person's part.
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
    """R states: owner (R,), a person; taken (R,), the number of the last join; worth (R,); left (R, 2T), like `use`."""

    owner: Ints
    taken: Ints
    worth: Ints
    left: NDArray[np.int16]

    def take(self, which: NDArray[np.bool_] | Ints) -> States:
        return States(*(getattr(self, field.name)[which] for field in fields(self)))

    def and_then(self, more: States) -> States:
        both = ((getattr(self, f.name), getattr(more, f.name)) for f in fields(self))
        return States(*(np.concatenate(parts) for parts in both))


class Explosion(Exception):
    """There are so many patterns that another road is shorter."""


def sweep(
    market: Market, worth: Ints, tolls: Ints, pairs: Ints, least: Ints, tick: Tick, most: int
) -> tuple[Ints, Ints]:
    """Find the people with a pattern of the `pairs` worth at least `least` (q,), at least 1, and the best of each.

    worth (F,); tolls (q, 2T): any, at least 0. Patterns are rows of positions in the market, with NONE at the end.
    Raises Explosion after `most` states.
    """
    listed = in_time(market, worth, tolls, pairs)
    states = first_states(market, listed)
    least, last = least.copy(), np.full(market.people, NONE)
    joins: list[tuple[Ints, Ints]] = []  # the pair, and the join before
    count, seen, merged = 0, 0, SOME
    for step in range(int((listed.end - listed.start).max(initial=0))):
        tick()
        states, at = in_reach(listed, states, tolls, least, step)
        seen += len(at)
        if seen > most:
            raise Explosion
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
    """List the pairs of each person in the order of their first months."""
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
    """Return the state of every person with pairs before anything is taken."""
    people = np.flatnonzero(listed.end > listed.start)
    free = np.concatenate([market.room, market.slots], axis=1)[people]
    return States(people, np.full(len(people), NONE), np.zeros(len(people), np.int64), free)


def in_reach(
    listed: Listed, states: States, tolls: Ints, least: Ints, step: int
) -> tuple[States, Ints]:
    """Keep the states that may still reach `least` (q,), without what no longer matters; return each one's next pair."""
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
    """Find the state of each owner that is worth most."""
    order = np.lexsort((-states.worth, states.owner))
    return order[np.flatnonzero(np.diff(states.owner[order], prepend=-1))]


def equal(states: States) -> tuple[Ints, NDArray[np.bool_]]:
    """Order states so that equal ones follow one another, the best first; mark where others begin.

    Equal states have the same owner and the same left. They are sorted by a random weight; states of the same weight
    are compared before they count as equal.
    """
    key = np.random.default_rng(0).integers(1, 1 << 62, states.left.shape[1] + 1)
    weight = states.left @ key[:-1] + states.owner * key[-1]
    order = np.lexsort((-states.worth, weight))
    owner, left = states.owner[order], states.left[order]
    is_first = np.ones(len(order), bool)
    is_first[1:] = (owner[1:] != owner[:-1]) | (left[1:] != left[:-1]).any(axis=1)
    return order, is_first


def joined(listed: Listed, states: States, at: Ints, count: int) -> tuple[States, Ints, Ints]:
    """Join states with their next pair where it fits, numbered from `count`; return that pair, and the join before."""
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
    """Return (len(last), size) the pairs of each join and of those before it."""
    if not len(last):
        return np.zeros((0, 0), np.int64)
    pair = np.concatenate([pairs for pairs, _ in joins])
    before = np.concatenate([parents for _, parents in joins])
    columns = []
    while (last != NONE).any():
        columns.append(np.where(last == NONE, NONE, pair[last]))
        last = np.where(last == NONE, NONE, before[last])
    return np.stack(columns, axis=1)


class _Nodes:
    """Joins with one pair, which have one node before them, and meetings of equal states, which have several.

    worth: the best that reaches a node; before: the nodes before each, node after node.
    """

    def __init__(self) -> None:
        self.count = 0
        self._parts: list[tuple[Ints, Ints, Ints, Ints, Ints]] = []

    def add(self, owner: Ints, pair: Ints, worth: Ints, before: Ints, sizes: Ints) -> Ints:
        self._parts.append((owner, pair, worth, before, sizes))
        self.count += len(owner)
        return np.arange(self.count - len(owner), self.count)

    def listed(self) -> list[Ints]:
        nothing = (np.zeros(0, np.int64),) * 5
        return [np.concatenate(parts) for parts in zip(nothing, *self._parts, strict=True)]


def ways(
    market: Market, worth: Ints, tolls: Ints, pairs: Ints, least: Ints, most: int, tick: Tick
) -> tuple[Ints, Ints] | None:
    """Find owners and pairs (rows, with NONE at the end) of all patterns of the `pairs` worth at least `least` (q,).

    None if there are more than `most`, or if the months have too many states. worth (F,); tolls (q, 2T): any, at least
    0.
    """
    listed = in_time(market, worth, tolls, pairs)
    states = first_states(market, listed)
    nodes, count, merged = (
        _Nodes(),
        0,
        SOME,
    )  # each join that reaches `least` is the end of a pattern
    for step in range(int((listed.end - listed.start).max(initial=0))):
        tick()
        states, at = in_reach(listed, states, tolls, least, step)
        if len(at) > 2 * merged:
            states, at = _met(states, at, nodes)
            merged = max(SOME, len(at))
        more, pair, before = joined(listed, states, at, nodes.count)
        nodes.add(more.owner, pair, more.worth, before, np.ones(len(pair), np.int64))
        states = states.and_then(more)
        count += int((more.worth >= least[more.owner]).sum())
        if count > most or nodes.count > MOST_NODES:
            return None
    return _read_back(nodes, worth, least, most)


def _met(states: States, at: Ints, nodes: _Nodes) -> tuple[States, Ints]:
    """Let equal states meet in one."""
    order, is_first = equal(states)
    sizes = np.diff(np.append(np.flatnonzero(is_first), len(order)))
    best = order[is_first]
    kept = states.take(best)
    nothing = np.full(len(best), NONE)
    number = nodes.add(kept.owner, nothing, kept.worth, states.taken[order], sizes)
    number = np.where(sizes > 1, number, kept.taken)
    return States(kept.owner, number, kept.worth, kept.left), at[best]


def _read_back(nodes: _Nodes, worth: Ints, least: Ints, most: int) -> tuple[Ints, Ints] | None:
    """Follow all ways from joins that reach `least` back to where nothing is taken."""
    owner, pair, reached, before, sizes = nodes.listed()
    start = np.append(0, np.cumsum(sizes))
    reached = np.append(reached, 0)  # the empty pattern is the last node, NONE
    node = np.flatnonzero((pair != NONE) & (reached[:-1] >= least[owner]))
    whose, tail = owner[node], np.zeros(len(node), np.int64)
    chain = np.zeros((len(node), 0), np.int64)
    found = [(whose[:0], chain[:0])]
    count = 0
    while len(node):
        if count + len(node) > most:
            return None
        # one step back: a join has one way, a meeting has many
        tail = tail + np.where(pair[node] == NONE, 0, worth[pair[node]])
        chain = np.concatenate([chain, pair[node][:, None]], axis=1)
        row = np.repeat(np.arange(len(node)), sizes[node])
        back = before[runs(start[node], sizes[node])]
        kept = reached[back] + tail[row] >= least[whose[row]]
        node, row = back[kept], row[kept]
        whose, tail, chain = whose[row], tail[row], chain[row]
        is_whole = node == NONE
        found.append((whose[is_whole], chain[is_whole]))
        count += int(is_whole.sum())
        node, whose, tail, chain = (part[~is_whole] for part in (node, whose, tail, chain))
    size = max(part.shape[1] for _, part in found)
    wide = [np.pad(p, ((0, 0), (0, size - p.shape[1])), constant_values=NONE) for _, p in found]
    pairs = -np.sort(-np.concatenate(wide), axis=1)
    return np.concatenate([part for part, _ in found]), pairs[:, (pairs != NONE).any(axis=0)]
