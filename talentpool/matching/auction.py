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

    person, value, pair (r, width); nobody is the person q, who is worth nothing and may be taken by many.
    price (q + 1,) of people; seat (q + 1,) of each person, NOBODY where idle.
    """

    def __init__(self, market: Market, seats: Seats) -> None:
        row, pair = seats.listed()
        shape = (len(seats.first), int(seats.length.max()) + 1)
        place = 1 + np.arange(len(row)) - np.repeat(seats.before, seats.length)
        self.nobody = market.people
        self.person = np.full(shape, self.nobody)
        self.value = np.zeros(shape, np.int64)
        self.pair = np.zeros(shape, np.int64)
        self.person[row, place] = market.person[pair]
        self.value[row, place] = market.value[pair]
        self.pair[row, place] = pair
        self.price = np.zeros(self.nobody + 1, np.int64)
        self.seat = np.full(self.nobody + 1, NOBODY)

    def rounds(self, patience: int = PATIENCE) -> Ints:
        """Bid until every seat has a person or stays empty, or that comes too slowly: the seats still free."""
        free = np.arange(len(self.person))
        enough = len(free)
        count = 0
        while len(free):
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
        rows = np.arange(len(self.person))[:, None]
        taken: Ints = self.pair[self.seat[self.person] == rows]
        return taken
