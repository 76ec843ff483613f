"""Why people are not listed: the rules that each excluded pair breaks, for needs or for one person."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..record_checks import sorted_records
from ..records import Candidate, Need
from ..scoring.encode import encode, numbering_of
from ..scoring.rules import CONDITIONS, Rule, named_by_need
from ..scoring.sets import asked_of

Reasons = dict[str, list[Rule]]
BITS = {rule: np.uint16(1 << place) for place, rule in enumerate(Rule)}


def excluded(
    candidates: Sequence[Candidate], needs: Sequence[Need] | Need
) -> dict[str, Reasons] | Reasons:
    """Find the rules that keep people from needs.

    Parameters
    ----------
    candidates : sequence of Candidate
    needs : Need or sequence of Need

    Returns
    -------
    dict
        Candidate id → list of broken `Rule`, for one need. For several: need id → that. Feasible people are absent.

    Raises
    ------
    InvalidProblem
        If a record cannot be right.

    Examples
    --------
    >>> from talentpool import matching as m
    >>> from talentpool.matching.example import NEEDS, PEOPLE
    >>> {name: list(map(str, rules)) for name, rules in m.excluded(PEOPLE, NEEDS[0]).items()}
    {'aoki': ['skill'], 'baba': ['skill'], 'doi': ['travel']}
    """
    if isinstance(needs, Need):
        return excluded_of(candidates, [needs])[needs.id]
    return excluded_of(candidates, needs)


def excluded_from(candidate: Candidate, needs: Sequence[Need]) -> Reasons:
    """Find the rules that keep one person from needs.

    Parameters
    ----------
    candidate : Candidate
    needs : sequence of Need

    Returns
    -------
    dict of str to list of Rule
        By need id. Needs that are open to the person are absent.

    Raises
    ------
    InvalidProblem
        If a record cannot be right.

    Examples
    --------
    >>> from talentpool import matching as m
    >>> from talentpool.matching.example import NEEDS, PEOPLE
    >>> {name: list(map(str, rules)) for name, rules in m.excluded_from(PEOPLE[3], NEEDS).items()}
    {'migration': ['travel'], 'tender': ['skill']}
    """
    rows = excluded_of([candidate], needs)
    return {need: rules[candidate.id] for need, rules in rows.items() if rules}


def excluded_of(candidates: Sequence[Candidate], needs: Sequence[Need]) -> dict[str, Reasons]:
    """Need id → candidate id → broken rules."""
    return _told(candidates, needs, lambda bits: list(_rules_of(bits)))


def excluded_texts(
    candidates: Sequence[Candidate], needs: Sequence[Need]
) -> dict[str, dict[str, list[str]]]:
    """Need id → candidate id → broken rules as plain strings; pairs that break the same rules share one list."""
    return _told(candidates, needs, cache(lambda bits: list(map(str, _rules_of(bits)))))


def _told(
    candidates: Sequence[Candidate], needs: Sequence[Need], words: Callable[[int], list[Any]]
) -> dict[str, dict[str, list[Any]]]:
    """Need id → candidate id → `words` for the rules that the pair breaks, one bit each."""
    people, wanted = sorted_records(candidates, needs)
    names = np.array([person.id for person in people], object)
    answer = {}
    for need, broken in zip(wanted, _broken(people, wanted), strict=True):
        out = np.flatnonzero(broken)
        answer[need.id] = dict(
            zip(names[out].tolist(), map(words, broken[out].tolist()), strict=True)
        )
    return answer


@cache
def _rules_of(bits: int) -> tuple[Rule, ...]:
    return tuple(rule for rule, bit in BITS.items() if bits & bit)


def _broken(people: Sequence[Candidate], needs: Sequence[Need]) -> Iterator[NDArray[np.uint16]]:
    """Yield (n,) for each need in turn: one bit for each rule that a person breaks."""
    numbering = numbering_of(needs)
    arrays = encode(people, numbering)
    tables = []
    for rule, asked in zip(CONDITIONS, asked_of(needs, numbering, arrays), strict=True):
        table = np.zeros((1 + len(asked.keys), len(people)), np.uint16)
        for row, key in enumerate(asked.keys, 1):
            table[row] = ~asked.condition.holds(arrays, key) * BITS[rule]
        tables.append((table, asked.rows))
    named = named_by_need(people)
    for j, need in enumerate(needs):
        broken = np.zeros(len(people), np.uint16)
        for table, rows in tables:
            broken |= np.bitwise_or.reduce(table[rows[j]], axis=0)
        for index, rule in named.get(need.id, ()):
            broken[index] |= BITS[rule]
        yield broken
