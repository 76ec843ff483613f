"""The best assignment of people to seats by bidding: all free seats bid at once, the last ones use shortest paths.

Method: the bidding of Jonker and Volgenant's augmenting row reduction (Computing 38, 1987), with all free seats at
once as in Bertsekas' auction, in whole numbers and without ε. A seat raises the price of its best person until its
second best is as good. So whoever has a seat is always among the best for it, and idle people have no price. Where
equal offers stop the rise, shortest augmenting paths (Dijkstra's algorithm on what each seat would lose) fill the
remaining seats one by one.
"""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heappop, heappush

import numpy as np

from ..arrays import Ints
from .market import Market

MOST_CELLS = 1 << 21  # of the table, which has a row for each seat, as wide as the longest
FEW = 2  # this many free seats stop bidding, as each would bid alone, round after round
PATIENCE = 16  # rounds between two checks of whether bidding still fills seats
FALL = 8  # one free seat in this many must have found a person between two checks
MOST_LOOKS = 2  # seats looked at along paths, for each seat there is
NOBODY = -1


@dataclass(frozen=True)
class Seats:
    """The seats of a one-to-one market as r rows: which pairs each could take.

    pair (P,): positions in the market of the pairs with a positive value, need by need; first and length (r,): the
    part of `pair` that each seat could take. Seats of the same need have the same part.
    """

    pair: Ints
    first: Ints
    length: Ints

    @property
    def before(self) -> Ints:
        """(r,) how many pairs the seats before each could take together."""
        return np.cumsum(self.length) - self.length

    def listed(self) -> tuple[Ints, Ints]:
        """List seat and pair of everything that could be taken, seat by seat."""
        seat = np.repeat(np.arange(len(self.first)), self.length)
        place = np.arange(len(seat)) - np.repeat(self.before, self.length)
        return seat, self.pair[self.first[seat] + place]


def seats_of(market: Market) -> Seats:
    """Make a row for each seat; a need has no more rows than pairs."""
    by_need = market.by_need
    pair = by_need[market.value[by_need] > 0]
    starts = np.flatnonzero(np.diff(market.need[pair], prepend=-1))
    counts = np.diff(starts, append=len(pair))
    rows = np.minimum(market.seats[market.need[pair[starts]]], counts)
    return Seats(pair, np.repeat(starts, rows), np.repeat(counts, rows))


def bid(market: Market, seats: Seats) -> Ints | None:
    """Return positions in the market of the best assignment; None where bidding would take too long."""
    if len(seats.first) * (int(seats.length.max()) + 1) > MOST_CELLS:
        return None
    auction = _Auction(market, seats)
    free = auction.rounds()
    return auction.taken() if auction.fill(free, MOST_LOOKS * len(seats.first)) else None


class _Auction:
    """A table of what each seat (r rows) may take: first nobody, then its pairs, then nobody up to the end.

    person and value are (r, width); nobody is person number q, who is worth nothing and may be taken by many.
    price (q + 1,) of people; seat (q + 1,) of each person, NOBODY where idle.
    """

    def __init__(self, market: Market, seats: Seats) -> None:
        row, pair = seats.listed()
        width = int(seats.length.max()) + 1
        place = np.arange(1, len(row) + 1) + np.repeat(
            width * np.arange(len(seats.first)) - seats.before, seats.length
        )
        self.nobody = market.people
        self.seats = seats
        self.person = np.full((len(seats.first), width), self.nobody)
        self.value = np.zeros_like(self.person)
        self.person.ravel()[place] = market.person[pair]
        self.value.ravel()[place] = market.value[pair]
        self.price = np.zeros(self.nobody + 1, np.int64)
        self.seat = np.full(self.nobody + 1, NOBODY)

    def rounds(self, patience: int = PATIENCE) -> Ints:
        """Bid until few seats are free, or they become fewer too slowly; return the free seats."""
        free = np.arange(len(self.person))
        enough = len(free)
        count = 0
        while len(free) > FEW:
            if count % patience == 0:
                if len(free) > enough:
                    break
                enough = len(free) - len(free) // FALL - 1
            free = self._round(free)
            count += 1
        return free

    def _round(self, free: Ints) -> Ints:
        """Let each free seat bid once, the highest bid for a person winning; return the seats that are free then."""
        person = self.person[free]
        left = self.value[free] - self.price[person]
        rows = np.arange(len(free))
        best = left.argmax(axis=1)
        most = left[rows, best]
        left[rows, best] = np.iinfo(np.int64).min
        second = left.argmax(axis=1)
        rise = most - left[rows, second]
        wanted = person[rows, best]
        # the second best is as good and may be idle, so nobody need be driven out
        other = (rise == 0) & (self.seat[wanted] != NOBODY)
        wanted[other] = person[rows, second][other]
        bids = wanted != self.nobody
        free, wanted, rise = free[bids], wanted[bids], rise[bids]
        offer = rise * len(self.person) + free
        highest = np.full(self.nobody, -1)
        np.maximum.at(highest, wanted, offer)
        wins = highest[wanted] == offer
        won = wanted[wins]
        driven_out = self.seat[won]
        self.seat[won] = free[wins]
        self.price[won] += rise[wins]
        return np.concatenate([free[~wins], driven_out[driven_out != NOBODY]])

    def fill(self, free: Ints, most_looks: int) -> bool:
        """Fill the free seats by shortest paths; return False where that would take too long."""
        looks = most_looks
        for row in free.tolist():
            looks -= self._fill(row, looks)
            if looks < 0:
                return False
        return True

    def _fill(self, start: int, most: int) -> int:
        """Give `start` a person along the path of least loss; return how many seats were looked at, at most `most` + 1.

        A path goes from a seat to a person, on to that person's seat, and ends where somebody is idle or a seat
        stays empty. The loss along it is never negative, as whoever has a seat is among the best for it.
        """
        lost: dict[int, int] = {}  # least loss on the way to each person
        heap: list[tuple[int, int, int]] = []  # loss, person, seat before
        came_from: dict[int, int] = {}  # the seat before each person settled
        passed: list[tuple[int, int]] = []  # person and loss
        row, loss = start, 0
        for looks in range(1, most + 2):
            left = self.value[row] - self.price[self.person[row]]
            reached = loss + left.max() - left
            for person, far in zip(self.person[row].tolist(), reached.tolist(), strict=True):
                if far < lost.get(person, far + 1):
                    lost[person] = far
                    heappush(heap, (far, person, row))
            loss, person, before = heappop(heap)
            while person in came_from:
                loss, person, before = heappop(heap)
            came_from[person] = before
            row = int(self.seat[person])
            if row == NOBODY:
                self._move(start, person, came_from)
                for other, far in passed:
                    self.price[other] += loss - far
                return looks
            passed.append((person, loss))
        return most + 1

    def _move(self, start: int, last: int, came_from: dict[int, int]) -> None:
        """Give each seat on the path the person it led to."""
        person = {int(self.seat[who]): who for who in came_from}
        row = came_from[last]
        self.seat[last] = row if last != self.nobody else NOBODY
        while row != start:
            who = person[row]
            row = came_from[who]
            self.seat[who] = row

    def taken(self) -> Ints:
        """Return positions in the market of what the seats took."""
        filled = self.seat != NOBODY
        person = np.full(len(self.person), NOBODY)
        person[self.seat[filled]] = np.flatnonzero(filled)
        place = (self.person == person[:, None]).argmax(axis=1)
        row = np.flatnonzero(place)
        taken: Ints = self.seats.pair[self.seats.first[row] + place[row] - 1]
        return taken
