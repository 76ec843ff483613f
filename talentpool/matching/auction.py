"""The best assignment of people to seats by bidding: all free seats at once, the last ones by shortest paths.

Method: the bidding of Jonker and Volgenant's augmenting row reduction (Computing 38, 1987), with all free seats at
once as in Bertsekas' auction, in whole numbers and without ε. A seat raises the price of its best person until its
second best is as good; so whoever has a seat is always among the best for it, and idle people have no price. Where
equal offers stop the rise, shortest augmenting paths (Dijkstra's method on what each seat would lose) fill the
seats that are left, one by one.
"""

from __future__ import annotations

from heapq import heappop, heappush

import numpy as np

from .market import Ints, Market
from .seats import Seats

MOST_CELLS = 1 << 21  # of the table: a row for each seat, as wide as the longest
FEW = 2  # free seats that bid no more: each would bid alone, round after round
PATIENCE = 16  # rounds, after which
FALL = 8  # one of so many free seats must have found a person
MOST_LOOKS = 2  # at seats on paths, for each seat there is
NOBODY = -1


def bid(market: Market, seats: Seats) -> Ints | None:
    """Positions in the market of the best assignment; None where bidding would take too long."""
    if len(seats.first) * (int(seats.length.max()) + 1) > MOST_CELLS:
        return None
    auction = _Auction(market, seats)
    free = auction.rounds()
    return auction.taken() if auction.fill(free, MOST_LOOKS * len(seats.first)) else None


class _Auction:
    """Of each seat (r rows) what it may take: first nobody, then its pairs, then nobody again to the end.

    person, value (r, width); nobody is the person q, who is worth nothing and may be taken by many.
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
        """Bid until few seats are without a person that could have one, or fewer come too slowly: those seats."""
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
        """One bid of each free seat; who is free then. The highest bid for a person wins."""
        person = self.person[free]
        left = self.value[free] - self.price[person]
        rows = np.arange(len(free))
        best = left.argmax(axis=1)
        most = left[rows, best]
        left[rows, best] = np.iinfo(np.int64).min
        second = left.argmax(axis=1)
        rise = most - left[rows, second]
        wanted = person[rows, best]
        # As good and perhaps idle: no need to drive anybody out.
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
        """Fill the free seats by shortest paths; False where that would take too long."""
        looks = most_looks
        for row in free.tolist():
            looks -= self._fill(row, looks)
            if looks < 0:
                return False
        return True

    def _fill(self, start: int, most: int) -> int:
        """Give `start` a person along the path of least loss. How many seats were looked at; at most `most` + 1.

        A path goes from a seat to a person, on to that person's seat, and ends where somebody is idle or a seat
        stays empty. The loss on the way is never negative, as whoever has a seat is among the best for it.
        """
        lost: dict[int, int] = {}  # least on the way to each person
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
        """Each seat on the path takes the person it led to."""
        person = {int(self.seat[who]): who for who in came_from}
        row = came_from[last]
        self.seat[last] = row if last != self.nobody else NOBODY
        while row != start:
            who = person[row]
            row = came_from[who]
            self.seat[who] = row

    def taken(self) -> Ints:
        """Positions in the market of what the seats took."""
        filled = self.seat != NOBODY
        person = np.full(len(self.person), NOBODY)
        person[self.seat[filled]] = np.flatnonzero(filled)
        place = (self.person == person[:, None]).argmax(axis=1)
        row = np.flatnonzero(place)
        taken: Ints = self.seats.pair[self.seats.first[row] + place[row] - 1]
        return taken
