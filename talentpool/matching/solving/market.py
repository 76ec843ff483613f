"""What is left to decide beside the pins: open pairs by person, and the room that each person has.

Months in which the same needs run collapse into one with the least room, so twelve months become few.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ..arrays import Ints
from ..errors import InfeasiblePins
from ..pairs import Pair, place_of
from ..problem import Problem
from .clock import Tick, untimed

OFTEN = 4096  # pairs between two looks at the clock


@dataclass(frozen=True)
class Market:
    """F open pairs, each of which fits alone, in rows by person (q people), ascending by pair number.

    edge (F,): pair numbers in the problem; person (F,): 0 to q - 1; need (F,); value (F,) in bp; start (q + 1,): where
    each person's pairs start; candidate (q,): row numbers in the problem; half_days (m,); months (m, T) over the
    collapsed months; room and slots (q, T): free half-days and engagements; seats (m,): free seats, for each need at
    most one more than it has pairs.
    """

    edge: Ints
    person: Ints
    need: Ints
    value: Ints
    start: Ints
    candidate: Ints
    half_days: NDArray[np.int16]
    months: NDArray[np.bool_]
    room: NDArray[np.int16]
    slots: NDArray[np.int16]
    seats: Ints

    @property
    def people(self) -> int:
        return len(self.candidate)

    @cached_property
    def by_need(self) -> Ints:
        """(F,) positions need by need, ascending by pair number and so by person."""
        return in_order(self.need)

    def positions(self, edges: Ints) -> Ints:
        """Find these pairs of the problem in the market; each must be there."""
        by_need = self.by_need
        found: Ints = by_need[np.searchsorted(self.edge[by_need], edges)]
        return found

    def takes(self, pairs: Ints) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
        """Return (len(pairs), T) half-days and engagements that the pairs take in each month."""
        needs = self.need[pairs]
        slots = self.months[needs].astype(np.int16)
        return slots * self.half_days[needs, None], slots


def is_plan(market: Market, pairs: Ints) -> bool:
    """Tell whether all these pairs fit together: the seats of the needs and the months of the people."""
    filled = np.bincount(market.need[pairs], minlength=len(market.seats))
    half_days, slots = market.takes(pairs)
    days = np.zeros(market.room.shape, np.int64)
    at_once = np.zeros_like(days)
    np.add.at(days, market.person[pairs], half_days)
    np.add.at(at_once, market.person[pairs], slots)
    return not (
        (filled > market.seats).any()
        or (days > market.room).any()
        or (at_once > market.slots).any()
    )


def in_order(numbers: Ints) -> Ints:
    """Sort numbers from 0 to 2^32 - 1 stably, like ``np.argsort``.

    numpy sorts two-byte numbers by radix; doing that twice is several times as fast as sorting eight-byte numbers.
    """
    order = np.argsort(numbers.astype(np.uint16), kind="stable")
    upper = (numbers >> 16).astype(np.uint16)
    return order[np.argsort(upper[order], kind="stable")] if upper.any() else order


def open_market(
    problem: Problem,
    pinned: Sequence[int] = (),
    forbids: Sequence[Pair] = (),
    among: NDArray[np.bool_] | None = None,
) -> Market:
    """Make the market beside the pins (pair numbers) and the forbidden pairs; `among` (E,): of these pairs only.

    Raises InfeasiblePins.
    """
    seats, room, slots = _left_beside(problem, pinned)
    is_open = np.ones(len(problem.candidate), bool) if among is None else among.copy()
    is_open[list(pinned)] = False
    is_open[problem.edges(forbids)] = False
    months, free, at_once = _collapsed(problem.months, room, slots)
    edges = np.flatnonzero(is_open)
    needs, who = problem.row[edges].astype(np.int64), problem.candidate[edges].astype(np.int64)
    short = (free[who] < problem.half_days[needs, None]) | (at_once[who] < 1)
    fits = (seats[needs] > 0) & ~(months[needs] & short).any(axis=1)
    if not fits.all():
        edges, needs, who = edges[fits], needs[fits], who[fits]
    order = in_order(who)
    edges, needs, who = edges[order], needs[order], who[order]
    starts = np.flatnonzero(np.diff(who, prepend=-1))
    return Market(
        edge=edges,
        person=np.repeat(np.arange(len(starts)), np.diff(starts, append=len(who))),
        need=needs,
        value=problem.value[edges],
        start=np.append(starts, len(who)),
        candidate=who[starts],
        half_days=problem.half_days,
        months=months,
        room=free[who[starts]],
        slots=at_once[who[starts]],
        seats=seats,
    )


def _left_beside(problem: Problem, pinned: Sequence[int]) -> tuple[Ints, Ints, Ints]:
    """Return the seats (m,), half-days (n, T) and engagements (n, T) that the pins leave.

    A need with more seats than pairs keeps one seat that stays empty; more would only swell the sums.
    """
    seats = problem.seats.astype(np.int64)
    room = problem.capacity.astype(np.int64)
    slots = problem.most_at_once.astype(np.int64)[:, None] - problem.standing
    for edge in pinned:
        j, i = int(problem.row[edge]), int(problem.candidate[edge])
        used = problem.months[j]
        seats[j] -= 1
        room[i, used] -= problem.half_days[j]
        slots[i, used] -= 1
        if seats[j] < 0:
            raise InfeasiblePins(f"{place_of(problem, j, i)}: more pins than seats")
        if (room[i] < 0).any() or (slots[i, used] < 0).any():
            place = place_of(problem, j, i)
            raise InfeasiblePins(f"{place}: the pins exceed the person's capacity")
    return np.minimum(seats, np.diff(problem.ptr) + 1), room, np.maximum(slots, 0)


def _collapsed(
    months: NDArray[np.bool_], room: Ints, slots: Ints
) -> tuple[NDArray[np.bool_], NDArray[np.int16], NDArray[np.int16]]:
    """Merge months in which the same needs run into one, with the least room and slots."""
    columns = [month.tobytes() for month in months.T]
    kinds = list(dict.fromkeys(columns))
    which = np.array([kinds.index(column) for column in columns])
    patterns = months[:, [columns.index(kind) for kind in kinds]]
    fewer = range(patterns.shape[1])
    least = [room[:, which == t].min(axis=1) for t in fewer]
    slot = [slots[:, which == t].min(axis=1) for t in fewer]
    shape = (len(room), len(fewer))
    return (
        patterns,
        np.array(least, np.int16).T.reshape(shape),
        np.array(slot, np.int16).T.reshape(shape),
    )


def fill(market: Market, order: Ints, tick: Tick = untimed) -> Ints:
    """Take pairs (positions in the market) in the given order, each if seat, half-days and engagements are free."""
    seats, room, slots = market.seats.tolist(), market.room.copy(), market.slots.copy()
    needs, people = market.need.tolist(), market.person.tolist()
    taken = []
    for place, pair in enumerate(order.tolist()):
        if not place % OFTEN:
            tick()
        if seats[needs[pair]] < 1:
            continue
        j, i = needs[pair], people[pair]
        used = market.months[j]
        if (used & ((room[i] < market.half_days[j]) | (slots[i] < 1))).any():
            continue
        seats[j] -= 1
        room[i] -= used * market.half_days[j]
        slots[i] -= used
        taken.append(pair)
    return np.array(taken, np.int64)
