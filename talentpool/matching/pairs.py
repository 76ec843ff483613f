"""Pairs of need and candidate as a caller gives them, by id or row number, checked before use."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set as AbstractSet
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import InfeasiblePins, InvalidProblem, MatchingError
from .problem import Problem

Pair = tuple[int, int]  # row numbers
Pairs = Sequence[tuple[int | str, int | str]] | NDArray[np.integer[Any]]  # or (K, 2)


def pinned_edges(problem: Problem, pins: Pairs, forbids: Pairs) -> list[int]:
    """Return the pair numbers of the pins. Raises InfeasiblePins, InvalidProblem."""
    edges = []
    ruled_out = set(pairs_of(problem, "forbids", forbids))
    for j, i in dict.fromkeys(pairs_of(problem, "pins", pins)):
        if (j, i) in ruled_out:
            raise InfeasiblePins(f"{place_of(problem, j, i)} is both pinned and forbidden")
        edge = problem.edge(j, i)
        if edge is None:
            raise InfeasiblePins(f"{place_of(problem, j, i)} breaks a hard rule")
        edges.append(edge)
    return edges


def pairs_of(problem: Problem, name: str, given: Pairs) -> list[Pair]:
    """Check the pairs given as `name` and return them in row numbers.

    Raises InfeasiblePins for pins, else InvalidProblem.
    """
    try:
        listed = list(given)
    except TypeError:
        raise InvalidProblem(name, "must be a list of pairs (need, candidate)") from None
    return [pair_of(problem, name, pair, index) for index, pair in enumerate(listed)]


def pair_of(problem: Problem, name: str, given: Any, index: int | None = None) -> Pair:
    """Check one pair and return it in row numbers. Raises InfeasiblePins for pins, else InvalidProblem."""
    is_ordered = isinstance(given, Iterable) and not isinstance(given, str | AbstractSet)
    members = tuple(given) if is_ordered else ()
    if len(members) != 2:
        raise _wrong(name, index, "must be a pair (need, candidate)")
    need, candidate = members
    try:
        return problem.need_row(need), problem.candidate_row(candidate)
    except InvalidProblem as error:
        is_swapped = _is_pair(problem, candidate, need)
        reason = "looks swapped, a pair is (need, candidate)" if is_swapped else str(error)
        raise _wrong(name, index, reason) from None


def _is_pair(problem: Problem, need: Any, candidate: Any) -> bool:
    try:
        problem.need_row(need)
        problem.candidate_row(candidate)
    except InvalidProblem:
        return False
    return True


def _wrong(name: str, index: int | None, reason: str) -> MatchingError:
    if name == "pins":
        return InfeasiblePins(f"pins[{index}]: {reason}")
    return InvalidProblem(name, reason, index)


def place_of(problem: Problem, need: int, candidate: int) -> str:
    return f"{problem.need_ids[need]} / {problem.candidate_ids[candidate]}"
