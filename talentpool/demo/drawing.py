"""Chance with a seed: the same seed draws the same people and needs on every machine."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Draw:
    """A stream of draws. `Draw(7, "people")` and `Draw(7, "needs")` do not disturb each other."""

    def __init__(self, seed: int, topic: str) -> None:
        self._random = Random(f"{seed} {topic}")

    def chance(self, probability: float) -> bool:
        return self._random.random() < probability

    def whole(self, least: int, most: int) -> int:
        return self._random.randint(least, most)

    def one(self, items: Sequence[T]) -> T:
        return self._random.choice(items)

    def some(self, items: Sequence[T], least: int, most: int) -> list[T]:
        """Different items, in the order of `items`."""
        count = min(self._random.randint(least, most), len(items))
        chosen = set(self._random.sample(range(len(items)), count))
        return [item for place, item in enumerate(items) if place in chosen]

    def weighted(self, shares: Mapping[T, float]) -> T:
        return self._random.choices(list(shares), list(shares.values()))[0]

    def normal(self, mean: float, deviation: float, least: int, most: int) -> int:
        """A whole number between `least` and `most`, around `mean`."""
        drawn = round(self._random.gauss(mean, deviation))
        return min(max(drawn, least), most)

    def lognormal(self, median: float, deviation: float, least: int, most: int, step: int) -> int:
        """A multiple of `step` between `least` and `most`; half of the draws lie below `median`."""
        drawn = median * math.exp(self._random.gauss(0, deviation))
        return min(max(round(drawn / step) * step, least), most)

    def spread(self, shares: Mapping[T, float], total: int) -> list[T]:
        """`total` items in the given shares, as exactly as whole numbers allow, in random order."""
        counts = _apportion(list(shares.values()), total)
        items = [item for item, count in zip(shares, counts, strict=True) for _ in range(count)]
        self._random.shuffle(items)
        return items

    def shuffled(self, items: Sequence[T]) -> list[T]:
        return self._random.sample(items, len(items))


def _apportion(shares: Sequence[float], total: int) -> list[int]:
    """Whole numbers in proportion to `shares` that sum to `total`, by largest remainders."""
    exact = [share * total / sum(shares) for share in shares]
    counts = [math.floor(part) for part in exact]
    by_remainder = sorted(
        range(len(exact)), key=lambda place: (counts[place] - exact[place], place)
    )
    for place in by_remainder[: total - sum(counts)]:
        counts[place] += 1
    return counts
