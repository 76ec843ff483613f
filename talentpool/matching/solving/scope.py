"""The pairs that a search looks at: all open ones, or a core that grows when prices ask for more."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..arrays import Ints
from ..pairs import Pair
from ..plan import SCALE
from ..problem import Problem
from .core import core_of, missing, small_core_of
from .market import open_market
from .one_to_one import is_one_to_one, is_one_to_one_for_all, is_scarce


class Scope:
    """What a search looks at.

    market: the open pairs; core: which pairs these are, None for all; is_one_to_one: whether nobody can take two pairs.
    """

    def __init__(self, problem: Problem, pinned: Sequence[int], forbids: Sequence[Pair]) -> None:
        self._problem, self._pinned, self._forbids = problem, pinned, forbids
        self.core = core_of(problem)
        is_for_all = self.core is None and is_one_to_one_for_all(problem)
        if is_for_all and not is_scarce(problem.seats, problem.n):
            self.core = small_core_of(problem)
        self._open()
        self.is_one_to_one = is_for_all or (self.core is None and is_one_to_one(self.market))

    def _open(self) -> None:
        among = None if self.core is None else self.core.inside
        self.market = open_market(self._problem, self._pinned, self._forbids, among)

    def let_in(self, prices: Ints, worth: Ints, gap: int) -> bool:
        """Let in every pair outside the core that loses at most `gap`; return whether there was any.

        prices (m,), gap, and worth (q,) of each person's best pattern are in 1/SCALE bp.
        """
        if self.core is None:
            return False
        more = missing(self._problem, self.core, prices, -gap, SCALE)
        if self.is_one_to_one:
            more = self._instead(more, prices, worth, gap)
        if not len(more):
            return False
        self.core.inside[more] = True
        self._open()
        return True

    def _instead(self, pairs: Ints, prices: Ints, worth: Ints, gap: int) -> Ints:
        """Keep the pairs that lose at most `gap` if they replace what their persons have."""
        problem = self._problem
        had = np.zeros(problem.n, np.int64)
        had[self.market.candidate] = worth
        need, who = problem.row[pairs], problem.candidate[pairs]
        left = problem.value[pairs] * SCALE - prices[need]
        return pairs[left >= had[who] - gap]
