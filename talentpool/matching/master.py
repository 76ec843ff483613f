"""The programme over patterns: at most k_j patterns with need j, at most one pattern a person.

HiGHS is called through scipy, imported here when it is first needed; what it says is never believed but
for the prices it suggests and the patterns it picks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .market import Ints, Market
from .patterns import Patterns
from .singles import Singles
from .sweep import NONE

TINY = 1e-7  # an amount the solver may mean as nothing
UNIT = 1e4  # bp; objectives are scaled to about one
CORE = 16  # pairs of a need that suggest the first prices
BIN, BINS = 64, 256  # bp, and how many such bins below a need's best pair


class Columns:
    """Distinct non-empty patterns: owner (K,) and pairs (K, size) in ascending positions, NONE at the end."""

    def __init__(self, market: Market) -> None:
        self.market = market
        self.owner: Ints = np.zeros(0, np.int64)
        self.pairs: Ints = np.zeros((0, 0), np.int64)

    def __len__(self) -> int:
        return len(self.owner)

    def add(self, patterns: Patterns) -> int:
        """How many of the patterns, distinct ones, are new."""
        known = len(self)
        if not known:
            self.owner, self.pairs = patterns.owner, _ascending(patterns.pairs)
            return len(self)
        size = max(self.pairs.shape[1], patterns.pairs.shape[1])
        pairs = np.concatenate([_wide(self.pairs, size), _wide(_ascending(patterns.pairs), size)])
        owner = np.concatenate([self.owner, patterns.owner])
        order = np.lexsort((np.arange(len(owner)), *pairs.T)) if size else np.zeros(0, np.int64)
        is_first = np.ones(len(order), bool)
        is_first[1:] = (np.diff(pairs[order], axis=0) != 0).any(axis=1)
        kept = np.sort(order[is_first])
        self.owner, self.pairs = owner[kept], pairs[kept]
        return len(self) - known

    def within(self, market: Market) -> Columns:
        """The same patterns where the market has more pairs."""
        place = market.positions(self.market.edge)
        moved = Columns(market)
        moved.pairs = np.where(self.pairs == NONE, NONE, place[self.pairs])
        moved.owner = market.person[moved.pairs[:, 0]] if len(self) else self.owner
        return moved

    def take(self, which: NDArray[np.bool_]) -> Columns:
        """Those of the patterns that are marked (K,)."""
        taken = Columns(self.market)
        taken.owner, taken.pairs = self.owner[which], self.pairs[which]
        return taken

    def sum_over(self, figures: NDArray[np.int64]) -> Ints:
        """A figure of each pair of the market, summed over each pattern."""
        sums: Ints = np.where(self.pairs == NONE, 0, figures[self.pairs]).sum(axis=1)
        return sums

    def pairs_of(self, chosen: NDArray[np.bool_]) -> Ints:
        """Positions in the market, ascending, of the pairs in the chosen (K,) patterns."""
        pairs = self.pairs[chosen]
        return np.sort(pairs[pairs != NONE])

    def matrix(self) -> tuple[Any, NDArray[np.float64], Ints]:
        """Constraint matrix (R, patterns), CSC; its right-hand side (R,); what the rows are: needs, all of them,
        then the people who have patterns, numbered on from m."""
        from scipy.sparse import csc_array  # noqa: PLC0415

        m = len(self.market.seats)
        people, owner = np.unique(self.owner, return_inverse=True)
        numbers, place = np.nonzero(self.pairs != NONE)
        needs = self.market.need[self.pairs[numbers, place]]
        at = np.concatenate([needs, m + owner]), np.concatenate([numbers, np.arange(len(self))])
        matrix = csc_array((np.ones(len(at[0])), at), shape=(m + len(people), len(self)))
        right = np.concatenate([self.market.seats, np.ones(len(people))])
        return matrix, right, np.concatenate([np.arange(m), m + people])


def _ascending(pairs: Ints) -> Ints:
    last = np.iinfo(np.int64).max
    ordered = np.sort(np.where(pairs == NONE, last, pairs), axis=1)
    return np.where(ordered == last, NONE, ordered)


def _wide(pairs: Ints, size: int) -> Ints:
    return np.pad(pairs, ((0, 0), (0, size - pairs.shape[1])), constant_values=NONE)


def first_prices(market: Market, time_limit: float) -> NDArray[np.float64]:
    """Prices of seats (m,) in bp to start from: the best CORE pairs of each need, people's months added up."""
    from scipy.sparse import csc_array  # noqa: PLC0415

    core = core_pairs(market)
    m, people = len(market.seats), market.people
    days, slots = (taken.sum(axis=1) for taken in market.takes(core))
    who, number = market.person[core], np.arange(len(core))
    rows = np.concatenate([market.need[core], m + who, m + people + who])
    weights = np.concatenate([np.ones(len(core)), days, slots])
    matrix = csc_array(
        (weights.astype(float), (rows, np.tile(number, 3))), shape=(m + 2 * people, len(core))
    )
    free = [market.seats, market.room.sum(axis=1), market.slots.sum(axis=1)]
    answer = _linear(market.value[core], matrix, np.concatenate(free), 1, time_limit)
    prices = np.zeros(m)
    if answer is not None:
        prices[:] = np.maximum(-answer.ineqlin.marginals[:m] * UNIT, 0.0)
    return prices


def core_pairs(market: Market) -> Ints:
    """About the best CORE pairs of each need that are worth something: whole bins of 64 bp below its best."""
    m = len(market.seats)
    best = np.zeros(m, np.int64)
    np.maximum.at(best, market.need, market.value)
    bins = np.minimum((best[market.need] - market.value) // BIN, BINS - 1)
    sizes = np.bincount(market.need * BINS + bins, minlength=m * BINS).reshape(m, BINS)
    last = (sizes.cumsum(axis=1) < CORE).sum(axis=1)
    core: Ints = np.flatnonzero((bins <= last[market.need]) & (market.value > 0))
    return core


@dataclass(frozen=True)
class Relaxed:
    """Of the linear relaxation: prices of seats (m,) in bp; where they press (m,) bool; its value in bp; the pairs
    (positions in the market) of its answer where that is a plan, else none."""

    prices: NDArray[np.float64]
    presses: NDArray[np.bool_]
    expected: float
    pairs: Ints


def relax(
    columns: Columns,
    centre: NDArray[np.float64],
    radius: NDArray[np.float64],
    time_limit: float,
) -> Relaxed | None:
    """The linear relaxation over the known patterns.

    The prices stay within `radius` (m,) of the `centre` (m,), else few patterns would make them leap about
    (the box method of du Merle and others, 1999): a need may buy seats at the upper end and sell them at the
    lower; (m,) bool where it does, the prices press against the box. None when the solver gives none.
    """
    from scipy.sparse import csc_array, hstack  # noqa: PLC0415

    matrix, right, _ = columns.matrix()
    m = len(columns.market.seats)
    low = np.maximum(centre - radius, 0.0)
    sells = np.flatnonzero(low > 0)
    unit = csc_array((np.ones(m), (np.arange(m), np.arange(m))), shape=(len(right), m))
    whole = hstack([matrix, -unit, unit[:, sells]], format="csc")
    gains = np.concatenate([columns.sum_over(columns.market.value), -centre - radius, low[sells]])
    answer = _linear(gains, whole, right, None, time_limit)
    if answer is None:
        return None
    share, traded = answer.x[: len(columns)], answer.x[len(columns) :] > TINY
    presses = traded[:m].copy()
    presses[sells] |= traded[m:]
    is_plan = not traded.any() and bool((np.minimum(share, 1 - share) < TINY).all())
    return Relaxed(
        prices=np.maximum(-answer.ineqlin.marginals[:m] * UNIT, 0.0),
        presses=presses,
        expected=-answer.fun * UNIT,
        pairs=columns.pairs_of(share > 0.5) if is_plan else np.zeros(0, np.int64),
    )


def _linear(
    gains: NDArray[Any], matrix: Any, right: NDArray[Any], most: int | None, time_limit: float
) -> Any:
    from scipy.optimize import linprog  # noqa: PLC0415

    if not len(gains):
        return None
    answer = linprog(
        -gains / UNIT,
        A_ub=matrix,
        b_ub=right.astype(float),
        bounds=(0, most),
        method="highs",
        options={
            "time_limit": max(time_limit, 0.1),
            "presolve": False,
        },  # it costs more than it saves
    )
    return answer if answer.status == 0 else None


class Choice(NamedTuple):
    """pairs: positions in the market, ascending; is_best: there was time to the end."""

    pairs: Ints
    is_best: bool


def choose(
    columns: Columns | Singles,
    gain: Ints,
    time_limit: float,
    *,
    unit: float = UNIT,
    demands: Sequence[tuple[Ints, int, float]] = (),
    full: NDArray[np.bool_] | None = None,
    precision: float = 0.0,
    nodes: int | None = None,
) -> Choice | None:
    """The best whole choice by `gain`; None when none is found.

    demands: (figure of each pattern, least total, unit): further rows that the choice must reach.
    full: (m + people,) needs whose seats must all be filled, and people who must have a pattern.
    precision: the part of its gain that the choice may miss. nodes: of the solver's tree, at most.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp  # noqa: PLC0415

    if not len(columns):
        return Choice(np.zeros(0, np.int64), is_best=True)
    matrix, right, which = columns.matrix()
    least = np.full(len(right), -np.inf)
    if full is not None:
        least[: len(which)] = np.where(full[which], right[: len(which)], -np.inf)
    rows = [LinearConstraint(matrix, least, right)]
    rows += [
        LinearConstraint(figures[None, :] / scale, (least - 0.5) / scale, np.inf)
        for figures, least, scale in demands
    ]
    answer = milp(
        -gain / unit,
        constraints=rows,
        integrality=np.ones(len(columns), np.int64),
        bounds=Bounds(0, 1),
        options={
            "mip_rel_gap": precision,
            "time_limit": max(time_limit, 0.1),
            **({} if nodes is None else {"node_limit": nodes}),
        },
    )
    if answer.x is None:
        return None
    return Choice(columns.pairs_of(answer.x > 0.5), is_best=answer.status == 0)
