"""The state of one solve: the best plan so far, and the least bound with its prices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import Bools, Ints
from ..pairs import Pair
from ..plan import SCALE, Road
from ..problem import Problem
from .clock import Clock, Stop, Tick, untimed
from .columns import Columns
from .market import Market, fill
from .patterns import UNKNOWN, Patterns, best, within
from .scope import Scope
from .tolls import tolls_of

LEAST_STATES = 50_000  # states of everybody's months are never too many up to this
STATES_A_PAIR = 20  # above LEAST_STATES, more than this for each pair are too many
FEWER = 8  # where too many patterns are near, the gap is divided by this


class Search:
    """What is known so far.

    scope: the pairs looked at; prices (m,) and bound in 1/SCALE bp; worth (q,): what no pattern of each person exceeds
    at these prices; plan: pair numbers; value in bp; every: all patterns there are, if known; road: the one taken.
    """

    def __init__(
        self, problem: Problem, pinned: Sequence[int], forbids: Sequence[Pair], clock: Clock
    ) -> None:
        self.problem, self.clock = problem, clock
        self.scope = Scope(problem, pinned, forbids)
        self.pinned = int(problem.value[list(pinned)].sum())  # bp
        self.every: Columns | None = None
        self.road = Road.ONE_TO_ONE if self.scope.is_one_to_one else Road.PATTERNS
        self.plan: Ints = np.zeros(0, np.int64)
        self.value = 0
        # at prices that leave nothing of any pair, the bound needs no search
        self.prices: Ints = np.zeros(problem.m, np.int64)
        wanted = np.flatnonzero(np.diff(problem.ptr))
        greatest = np.maximum.reduceat(problem.value, problem.ptr[wanted]) if len(wanted) else 0
        self.prices[wanted] = np.maximum(greatest, 0) * SCALE
        self.bound = int((self.market.seats * self.prices).sum())
        self.worth: Ints = np.zeros(self.market.people, np.int64)
        clock.begin(self._said("priced"))

    @property
    def market(self) -> Market:
        return self.scope.market

    @property
    def slack(self) -> int:
        """By how much a plan could still be better, in 1/SCALE bp."""
        return self.bound - self.value * SCALE

    @property
    def full(self) -> Bools:
        """(m + q,) needs and people whose price exceeds the slack: no plan as good leaves them empty."""
        return np.concatenate([self.prices, self.worth]) > self.slack

    @property
    def _most_states(self) -> int:
        """How many states a pricing may take, before patterns are given up; a core has no other road."""
        if self.scope.core is not None:
            return UNKNOWN
        return max(LEAST_STATES, STATES_A_PAIR * len(self.market.edge))

    def left(self, prices: Ints) -> Ints:
        """Compute (F,) what the prices leave of each pair, in 1/SCALE bp."""
        return self.market.value * SCALE - prices[self.market.need]

    def losses(self, columns: Columns) -> Ints:
        """Compute (K,) what the patterns lose against their persons' best at the prices, in 1/SCALE bp."""
        return self.worth[columns.owner] - columns.sum_over(self.left(self.prices))

    def price(
        self,
        prices: NDArray[np.float64],
        gap: int,
        most: int,
        columns: Columns | None = None,
        tick: Tick | None = None,
    ) -> tuple[Patterns, Patterns]:
        """Find each person's best pattern at these prices (m,) in bp, and up to `most` that lose at most `gap`.

        Best patterns are returned only where they beat the `columns` of their person. The bound, kept if it is lower,
        is exact whatever the prices: Σ_j k_j u_j + Σ_i max over patterns of (v - u).
        """
        tick = tick or self.clock.tick
        rounded = np.rint(prices * SCALE).astype(np.int64)
        left = self.left(rounded)
        worth = self._reached(columns, left)
        tolls = tolls_of(self.market, left, worth)
        self._keep_bound(rounded, tolls.limit)  # in case time ends the search for patterns
        found = best(self.market, left, tolls, worth, tick, self._most_states)
        worth[found.owner] = found.worth
        self._keep_bound(rounded, worth)
        near = None
        while near is None and gap:
            near = within(self.market, left, tolls, worth, gap, most, tick)
            gap //= FEWER
        return found, found if near is None else near

    def price_all(self, prices: NDArray[np.float64], every: Columns) -> None:
        """Like `price`, from every pattern there is."""
        rounded = np.rint(prices * SCALE).astype(np.int64)
        self._keep_bound(rounded, self._reached(every, self.left(rounded)))

    def price_singly(self, prices: Ints) -> None:
        """Like `price` at whole bp (m,), where everybody serves one need: the best pattern is the best pair."""
        rounded = prices * SCALE
        worth = np.zeros(self.market.people, np.int64)
        if len(worth):
            best = np.maximum.reduceat(self.left(rounded), self.market.start[:-1])
            worth = np.maximum(best, 0)
        self._keep_bound(rounded, worth)

    def offer(self, prices: Ints, worth: Ints) -> None:
        """Keep the bound of these prices (m,) if it is lower; no pattern exceeds `worth` (q,), in 1/SCALE bp."""
        self._keep_bound(prices, worth)

    def _reached(self, columns: Columns | None, left: Ints) -> Ints:
        """Compute (q,) what each person reaches with these patterns or with none."""
        worth = np.zeros(self.market.people, np.int64)
        if columns is not None:
            np.maximum.at(worth, columns.owner, columns.sum_over(left))
        return worth

    def _keep_bound(self, prices: Ints, worth: Ints) -> None:
        """Keep the bound if it is lower. worth (q,): what no pattern of each person exceeds at these prices."""
        bound = int((self.market.seats * prices).sum()) + int(worth.sum())
        if bound < self.bound:
            self.bound, self.prices, self.worth = bound, prices, worth

    def widen(self, gap: int) -> bool:
        """Let in every pair outside the core that loses at most `gap`; return whether there was any.

        Only when there is none do bound and patterns hold for the whole problem.
        """
        if not self.let_in(gap):
            return False
        self.price(self.prices / SCALE, 0, 0, tick=untimed)  # without its end there is no bound
        return True

    def let_in(self, gap: int) -> bool:
        """Like `widen`, but without a bound until the next pricing."""
        if not self.scope.let_in(self.prices, self.worth, gap):
            return False
        self.bound = UNKNOWN
        return True

    def keep_plan(self, pairs: Ints) -> None:
        """Keep these pairs (positions in the market) if they are worth more."""
        value = int(self.market.value[pairs].sum())
        if value > self.value:
            self.plan, self.value = self.market.edge[pairs], value

    def keep_greedy(self) -> None:
        """Take pairs by falling value, each if it still fits: better than nothing, and sometimes the best."""
        value = self.market.value
        order = np.lexsort((self.market.edge, -value))
        self.keep_plan(fill(self.market, order[value[order] > 0]))

    def check(self, stage: str) -> None:
        """Report progress. Raises Stop if time is up or the caller cancels."""
        if self.clock.report(self._said(stage)):
            raise Stop

    def _said(self, stage: str) -> dict[str, Any]:
        return {
            "stage": stage,
            "value": self.pinned + self.value,
            "bound": self.pinned + self.bound // SCALE,
        }
