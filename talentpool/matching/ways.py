"""Every way to do nearly as well: the sweep over the months keeps what it would drop, and is read backwards.

States that have the same left meet, and the best of them goes on; back from every join that reaches what is asked
go all the ways that met and still reach it. What is ahead of a step back is known exactly, so none is in vain.
"""

from __future__ import annotations

import numpy as np

from .market import Ints, Market
from .runs import runs
from .sweep import NONE, SOME, States, Tick, equal, first_states, in_reach, in_time, joined

MOST_NODES = 1 << 22  # joins and states that met, after which the search is given up


class _Nodes:
    """Joins of one pair (one node before each) and meetings of equal states (several).

    worth: the best that reaches the node; before: the nodes before, those of one node after those of another.
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
    """Owners and pairs (rows, NONE where there is no further one) of all patterns of the `pairs` worth at least
    `least` (q,); None when there are more than `most`, or the months have too many states.

    worth (F,); tolls (q, 2T) ≥ 0, any.
    """
    listed = in_time(market, worth, tolls, pairs)
    states = first_states(market, listed)
    nodes, merged = _Nodes(), SOME
    for step in range(int((listed.end - listed.start).max(initial=0))):
        tick()
        states, at = in_reach(listed, states, tolls, least, step)
        if len(at) > 2 * merged:
            states, at = _met(states, at, nodes)
            merged = max(SOME, len(at))
        more, pair, before = joined(listed, states, at, nodes.count)
        nodes.add(more.owner, pair, more.worth, before, np.ones(len(pair), np.int64))
        states = states.and_then(more)
        if nodes.count > MOST_NODES:
            return None
    return _read_back(nodes, worth, least, most)


def _met(states: States, at: Ints, nodes: _Nodes) -> tuple[States, Ints]:
    """One state for all that are equal."""
    order, is_first = equal(states)
    sizes = np.diff(np.append(np.flatnonzero(is_first), len(order)))
    best = order[is_first]
    kept = states.take(best)
    nothing = np.full(len(best), NONE)
    number = nodes.add(kept.owner, nothing, kept.worth, states.taken[order], sizes)
    number = np.where(sizes > 1, number, kept.taken)
    return States(kept.owner, number, kept.worth, kept.left), at[best]


def _read_back(nodes: _Nodes, worth: Ints, least: Ints, most: int) -> tuple[Ints, Ints] | None:
    """All ways from joins that reach `least` back to where nothing is taken."""
    owner, pair, reached, before, sizes = nodes.listed()
    start = np.append(0, np.cumsum(sizes))
    reached = np.append(reached, 0)  # the empty pattern is the last one, NONE
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
