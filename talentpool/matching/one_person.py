"""The most that one person's pairs can be worth together: a small search that shares nothing with the solver's.

Pairs are tried in falling worth, with and without each. In a month no more of them can be served than there are
engagements free, so what is still to come is worth at most that many of the best ones, month by month.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

DIGIT = 16  # bits of a month: more than any half-days or engagements, int16, and one above them
MOST_STEPS = 20_000  # of the search for one person


@dataclass(frozen=True)
class Free:
    """What a person has left: half_days, engagements (T,) whole numbers ≥ 0."""

    half_days: NDArray[np.int64]
    engagements: NDArray[np.int64]


def most_worth(
    worth: NDArray[np.int64], half_days: NDArray[np.int64], months: NDArray[np.bool_], free: Free
) -> int:
    """What a set of the k pairs that fits the months is worth, the best one if that is found in MOST_STEPS.

    worth, half_days (k,); months (k, T). What is returned is reached in any case.
    """
    kept = np.flatnonzero(worth > 0)
    order = kept[np.argsort(-worth[kept], kind="stable")]
    slots = months[order].astype(np.int64)
    use = [_number(row) for row in np.hstack([slots * half_days[order, None], slots]).tolist()]
    rest = _still_to_come(worth[order].tolist(), months[order], free.engagements.tolist())
    guard = _number([1 << (DIGIT - 1)] * (2 * months.shape[1]))
    start = guard | _number([*free.half_days.tolist(), *free.engagements.tolist()])
    return _search(worth[order].tolist(), use, rest, start, guard)


def _search(worth: list[int], use: list[int], rest: list[int], start: int, guard: int) -> int:
    """use: of each pair as one number, a digit for each month; a digit that falls short takes its guard bit."""
    best, steps = 0, 0
    waiting = [(0, start, 0)]  # next pair, what is free, what is reached
    while waiting and steps < MOST_STEPS:
        steps += 1
        at, free, reached = waiting.pop()
        best = max(best, reached)
        if reached + rest[at] <= best:
            continue
        waiting.append((at + 1, free, reached))
        left = free - use[at]
        if left & guard == guard:
            waiting.append((at + 1, left, reached + worth[at]))
    return best


def _number(digits: list[int]) -> int:
    return sum(digit << (DIGIT * place) for place, digit in enumerate(digits))


def _still_to_come(worth: list[int], months: NDArray[np.bool_], slots: list[int]) -> list[int]:
    """(k + 1,) what the pairs from each one on are worth at most; each counts in its busiest month."""
    busiest = (months * months.sum(axis=0)).argmax(axis=1).tolist()
    best: dict[int, list[int]] = {}
    rest = [0]
    for gain, month in zip(reversed(worth), reversed(busiest), strict=True):
        before = best.get(month, [])
        now = best[month] = [gain, *before][: slots[month]]
        rest.append(rest[-1] + sum(now) - sum(before))
    return rest[::-1]
