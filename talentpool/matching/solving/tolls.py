"""Tolls on everybody's months: a bound on what a person's pairs can be worth together.

Method: Lagrangian relaxation. Each half-day and each engagement in each month has a toll of at least 0. Whatever the
tolls, a pattern is worth at most  Σ toll · what is free + Σ_k max(0, worth_k - tolls of k).  Subgradient steps (Polyak,
1969), for all people at once, lower the bound towards what is known to be reached. Tolls rounded to whole numbers are
still tolls, so the bound is exact however few the steps.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..arrays import Ints
from .market import Market

STEPS = 20
TIMID = 0.8  # factor on the stride after a step that did not lower the bound


@dataclass(frozen=True)
class Tolls:
    """of (q, 2T): tolls of half-days, then of engagements, in each month; limit (q,): the bound.

    All are in the unit of the worths for which they were made.
    """

    of: Ints
    limit: Ints

    def left(self, market: Market, worth: Ints, pairs: Ints) -> Ints:
        """Compute (len(pairs),) what the pairs are worth after tolls. worth (F,)."""
        return worth[pairs] - _paid(market, self.of, pairs)


def no_tolls(market: Market, worth: Ints) -> Tolls:
    """Ask no tolls: where every pattern is wanted, a bound is not worth its time."""
    limit = np.zeros(market.people, np.int64)
    np.add.at(limit, market.person, np.maximum(worth, 0))
    return Tolls(np.zeros((market.people, 2 * market.room.shape[1]), np.int64), limit)


def tolls_of(market: Market, worth: Ints, reached: Ints) -> Tolls:
    """Find tolls for people whose pairs do not all fit together. worth (F,); reached (q,): by some pattern of each."""
    free = np.concatenate([market.room, market.slots], axis=1).astype(np.int64)
    tolls = np.zeros_like(free)
    pairs = np.flatnonzero(worth > 0)
    person, use = market.person[pairs], np.concatenate(market.takes(pairs), axis=1)
    people, starts = np.unique(person, return_index=True)
    if len(people):
        asked = np.add.reduceat(use, starts, axis=0, dtype=np.int64)
        who = people[np.asarray(asked > free[people]).any(axis=1)]
        mine = np.isin(person, who)
        place = np.searchsorted(who, person[mine])
        tolls[who] = _descend(use[mine], free[who], worth[pairs[mine]], place, reached[who])
    limit = (tolls * free).sum(axis=1)
    np.add.at(limit, person, np.maximum(worth[pairs] - _paid(market, tolls, pairs), 0))
    return Tolls(tolls, limit)


def _paid(market: Market, tolls: Ints, pairs: Ints) -> Ints:
    """Add up (len(pairs),) the tolls (q, 2T) of each pair."""
    paid = np.zeros(len(pairs), np.int64)
    asks = np.flatnonzero(np.any(tolls, axis=1)[market.person[pairs]])
    use = np.concatenate(market.takes(pairs[asks]), axis=1)
    paid[asks] = (use * tolls[market.person[pairs[asks]]]).sum(axis=1)
    return paid


def _descend(use: NDArray[np.int16], free: Ints, worth: Ints, person: Ints, reached: Ints) -> Ints:
    """Return (people, rows) whole tolls with the lowest bound that was met.

    use (pairs, rows) of what is free (people, rows); worth and person (pairs,), in rows by person.
    """
    if not len(free):
        return free
    scale = np.maximum(free, 1)  # every row of constraints is scaled to one
    share = use / scale[person]
    starts = np.flatnonzero(np.diff(person, prepend=-1))
    fee = np.zeros(free.shape)
    best, least = fee.copy(), np.full(len(free), np.inf)
    boldness = np.ones(len(free))
    for _ in range(STEPS):
        left = worth - (share * fee[person]).sum(axis=1)
        limit = fee.sum(axis=1) + np.add.reduceat(np.maximum(left, 0), starts)
        is_less = limit < least
        best[is_less], least[is_less] = fee[is_less], limit[is_less]
        boldness[~is_less] *= TIMID
        slope = np.add.reduceat(share * (left > 0)[:, None], starts, axis=0) - 1
        slope[(fee <= 0) & (slope < 0)] = 0
        length = np.maximum((slope**2).sum(axis=1), 1e-9)
        step = boldness * np.maximum(limit - reached, 0) / length
        fee = np.maximum(0, fee + step[:, None] * slope)
    return np.rint(best / scale).astype(np.int64)
