"""The state of one solve: prices with their exact bound, the best plan so far, and enumeration."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .master import Columns
from .people import Pattern, Person
from .problem import Problem

SCALE = 1024  # prices are whole numbers of 1/1024 bp
MOST_COLUMNS = 200_000  # patterns enumerated for a proof before it is given up
Progress = Callable[[dict[str, Any]], bool]


class Stop(Exception):
    """Time is up, or the caller asked to stop."""


@dataclass
class Search:
    """What is known so far: prices with their bound (in 1/SCALE bp) and the best plan's pairs."""

    problem: Problem
    seats: NDArray[np.int64]
    people: list[Person]
    deadline: float | None
    progress: Progress | None
    prices: NDArray[np.int64] = field(init=False)
    bound: int = field(init=False)
    plan: tuple[int, ...] = ()
    value: int = 0
    is_cancelled: bool = False

    def __post_init__(self) -> None:
        # At prices that leave no pair any worth, the bound costs no search.
        values = np.maximum(self.problem.value, 0) * SCALE
        self.prices = np.zeros(self.problem.m, np.int64)
        np.maximum.at(self.prices, self.problem.row, values)
        self.bound, _ = self.price(self.prices)

    def worth(self, person: Person, prices: NDArray[np.int64]) -> list[int]:
        edges = np.array(person.edges)
        values = self.problem.value[edges] * SCALE - prices[self.problem.row[edges]]
        return [int(v) for v in values]

    def price(self, prices: NDArray[np.int64]) -> tuple[int, list[tuple[int, Pattern]]]:
        """The exact bound at these prices, and every person's best pattern with its worth."""
        found = []
        for person in self.people:
            best = person.best(self.worth(person, prices))
            assert best is not None  # the empty pattern always fits
            found.append(best)
        bound = int((self.seats * prices).sum()) + sum(worth for worth, _ in found)
        return bound, found

    def keep_bound(self, bound: int, prices: NDArray[np.int64]) -> None:
        if bound < self.bound:
            self.bound, self.prices = bound, prices

    def keep_plan(self, edges: Sequence[int]) -> None:
        value = int(self.problem.value[list(edges)].sum())
        if value > self.value:
            self.plan, self.value = tuple(sorted(edges)), value

    def check(self, stage: str) -> None:
        """Report, and stop when time is up or the caller says so."""
        if self.progress is not None and self.progress(
            {"stage": stage, "value": self.value, "bound": self.bound // SCALE}
        ):
            self.is_cancelled = True
            raise Stop
        if self.remaining() <= 0:
            raise Stop

    def remaining(self) -> float:
        return 3600.0 if self.deadline is None else self.deadline - time.monotonic()

    @property
    def gap(self) -> int:
        """Whole bp by which a plan could still be better."""
        return self.bound // SCALE - self.value

    def enumerate(self, gap: int) -> Columns | None:
        """Columns of every pattern that loses at most `gap` (1/SCALE bp) against its person's best.

        A plan worth more than UB - gap can use no other pattern. None when there are too many.
        """
        columns = Columns(self.problem, self.seats, self.people)
        for person in self.people:
            worth = self.worth(person, self.prices)
            best = person.best(worth)
            assert best is not None  # the empty pattern always fits
            least = best[0] - gap
            for _, pattern in person.search(worth, lambda least=least: least):  # type: ignore[misc]
                columns.add(pattern)
                if len(columns) > MOST_COLUMNS:
                    return None
            self.check("enumerating")
        return columns
