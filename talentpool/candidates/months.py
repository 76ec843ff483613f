"""Windows as months and back. A page asks for half-days month by month; what is stored are windows.

A number changes its month only. The weekdays, the mode and the note of the window stay with each of its months; a
month that no window says anything of takes those of the nearest. 0 is a pause of that month: what was said of it stays
below, for when the pause ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from ..dates import months
from .content import Window

SHOWN = 12  # months on the page, from the present one


@dataclass(frozen=True, slots=True)
class Month:
    month: int
    half_days: int
    is_paused: bool


def plan_of(windows: Sequence[Window], first: int, count: int = SHOWN) -> list[Month]:
    """The half-days of `count` months from `first`, 0 in a pause."""
    said = _by_month(windows)
    paused = {month for pause in _pauses(windows) for month in _months_of(pause)}
    return [
        Month(
            month,
            0 if month in paused or month not in said else said[month].half_days,
            month in paused,
        )
        for month in range(first, first + count)
    ]


def with_months(windows: Sequence[Window], half_days: Mapping[int, int]) -> list[Window]:
    """`windows` with these half-days in these months; a month that has them already changes nothing."""
    now = {
        month: (said.half_days, said.is_paused)
        for month in half_days
        for said in plan_of(windows, month, 1)
    }
    changed = {month: n for month, n in half_days.items() if n != now[month][0]}
    if not changed:
        return list(windows)
    said = _by_month(windows)
    for month, n in changed.items():
        if n > 0:
            said[month] = replace(_nearest(said, month), half_days=n)
    ended = {month for month, n in changed.items() if n > 0}
    begun = [Window(month, month, is_available=False) for month, n in changed.items() if n == 0]
    pauses = [part for pause in _pauses(windows) for part in without(pause, ended)]
    return [*_runs(said), *pauses, *_joined(begun)]


def without(window: Window, gone: Iterable[int]) -> list[Window]:
    """What is left of a window when these months are cut out of it."""
    left = sorted(set(_months_of(window)) - set(gone))
    return list(_runs(dict.fromkeys(left, window)))


def _by_month(windows: Sequence[Window]) -> dict[int, Window]:
    return {
        month: window for window in windows if window.is_available for month in _months_of(window)
    }


def _pauses(windows: Sequence[Window]) -> list[Window]:
    return [window for window in windows if not window.is_available]


def _months_of(window: Window) -> range:
    return months(window.first_month, window.last_month)


def _nearest(said: Mapping[int, Window], month: int) -> Window:
    """What is said of the month, else of the one nearest to it, the earlier of two; its note stays where it is."""
    if month in said:
        return said[month]
    if not said:
        return Window(month, month)
    near = min(said, key=lambda other: (abs(other - month), other))
    return replace(said[near], note="")


def _runs(said: Mapping[int, Window]) -> Iterator[Window]:
    """Months that follow each other and say the same, as one window."""

    def kind(month_and_place: tuple[int, int]) -> tuple[int, Window]:
        place, month = month_and_place
        return month - place, replace(said[month], first_month=0, last_month=0)

    for _key, run in groupby(enumerate(sorted(said)), key=kind):
        found = [month for _place, month in run]
        yield replace(said[found[0]], first_month=found[0], last_month=found[-1])


def _joined(pauses: Sequence[Window]) -> list[Window]:
    return list(_runs({pause.first_month: pause for pause in pauses}))
