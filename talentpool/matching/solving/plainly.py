"""The road for markets whose patterns nobody could list: relax, dive, improve part by part, then prove.

Pairs that lose more at the prices of the relaxation than a plan could still gain are left out, pairs that gain more than
that are kept in, and HiGHS solves what is between. While the plan is far from the bound, a third of the people after the
other chooses again among what the others leave.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from ..arrays import Bools, Ints
from ..plan import SCALE, Road
from .diving import Plainly, priced_plainly, relax_and_dive
from .master import whole
from .plain import Plain
from .search import Search

FAR = 100  # a plan is far from the bound if it misses more than this part of it
PARTS = 3  # into which everybody is divided to choose again
NODES = 20  # of the solver's tree, for each part
PROVING = (
    5 / 6
)  # of the time that is left is for the proof; the rest improves a plan that it does not end with


def prove_plainly(search: Search) -> str:
    """Find the best plan of the market of `search`; return the kind of proof. Raises Stop if time is up."""
    search.road = Road.PLAIN
    search.keep_greedy()
    if search.slack < SCALE:
        return "bound"
    plain = Plain(search.market)
    found, marginals = relax_and_dive(plain, search.clock)
    search.keep_plan(plain.pairs_of(found))
    if marginals is None:
        return "none"
    road = _Road(search, plain, priced_plainly(plain, marginals), found)
    search.offer(road.priced.prices, road.priced.worth)
    search.check("priced")
    while road.slack > road.bound // FAR and not search.clock.is_late and road.improve():
        pass
    if road.slack < SCALE or road.prove():
        return "bound" if search.slack < SCALE else "enumeration"
    while road.improve():
        pass
    return "none"


class _Road:
    """counts (K,): the best plan so far, of the variables of `plain`; bound: what no plan exceeds at these prices."""

    def __init__(self, search: Search, plain: Plain, priced: Plainly, counts: Ints) -> None:
        self.search, self.plain, self.priced, self.counts = search, plain, priced, counts
        self.bound = priced.bound(search.market)
        self._drawn = np.random.default_rng(0)

    @property
    def slack(self) -> int:
        """By how much a plan could still be better, in 1/SCALE bp."""
        return self.bound - int(self.plain.value @ self.counts) * SCALE

    def improve(self) -> bool:
        """Let one part of the people after the other choose again; tell whether the plan is better then."""
        before, people = self.slack, self.search.market.people
        part = self._drawn.permutation(people)[self.search.market.person[self.plain.pairs]] % PARTS
        for mine in range(PARTS):
            could = self.priced.left >= -self.slack
            self._choose(could & (part == mine), 1 / PARTS, nodes=NODES)
            self.search.check("rounded")
        return self.slack < before

    def prove(self) -> bool:
        """Choose everything again that a better plan could change; tell whether there is none."""
        left = self.priced.left
        return self._choose(left >= -self.slack, PROVING, kept=left > self.slack)

    def _choose(
        self, free: Bools, part: float, *, kept: Bools | bool = False, nodes: int | None = None
    ) -> bool:
        """Choose the `free` (K,) variables again, those `kept` (K,) as high as they can be; tell whether that ended.

        part: of the time that is left.
        """
        plain, clock = self.plain, self.search.clock
        others = np.where(free, 0, self.counts)
        right = plain.right - (plain.matrix @ others).astype(np.int64)
        some = np.flatnonzero(free)
        answer = clock.run(
            partial(
                whole, plain.value[some], plain.matrix[:, some], right,
                np.where(kept, plain.most, 0)[some], plain.most[some],
                clock.remaining * part, nodes=nodes,
            )
        )  # fmt: skip
        if answer is None:
            return False
        others[some] = answer.counts
        if plain.value @ others > plain.value @ self.counts:
            self.counts = others
            self.search.keep_plan(plain.pairs_of(others))
        return answer.is_best
