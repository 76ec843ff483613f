"""One person's side: which sets of needs (patterns) fit the months, and the best ones at given prices."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .problem import Problem
from .tolls import Tolls, tolls_of

Pattern = tuple[int, ...]  # pair numbers of one person, ascending
UNBOUNDED = 1 << 62
MANY = 10  # pairs worth something, from which the search is bounded by tolls


@dataclass(frozen=True, slots=True)
class Person:
    """One person's pairs. months: for each pair, the collapsed months it uses; room and slots: half-days
    and engagements free in each collapsed month.

    Months in which the same pairs compete collapse into one with the least room, so most people keep one
    to three.
    """

    edges: tuple[int, ...]
    half_days: tuple[int, ...]
    months: tuple[tuple[int, ...], ...]
    room: tuple[int, ...]
    slots: tuple[int, ...]

    def tolls(self, worth: Sequence[int]) -> Tolls | None:
        """None where few pairs are worth something, so that searching is quick without."""
        if sum(w > 0 for w in worth) <= MANY:
            return None
        uses = np.zeros((len(self.room), len(self.edges)), np.int64)
        for k, months in enumerate(self.months):
            uses[list(months), k] = 1
        free = np.array(self.room + self.slots, np.int64)
        days = uses * np.array(self.half_days, np.int64)
        return tolls_of(np.concatenate([days, uses]), free, worth)

    def search(
        self,
        worth: Sequence[int],
        least: Callable[[], int],
        *,
        must: int | None = None,
        tolls: Tolls | None = None,
    ) -> Iterator[tuple[int, Pattern]]:
        """Feasible patterns worth at least `least()`, with their worth; `worth` follows `edges`.

        `must`: a place in `edges` that every pattern contains. Depth first, the worthiest pairs first, cut
        where what remains could not reach `least()`, which may rise between two steps. The empty
        pattern is worth 0. `tolls`: those of the same worth, where they are known already.
        """
        tolls = tolls or self.tolls(worth)
        key = worth if tolls is None else tolls.left
        order = sorted((k for k in range(len(self.edges)) if k != must), key=lambda k: (-key[k], k))
        room, slots = list(self.room), list(self.slots)
        chosen, total = [], 0
        if must is not None:
            if not self._take(must, room, slots):
                return
            chosen, total = [must], worth[must]
        if tolls is None:
            yield from self._extend(order, 0, worth, least, room, slots, chosen, total)
        else:
            limit = tolls.limit + sum(min(tolls.left[k], 0) for k in chosen)
            yield from self._extend_within(
                order, 0, worth, least, room, slots, chosen, total, tolls.left, limit
            )

    def _extend(
        self,
        order: list[int],
        at: int,
        worth: Sequence[int],
        least: Callable[[], int],
        room: list[int],
        slots: list[int],
        chosen: list[int],
        total: int,
    ) -> Iterator[tuple[int, Pattern]]:
        if total >= least():
            yield total, tuple(sorted(self.edges[k] for k in chosen))
        left = sum(slots)  # each further pair takes at least one
        for place in range(at, len(order)):
            k = order[place]
            others = sum(max(worth[q], 0) for q in order[place + 1 : place + left])
            if total + worth[k] + others < least():
                return
            if self._take(k, room, slots):
                chosen.append(k)
                yield from self._extend(
                    order, place + 1, worth, least, room, slots, chosen, total + worth[k]
                )
                chosen.pop()
                self._give_back(k, room, slots)

    def _extend_within(
        self,
        order: list[int],
        at: int,
        worth: Sequence[int],
        least: Callable[[], int],
        room: list[int],
        slots: list[int],
        chosen: list[int],
        total: int,
        left: Sequence[int],
        limit: int,
    ) -> Iterator[tuple[int, Pattern]]:
        """The same with tolls: no pattern that follows is worth more than `limit`.

        A pair taken at a loss after tolls lowers the limit by the loss, a pair left out by its gain.
        """
        if total >= least():
            yield total, tuple(sorted(self.edges[k] for k in chosen))
        for place in range(at, len(order)):
            k = order[place]
            within = limit + min(left[k], 0)
            if within < least():
                return  # pairs are in falling order: the rest lose at least as much
            if self._take(k, room, slots):
                chosen.append(k)
                yield from self._extend_within(
                    order, place + 1, worth, least, room, slots, chosen, total + worth[k],
                    left, within,
                )  # fmt: skip
                chosen.pop()
                self._give_back(k, room, slots)
            limit -= max(left[k], 0)

    def best(
        self, worth: Sequence[int], *, must: int | None = None, tolls: Tolls | None = None
    ) -> tuple[int, Pattern] | None:
        """The pattern of greatest worth and that worth; None when `must` does not fit at all."""
        found: tuple[int, Pattern] | None = None if must is not None else (0, ())

        def more() -> int:
            return -UNBOUNDED if found is None else found[0] + 1

        for candidate in self.search(worth, more, must=must, tolls=tolls):
            found = candidate
        return found

    def _take(self, k: int, room: list[int], slots: list[int]) -> bool:
        days = self.half_days[k]
        if any(room[t] < days or slots[t] < 1 for t in self.months[k]):
            return False
        for t in self.months[k]:
            room[t] -= days
            slots[t] -= 1
        return True

    def _give_back(self, k: int, room: list[int], slots: list[int]) -> None:
        for t in self.months[k]:
            room[t] += self.half_days[k]
            slots[t] += 1


def people_of(
    problem: Problem, edges: NDArray[np.int64], room: NDArray[np.int64], slots: NDArray[np.int64]
) -> list[Person]:
    """One Person for each candidate with a pair among `edges`; room and slots (n, T) are what is free.

    Pairs that do not even fit alone are left out.
    """
    who, needs = problem.candidate[edges], problem.row[edges]
    short = (room[who] < problem.half_days[needs, None]) | (slots[who] < 1)
    edges = edges[~(problem.months[needs] & short).any(axis=1)]
    order = edges[np.argsort(problem.candidate[edges], kind="stable")]
    who = problem.candidate[order]
    cuts = np.flatnonzero(np.diff(who)) + 1
    groups = np.split(order, cuts) if len(order) else []
    return [_person(problem, group, room, slots) for group in groups]


def _person(
    problem: Problem,
    edges: NDArray[np.int64],
    room: NDArray[np.int64],
    slots: NDArray[np.int64],
) -> Person:
    i = int(problem.candidate[edges[0]])
    needs = problem.row[edges]
    used = problem.months[needs]  # (pairs, T)
    columns: dict[bytes, tuple[int, int, NDArray[np.bool_]]] = {}
    for t in np.flatnonzero(used.any(axis=0)):
        key = used[:, t].tobytes()
        free = (int(room[i, t]), int(slots[i, t]))
        if key in columns:
            old = columns[key]
            free = (min(free[0], old[0]), min(free[1], old[1]))
        columns[key] = (*free, used[:, t])
    kept = list(columns.values())
    return Person(
        edges=tuple(int(e) for e in edges),
        half_days=tuple(int(d) for d in problem.half_days[needs]),
        months=tuple(
            tuple(t for t, (_, _, users) in enumerate(kept) if users[k]) for k in range(len(edges))
        ),
        room=tuple(free for free, _, _ in kept),
        slots=tuple(free for _, free, _ in kept),
    )
