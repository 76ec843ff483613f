"""Blocking pairs: a need and a person who would both rather have each other than what the plan gives them.

A fact beside the plan, not a fault: the best plan for everybody may leave some. The need would gain if a seat is
empty or somebody in it fits less; the person would gain if the months have room as they are, or once one
engagement that fits less is given up.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .market import Ints, Pair, open_market
from .plan import Plan
from .problem import Problem
from .runs import blocks, runs

BLOCK = 1 << 16  # pairs looked at together


def blocking_pairs(problem: Problem, plan: Plan, *, forbids: Sequence[Pair] = ()) -> Ints:
    """Pair numbers of the blocking pairs, ascending; forbidden ones are none."""
    market = open_market(problem)
    fit = problem.fit[market.edge].astype(np.int64)
    placed = np.isin(market.edge, problem.edges(plan.pairs))
    taken = np.flatnonzero(placed)
    days, slots = market.takes(taken)
    room, free = market.room.astype(np.int64), market.slots.astype(np.int64)
    np.subtract.at(room, market.person[taken], days)
    np.subtract.at(free, market.person[taken], slots)
    open_pairs = np.flatnonzero(
        ~placed & (fit > _weakest(market.need, fit, taken, market.seats)[market.need])
    )
    days, slots = market.takes(open_pairs)
    who = market.person[open_pairs]
    wants = np.asarray(((days <= room[who]) & (slots <= free[who])).all(axis=1))
    # who could give up one engagement for a better one: each with all open pairs of the same person
    first, last = np.searchsorted(who, [market.person[taken], market.person[taken] + 1])
    for some in blocks(last - first, BLOCK):
        counts = (last - first)[some]
        own, at = np.repeat(taken[some], counts), runs(first[some], counts)
        better = ~wants[at] & (fit[open_pairs[at]] > fit[own])
        own, at = own[better], at[better]
        gives, back = market.takes(own)
        fits = (days[at] <= room[who[at]] + gives) & (slots[at] <= free[who[at]] + back)
        wants[at[fits.all(axis=1)]] = True
    return np.setdiff1d(market.edge[open_pairs[wants]], problem.edges(forbids))


def _weakest(need: Ints, fit: Ints, taken: Ints, seats: Ints) -> Ints:
    """(m,) the least fit in a full need; -1 where a seat is empty, so that anybody is better."""
    least = np.full(len(seats), np.iinfo(np.int64).max)
    np.minimum.at(least, need[taken], fit[taken])
    return np.where(np.bincount(need[taken], minlength=len(seats)) < seats, -1, least)
