"""The state of one solve: the best plan so far, the least bound with its prices, time and progress."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .baselines import fill
from .core import core_of, missing, small_core_of
from .market import Ints, Pair, open_market
from .master import Columns
from .patterns import UNKNOWN, Patterns, best, could_be_within, within
from .problem import Problem
from .singles import Singles
from .tolls import Tolls, no_tolls, tolls_of
from .unit import is_scarce, is_unit, is_unit_for_all

SCALE = 1024  # prices are whole numbers of 1/1024 bp
FEWER = 8  # the part of a gap tried next where too many patterns are near
MOST_COLUMNS = 200_000  # patterns enumerated for a proof, at most
MANY_COLUMNS = 3_000  # so many patterns are no trouble; more are too many if they are more than
MANY_FOR_A_PAIR = 3  # for each of their pairs
MOST_SINGLES = 60_000  # pairs over which a proof is tried before it is given up
LEAST_FOR_TIES = 10.0  # seconds
Progress = Callable[[dict[str, Any]], bool]


class Stop(Exception):
    """Time is up, or the caller asked to stop."""


class Search:
    """What is known so far.

    market: the pairs looked at, all or a core; prices (m,) and bound in 1/SCALE bp; worth (q,): what
    no pattern of each person exceeds at these prices; plan: pair numbers; value in bp;
    every: all patterns there are, where that is known.
    """

    def __init__(
        self,
        problem: Problem,
        pinned: Sequence[int],
        forbids: Sequence[Pair],
        deadline: float | None,
        progress: Progress | None,
    ) -> None:
        self.problem, self.pinned, self.forbids = problem, pinned, forbids
        self.deadline, self.progress = deadline, progress
        self.began = time.monotonic()
        self.core = core_of(problem)
        self.is_unit = self.core is None and is_unit_for_all(problem)
        if self.is_unit and not is_scarce(problem.seats, problem.n):
            self.core = small_core_of(problem)
        self._open()
        self.is_unit = self.is_unit or (self.core is None and is_unit(self.market))
        self.every: Columns | None = None
        self.plan: Ints = np.zeros(0, np.int64)
        self.value = 0
        self.is_cancelled = False
        # At prices that leave no pair any worth, the bound costs no search.
        self.prices: Ints = np.zeros(problem.m, np.int64)
        wanted = np.flatnonzero(np.diff(problem.ptr))
        greatest = np.maximum.reduceat(problem.value, problem.ptr[wanted]) if len(wanted) else 0
        self.prices[wanted] = np.maximum(greatest, 0) * SCALE
        self.bound = int((self.market.seats * self.prices).sum())
        self.worth: Ints = np.zeros(self.market.people, np.int64)

    def _open(self) -> None:
        among = None if self.core is None else self.core.inside
        self.market = open_market(self.problem, self.pinned, self.forbids, among)

    def left(self, prices: Ints) -> Ints:
        """(F,) what the pairs are worth to their persons after the prices, in 1/SCALE bp."""
        return self.market.value * SCALE - prices[self.market.need]

    def price(
        self, prices: NDArray[np.float64], gap: int, most: int, columns: Columns | None = None
    ) -> tuple[Patterns, Patterns]:
        """Each person's best pattern at these prices (m,) in bp, where it is better than the `columns` of that
        person, and up to `most` patterns that lose at most `gap`.

        The bound, kept if it is less, is exact whatever the prices: Σ_j k_j u_j + Σ_i max over patterns of
        (v - u).
        """
        rounded = np.rint(prices * SCALE).astype(np.int64)
        left = self.left(rounded)
        worth = self._reached(columns, left)
        tolls = tolls_of(self.market, left, worth)
        self._keep_bound(rounded, tolls.limit)  # should time end the search for patterns
        found = best(self.market, left, tolls, worth, self.tick)
        worth[found.owner] = found.worth
        self._keep_bound(rounded, worth)
        near = None
        while near is None and gap:
            near = within(self.market, left, tolls, worth, gap, most, self.tick)
            gap //= FEWER
        return found, found if near is None else near

    def price_all(self, prices: NDArray[np.float64], every: Columns) -> None:
        """As `price`, from every pattern there is."""
        rounded = np.rint(prices * SCALE).astype(np.int64)
        self._keep_bound(rounded, self._reached(every, self.left(rounded)))

    def price_singly(self, prices: Ints) -> None:
        """As `price` at whole bp (m,), where everybody serves one need: the best pattern is the best pair."""
        rounded = prices * SCALE
        worth = np.zeros(self.market.people, np.int64)
        if len(worth):
            best = np.maximum.reduceat(self.left(rounded), self.market.start[:-1])
            worth = np.maximum(best, 0)
        self._keep_bound(rounded, worth)

    def _reached(self, columns: Columns | None, left: Ints) -> Ints:
        """(q,) what each person reaches by the patterns, by none at least."""
        worth = np.zeros(self.market.people, np.int64)
        if columns is not None:
            np.maximum.at(worth, columns.owner, columns.sum_over(left))
        return worth

    def losses(self, columns: Columns) -> Ints:
        """(K,) what the patterns lose against the best of their persons at the prices, in 1/SCALE bp."""
        return self.worth[columns.owner] - columns.sum_over(self.left(self.prices))

    def _keep_bound(self, prices: Ints, worth: Ints) -> None:
        """worth (q,): what no pattern of each person exceeds at these prices."""
        bound = int((self.market.seats * prices).sum()) + int(worth.sum())
        if bound < self.bound:
            self.bound, self.prices, self.worth = bound, prices, worth

    def widen(self, gap: int) -> bool:
        """Let in what the core leaves out though it loses at most `gap`; whether there was any.

        Only then are bound and patterns those of the whole problem.
        """
        if not self.let_in(gap):
            return False
        deadline, self.deadline = self.deadline, None
        self.price(self.prices / SCALE, 0, 0)  # to the end: without it there is no bound
        self.deadline = deadline
        return True

    def let_in(self, gap: int) -> bool:
        """As `widen`, but there is no bound until the next pricing."""
        if self.core is None:
            return False
        more = missing(self.problem, self.core, self.prices, -gap, SCALE)
        if self.is_unit:
            more = self._instead(more, gap)
        if not len(more):
            return False
        self.core.inside[more] = True
        self._open()
        self.bound = UNKNOWN
        return True

    def _instead(self, pairs: Ints, gap: int) -> Ints:
        """Those of these pairs that lose at most `gap` where they take the place of what their persons have."""
        worth = np.zeros(self.problem.n, np.int64)
        worth[self.market.candidate] = self.worth
        need, who = self.problem.row[pairs], self.problem.candidate[pairs]
        left = self.problem.value[pairs] * SCALE - self.prices[need]
        return pairs[left >= worth[who] - gap]

    def all_patterns(self, most: int) -> Columns | None:
        """Columns of every pattern there is; None when there are more than `most`."""
        if self.core is None and len(self.market.edge) <= most:
            worth, nothing = self.market.value, np.zeros(self.market.people, np.int64)
            free = no_tolls(self.market, worth)
            self.every = self._columns(worth, free, nothing, UNKNOWN, most)
        return self.every

    def near(self, gap: int, most: int = MOST_COLUMNS) -> Columns | None:
        """Columns of every pattern that loses at most `gap` (1/SCALE bp) against its person's best.

        A plan worth more than UB - gap can use no other pattern. None when there are more than `most`, or
        too many for their pairs.
        """
        if self.every is not None:
            return self.every.take(self.losses(self.every) <= gap)
        left = self.left(self.prices)
        many = max(MANY_COLUMNS, MANY_FOR_A_PAIR * len(self._pairs_near(left, gap)))
        tolls = tolls_of(self.market, left, self.worth)
        return self._columns(left, tolls, self.worth, gap, min(most, many))

    def singles(self, most: int = MOST_SINGLES) -> Singles | None:
        """Every pair that a better plan could use, and perhaps more. None when there are more than `most`."""
        pairs = self._pairs_near(self.left(self.prices), self.slack)
        return Singles(self.market, pairs) if len(pairs) <= most else None

    def _pairs_near(self, left: Ints, gap: int) -> Ints:
        tolls = tolls_of(self.market, left, self.worth)
        return could_be_within(self.market, left, tolls, self.worth, gap)

    def _columns(
        self, left: Ints, tolls: Tolls, worth: Ints, gap: int, most: int
    ) -> Columns | None:
        found = within(self.market, left, tolls, worth, gap, most, self.tick)
        if found is None:
            return None
        columns = Columns(self.market)
        columns.add(found)
        return columns

    def keep_plan(self, pairs: Ints) -> None:
        """Positions in the market; kept if they are worth more."""
        value = int(self.market.value[pairs].sum())
        if value > self.value:
            self.plan, self.value = self.market.edge[pairs], value

    def keep_greedy(self) -> None:
        """Pairs by falling value, each taken if it still fits: better than nothing, and at times the best."""
        value = self.market.value
        order = np.lexsort((self.market.edge, -value))
        self.keep_plan(fill(self.market, order[value[order] > 0]))

    def tick(self) -> None:
        """Raises Stop when time is up."""
        if self.remaining() <= 0:
            raise Stop

    def check(self, stage: str) -> None:
        """Report, and stop when time is up or the caller says so."""
        if self.progress is not None and self.progress(
            {"stage": stage, "value": self.value, "bound": self.bound // SCALE}
        ):
            self.is_cancelled = True
            raise Stop
        self.tick()

    def limit_of_ties(self) -> float:
        """Seconds the tie rule may take for each of its choices: as long as the proof, and never too little."""
        return min(self.remaining(), max(LEAST_FOR_TIES, time.monotonic() - self.began))

    def remaining(self) -> float:
        return 3600.0 if self.deadline is None else self.deadline - time.monotonic()

    @property
    def is_late(self) -> bool:
        """Whether half of the time is over."""
        return self.remaining() < time.monotonic() - self.began

    @property
    def slack(self) -> int:
        """By how much a plan could still be better, in 1/SCALE bp."""
        return self.bound - self.value * SCALE

    @property
    def full(self) -> NDArray[np.bool_]:
        """(m + q,) needs and people whose price is more than the slack: no plan as good leaves them empty."""
        return np.concatenate([self.prices, self.worth]) > self.slack
