"""What is still to be decided beside the pins: open pairs by person, with the room each person has.

Months in which the same needs run collapse into one with the least room, so that twelve months become few.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import InfeasiblePins, InvalidProblem, MatchingError
from .problem import Problem

Pair = tuple[int, int]
Pairs = Sequence[Pair] | NDArray[np.integer[Any]]  # or (K, 2)
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Market:
    """F open pairs that fit alone, in rows by person (q persons), ascending by pair number.

    edge (F,): numbers in the problem; person (F,): 0..q-1; need (F,); value (F,) bp; start (q+1,): rows by
    person; candidate (q,): row numbers in the problem; half_days (m,) int16; months (m, T) bool over the
    collapsed months; room, slots (q, T) int16: half-days and engagements free; seats (m,) free, of
    each need at most one more than it has pairs.
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
        """(F,) the positions need by need, ascending by pair number, so by person."""
        return in_order(self.need)

    def positions(self, edges: Ints) -> Ints:
        """Where these pairs of the problem are in the market; each must be there."""
        by_need = self.by_need
        found: Ints = by_need[np.searchsorted(self.edge[by_need], edges)]
        return found

    def takes(self, pairs: Ints) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
        """(len(pairs), T) half-days and engagements that the pairs take in each month."""
        needs = self.need[pairs]
        slots = self.months[needs].astype(np.int16)
        return slots * self.half_days[needs, None], slots


def is_plan(market: Market, pairs: Ints) -> bool:
    """Whether all these pairs fit together: seats of the needs, months of the people."""
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
    """The order that sorts these numbers from 0 to 2^32 - 1, equal ones as they came.

    numpy sorts numbers of two bytes digit by digit: twice that is still several times as fast as eight at once.
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
    """The market beside the pins (pair numbers) and the forbids; `among` (E,): of these pairs only.

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


def pinned_edges(problem: Problem, pins: Pairs, forbids: Pairs) -> list[int]:
    """Pair numbers of the pins. Raises InfeasiblePins, InvalidProblem."""
    edges = []
    ruled_out = set(pairs_of(problem, "forbids", forbids))
    for j, i in dict.fromkeys(pairs_of(problem, "pins", pins)):
        if (j, i) in ruled_out:
            raise InfeasiblePins(f"{_place(problem, j, i)} is both pinned and forbidden")
        edge = problem.edge(j, i)
        if edge is None:
            raise InfeasiblePins(f"{_place(problem, j, i)} breaks a hard rule")
        edges.append(edge)
    return edges


def pairs_of(problem: Problem, name: str, given: Pairs) -> list[Pair]:
    """The pairs given as `name`, each of two row numbers of the problem.

    Raises InfeasiblePins where they are pins, else InvalidProblem.
    """
    try:
        listed = list(given)
    except TypeError:
        raise InvalidProblem(name, "are no pairs of row numbers") from None
    pairs = []
    for index, pair in enumerate(listed):
        try:
            j, i = map(operator.index, pair)
        except (TypeError, ValueError):
            raise _wrong(name, index, "is no pair of row numbers") from None
        if not (0 <= j < problem.m and 0 <= i < problem.n):
            raise _wrong(name, index, f"({j}, {i}) is outside the problem")
        pairs.append((j, i))
    return pairs


def deadline_of(began: float, time_limit: float | None) -> float | None:
    """time_limit: seconds from `began` on; None where there is none. Raises InvalidProblem."""
    if time_limit is None:
        return None
    if not isinstance(time_limit, Real) or math.isnan(time_limit):
        raise InvalidProblem("time_limit", "is no number of seconds")
    return began + time_limit


def _wrong(name: str, index: int, reason: str) -> MatchingError:
    if name == "pins":
        return InfeasiblePins(f"pins[{index}]: {reason}")
    return InvalidProblem(name, reason, index)


def _place(problem: Problem, need: int, candidate: int) -> str:
    return f"{problem.need_ids[need]} / {problem.candidate_ids[candidate]}"


def _left_beside(problem: Problem, pinned: Sequence[int]) -> tuple[Ints, Ints, Ints]:
    """Seats (m,), half-days (n, T) and engagements (n, T) that the pins leave.

    Of a need with more seats than pairs one seat stays empty; more of them would only swell the sums.
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
            raise InfeasiblePins(f"{_place(problem, j, i)}: more pins than seats")
        if (room[i] < 0).any() or (slots[i, used] < 0).any():
            place = _place(problem, j, i)
            raise InfeasiblePins(f"{place}: the pins exceed the person's capacity")
    return np.minimum(seats, np.diff(problem.ptr) + 1), room, np.maximum(slots, 0)


def _collapsed(
    months: NDArray[np.bool_], room: Ints, slots: Ints
) -> tuple[NDArray[np.bool_], NDArray[np.int16], NDArray[np.int16]]:
    """Month columns that the same needs share become one, with the least room and slots."""
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
