"""Hard shapes by seed: `draw(SHAPES["one month"], 0)`. They show what makes a search long, and nothing of a real market.

`Shape.small` is what the tests draw, beside brute force and scipy.milp.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from talentpool import matching as m

from .instances import Size, make_sized

Generator = np.random.Generator


@dataclass(frozen=True)
class Shape:
    """density: the part of all pairs that could be; fits: how many different ones there are, 1 for all equal.

    kinds: of needs, 0 where none is like another by design; wanted: people whom every need could have, and would rather
    have than others; pins: pairs pinned; the others are ranges to draw from, both ends included.
    """

    people: int
    needs: int
    months: int = 12
    density: float = 0.05
    fits: int = 10_001
    kinds: int = 0
    wanted: int = 0
    pins: int = 0
    seats: tuple[int, int] = (1, 1)
    half_days: tuple[int, int] = (1, 4)
    capacity: tuple[int, int] = (2, 8)
    most_at_once: tuple[int, int] = (1, 3)

    def small(self, part: int) -> Shape:
        """The same shape with a `part` of the people and needs, as dense as they then need to be."""
        return replace(
            self,
            people=max(3, self.people // part),
            needs=max(3, self.needs // part),
            density=min(1.0, self.density * part),
            wanted=self.wanted and max(1, self.wanted // part),
            pins=self.pins // part,
        )


SHAPES: dict[str, Shape | Size] = {
    "100 people, 1,000 needs": Shape(100, 1_000, density=0.1),
    "100 people, 1,000 needs, as a market has them": Size(100, 1_000, regions=1),
    "2,000 people, 500 needs, all fits equal": Shape(2_000, 500, fits=1),
    "2,000 people, 500 needs, one month, all fits equal": Shape(2_000, 500, months=1, fits=1),
    "300 identical needs": Shape(200, 300, kinds=1, density=1.0),
    "300 needs of 10 kinds": Shape(200, 300, kinds=10, density=0.3),
    "heavy ties: 3 different fits": Shape(300, 300, fits=3, density=0.2),
    "heavy ties, few people": Shape(60, 300, fits=3, density=0.2),
    "one month": Shape(400, 300, months=1, density=0.2),
    "24 months": Shape(300, 300, months=24, density=0.1),
    "many pins": Shape(300, 300, density=0.1, pins=150),
    "few people wanted by all": Shape(300, 200, wanted=10, density=0.02),
    "several seats": Shape(400, 100, density=0.2, seats=(1, 6)),
    "capacity 20, needs of 1": Shape(
        60, 400, months=1, density=0.3, half_days=(1, 1), capacity=(20, 20), most_at_once=(20, 20)
    ),
    "capacity 20, needs of 1, 12 months": Shape(
        60, 400, density=0.3, half_days=(1, 1), capacity=(20, 20), most_at_once=(20, 20)
    ),
}


@dataclass(frozen=True)
class Drawn:
    problem: m.Problem
    pins: list[tuple[int, int]]


def draw(shape: Shape | Size, seed: int) -> Drawn:
    if isinstance(shape, Size):
        return Drawn(make_sized(shape, months=12, seed=seed), [])
    r = np.random.default_rng(seed)
    kind = np.arange(shape.needs) if not shape.kinds else r.integers(0, shape.kinds, shape.needs)
    kinds = int(kind.max()) + 1
    feasible = r.random((kinds, shape.people)) < shape.density
    feasible[:, : shape.wanted] = True
    fit = r.integers(1, shape.fits + 1, feasible.shape) * 10_000 // (shape.fits + 1)
    if shape.wanted:
        fit[:, : shape.wanted] = 9_000 + fit[:, : shape.wanted] // 10
    need, person = np.nonzero(feasible[kind])
    problem = m.Problem(
        ptr=np.searchsorted(need, np.arange(shape.needs + 1)).astype(np.int64),
        candidate=person.astype(np.int32),
        fit=fit[kind[need], person].astype(np.int16),
        seats=_between(r, shape.seats, kinds)[kind].astype(np.int16),
        half_days=_between(r, shape.half_days, kinds)[kind].astype(np.int16),
        months=_windows(r, kinds, shape.months)[kind],
        capacity=np.repeat(
            _between(r, shape.capacity, shape.people)[:, None], shape.months, axis=1
        ).astype(np.int16),
        most_at_once=_between(r, shape.most_at_once, shape.people).astype(np.int8),
        candidate_ids=[f"c{i:04d}" for i in range(shape.people)],
        need_ids=[f"n{j:04d}" for j in range(shape.needs)],
        lottery_seed=seed,
    )
    return Drawn(problem, _pins(r, problem, shape.pins))


def _between(r: Generator, ends: tuple[int, int], count: int) -> NDArray[np.int64]:
    return r.integers(ends[0], ends[1] + 1, count)


def _windows(r: Generator, needs: int, months: int) -> NDArray[np.bool_]:
    """Whole stretches of 3 to 12 months, as far as there are months."""
    length = np.minimum(_between(r, (3, 12), needs), months)
    first = r.integers(0, months - length + 1)
    month = np.arange(months)
    return (month >= first[:, None]) & (month < (first + length)[:, None])


def _pins(r: Generator, problem: m.Problem, count: int) -> list[tuple[int, int]]:
    """Drawn pairs that fit together: each fills a need and a person of its own."""
    pins: list[tuple[int, int]] = []
    for edge in r.permutation(len(problem.candidate)).tolist():
        if len(pins) == count:
            break
        need, person = int(problem.row[edge]), int(problem.candidate[edge])
        fits = problem.half_days[need] <= problem.capacity[person].min()
        if fits and all(need != j and person != i for j, i in pins):
            pins.append((need, person))
    return sorted(pins)
