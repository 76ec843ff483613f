"""The programme over patterns: at most k_j patterns with need j, and at most one pattern per person.

HiGHS is called through scipy, which is imported when it is first needed. Its objectives and bounds are never believed;
only the prices it suggests and the patterns it picks are used.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..arrays import Ints
from .columns import Columns, Singles
from .market import Market

TINY = 1e-7  # amounts up to this may be the solver's zero
UNIT = 1e4  # bp: objectives are divided by it, so that they are about one
CORE = 16  # pairs of each need from which the first prices follow
BIN = 64  # bp: width of a bin of values below a need's best pair
BINS = 256
LEAST_SECONDS = 0.1  # for a call of HiGHS, however little time is left


def first_prices(market: Market, time_limit: float) -> NDArray[np.float64]:
    """Suggest prices of seats (m,) in bp, from the best CORE pairs of each need and everybody's months added up."""
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
    answer = linear(market.value[core], matrix, np.concatenate(free), 1, time_limit)
    prices = np.zeros(m)
    if answer is not None:
        prices[:] = np.maximum(-answer.ineqlin.marginals[:m] * UNIT, 0.0)
    return prices


def core_pairs(market: Market) -> Ints:
    """Find about the best CORE pairs of each need that have a positive value: whole bins below its best pair."""
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
    """The answer of the linear relaxation.

    prices of seats (m,) in bp; presses (m,) bool: whether a price presses against its box; expected: the value in bp;
    pairs: positions in the market, if the answer is a plan, else none.
    """

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
    """Solve the linear relaxation over the known patterns; None if the solver fails.

    Prices stay within `radius` (m,) of the `centre` (m,); with few patterns they would leap about (the box method of
    du Merle and others, 1999). A need may buy seats at the upper end of its box and sell them at the lower end; where
    it does, its price presses against the box.
    """
    from scipy.sparse import csc_array, hstack  # noqa: PLC0415

    matrix, right, _ = columns.matrix()
    m = len(columns.market.seats)
    low = np.maximum(centre - radius, 0.0)
    sells = np.flatnonzero(low > 0)
    unit = csc_array((np.ones(m), (np.arange(m), np.arange(m))), shape=(len(right), m))
    whole = hstack([matrix, -unit, unit[:, sells]], format="csc")
    gains = np.concatenate([columns.sum_over(columns.market.value), -centre - radius, low[sells]])
    answer = linear(gains, whole, right, None, time_limit)
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


def linear(
    gains: NDArray[Any],
    matrix: Any,
    right: NDArray[Any],
    most: int | Ints | None,
    time_limit: float,
) -> Any:
    """Solve a linear relaxation; None if the solver fails. most: of each column, one for all or (K,), None for no end."""
    from scipy.optimize import linprog  # noqa: PLC0415

    if not len(gains):
        return None
    ends = np.zeros(len(gains)), np.full(len(gains), np.inf if most is None else most)
    answer = linprog(
        -gains / UNIT,
        A_ub=matrix,
        b_ub=right.astype(float),
        bounds=np.stack(ends, axis=1).tolist(),
        method="highs",
        options={
            "time_limit": max(time_limit, LEAST_SECONDS),
            "presolve": False,  # it costs more than it saves
        },
    )
    return answer if answer.status == 0 else None


class Counts(NamedTuple):
    """counts (K,) of each column; is_best: whether the solver finished."""

    counts: Ints
    is_best: bool


def whole(
    gain: Ints,
    matrix: Any,
    right: Ints,
    least: Ints,
    most: Ints,
    time_limit: float,
    *,
    nodes: int | None = None,
) -> Counts | None:
    """Choose how many of each column, from `least` to `most` (K,), with the greatest `gain`; None if nothing is found."""
    from scipy.optimize import Bounds, LinearConstraint, milp  # noqa: PLC0415

    if not len(gain):
        return Counts(np.zeros(0, np.int64), is_best=True)
    answer = milp(
        -gain / UNIT,
        constraints=LinearConstraint(matrix, -np.inf, right.astype(float)),
        integrality=np.ones(len(gain), np.int64),
        bounds=Bounds(least, most),
        options={
            "mip_rel_gap": 0.0,
            "time_limit": max(time_limit, LEAST_SECONDS),
            **({} if nodes is None else {"node_limit": nodes}),
        },
    )
    if answer.x is None:
        return None
    return Counts(np.rint(answer.x).astype(np.int64), is_best=answer.status == 0)


class Choice(NamedTuple):
    """pairs: positions in the market, ascending; is_best: whether the solver finished."""

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
    """Choose whole columns with the greatest `gain`; None if no choice is found.

    demands: (figure of each column, least total, unit) of further rows that the choice must reach; full (m + people,):
    needs whose seats must all be filled, and people who must have a pattern; precision: the part of its gain that the
    choice may miss; nodes: of the solver's tree, at most.
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
            "time_limit": max(time_limit, LEAST_SECONDS),
            **({} if nodes is None else {"node_limit": nodes}),
        },
    )
    if answer.x is None:
        return None
    return Choice(columns.pairs_of(answer.x > 0.5), is_best=answer.status == 0)
