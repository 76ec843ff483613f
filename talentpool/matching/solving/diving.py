"""A strong plan and an exact bound from the linear relaxation of the plain programme.

Method: the prices of the relaxation, of seats and of everybody's months, rounded to whole numbers, give a bound however
they were found. The plan is dived for: whole amounts are kept, the largest fractions are rounded up where they fit, and
the rest is relaxed again. The best of a few dives, from bold to careful, is taken.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..arrays import Bools, Floats, Ints
from ..plan import SCALE
from .clock import Clock
from .market import Market
from .master import TINY, UNIT, linear
from .plain import Plain

STEPS = (
    10,
    20,
    50,
)  # of the fractions that are left, one of so many is rounded up between two relaxations
MOST_RELAXED = 12  # relaxations of a dive; after the last one all fractions are rounded up that fit


@dataclass(frozen=True)
class Plainly:
    """What the prices leave, in 1/SCALE bp.

    prices of seats (m,); worth (q,), what no pattern of each person exceeds; left (K,) of each variable after prices and
    tolls.
    """

    prices: Ints
    worth: Ints
    left: Ints

    def bound(self, market: Market) -> int:
        """Compute what no plan exceeds."""
        return int((market.seats * self.prices).sum()) + int(self.worth.sum())


def priced_plainly(plain: Plain, marginals: Floats) -> Plainly:
    """Price every row, in whole numbers. marginals (R,): of the rows, in bp.

    A person takes at most what the months hold: no pattern is worth more than  Σ toll · right + Σ most · max(0, left).
    """
    market = plain.market
    m = len(market.seats)
    fees = np.maximum(np.rint(marginals * SCALE), 0).astype(np.int64)
    left = plain.value * SCALE - plain.matrix.astype(np.int64).T @ fees
    worth = np.zeros(market.people, np.int64)
    np.add.at(worth, plain.payer, fees[m:] * plain.right[m:])
    np.add.at(worth, market.person[plain.pairs], plain.most * np.maximum(left, 0))
    return Plainly(fees[:m][plain.like], worth, left)


def relax_and_dive(plain: Plain, clock: Clock) -> tuple[Ints, Floats | None]:
    """Make a plan, as counts (K,); return it with the prices (R,) in bp of the relaxation, None without one."""
    first = _relaxed(plain, np.arange(len(plain)), plain.right, plain.most, clock)
    if first is None:
        return np.zeros(len(plain), np.int64), None
    dives = []
    for step in STEPS:
        dives.append(_dive(plain, first.x, step, clock))
        if clock.is_late or (dives[-1] == first.x).all():
            break
    values = [int(plain.value @ counts) for counts in dives]
    return dives[int(np.argmax(values))], -first.ineqlin.marginals * UNIT


def _relaxed(plain: Plain, free: Ints, right: Ints, most: Ints, clock: Clock) -> Any:
    return clock.run(
        lambda: linear(plain.value[free], plain.matrix[:, free], right, most, clock.remaining)
    )


def _dive(plain: Plain, share: Floats, step: int, clock: Clock) -> Ints:
    """Round the shares (K,) of the relaxation, relaxing what is left again and again; return counts (K,)."""
    counts, right, most = np.zeros(len(plain), np.int64), plain.right, plain.most.copy()
    free = np.arange(len(plain))
    for again in reversed(range(MOST_RELAXED)):
        whole = np.floor(share + TINY).astype(np.int64)
        right = right - (plain.matrix[:, free] @ whole).astype(np.int64)
        fractions = np.flatnonzero(share - whole > TINY)
        order = fractions[np.argsort(whole[fractions] - share[fractions], kind="stable")]
        some = -(-len(order) // step) if again else len(order)
        more, right = _rounded_up(plain, free[order[:some]], right)
        counts[free] += whole
        counts[more] += 1
        if not len(order) or not again:
            break
        most = np.where(_fits(plain, right), plain.most - counts, 0)
        free = np.flatnonzero(most > 0)
        answer = _relaxed(plain, free, right, most[free], clock)
        if answer is None:
            break
        share = answer.x
    return counts


def _rounded_up(plain: Plain, order: Ints, right: Ints) -> tuple[Ints, Ints]:
    """Take one more of each variable in this order that fits; return these, and what is left of `right` (R,)."""
    right, taken = right.copy(), []
    for variable in order.tolist():
        rows, use = plain.column(variable)
        if (right[rows] >= use).all():
            right[rows] -= use
            taken.append(variable)
    return np.array(taken, np.int64), right


def _fits(plain: Plain, right: Ints) -> Bools:
    """Mark (K,) the variables of which one more fits."""
    lacks = right[plain.matrix.indices] < plain.matrix.data
    column = np.repeat(np.arange(len(plain)), np.diff(plain.matrix.indptr))
    fits: Bools = np.bincount(column, lacks, minlength=len(plain)) == 0
    return fits
