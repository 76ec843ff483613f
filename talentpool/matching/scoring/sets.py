"""Who meets the rules of each need, as sets with one bit per person.

Every distinct condition is checked once for all people and packed, 64 people to a word. The people of a need are the
intersection of the sets of its conditions, for a block of needs at a time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, count
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import Bools, Ints
from ..records import Candidate, Need
from .encode import Numbering, People
from .rules import CONDITIONS, Condition, named_pairs

BLOCK = 2**17  # words of sets held at a time: 1 MB
Words = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Asked:
    """What m needs ask under one rule: k distinct `keys`, and rows (m, q) of 1 + their numbers, 0 for none."""

    condition: Condition
    keys: list[Any]
    rows: Ints


def asked_of(needs: Sequence[Need], numbering: Numbering, people: People) -> list[Asked]:
    """Collect the distinct conditions of all needs, rule by rule; none of a rule that concerns nobody of the people."""
    return [
        _asked(condition, needs, numbering)
        if condition.concerns(people)
        else Asked(condition, [], np.zeros((len(needs), 0), np.int64))
        for condition in CONDITIONS.values()
    ]


def _asked(condition: Condition, needs: Sequence[Need], numbering: Numbering) -> Asked:
    numbers: defaultdict[Any, int] = defaultdict(count(1).__next__)
    read = [condition.reads(need) for need in needs]
    found = {
        told: [numbers[key] for key in condition.asks(need, numbering)]
        for told, need in dict(zip(read, needs, strict=True)).items()
    }
    place = {told: row for row, told in enumerate(found)}
    counts = np.array([len(row) for row in found.values()], np.int64)
    rows = np.zeros((len(found), int(counts.max(initial=0))), np.int64)
    rows[np.arange(rows.shape[1]) < counts[:, None]] = list(chain.from_iterable(found.values()))
    return Asked(condition, list(numbers), rows[[place[told] for told in read]])


def named_of(candidates: Sequence[Candidate]) -> dict[str, list[int]]:
    """Need id → the people ruled out for it by name."""
    named: dict[str, list[int]] = {}
    for need, index, _rule in named_pairs(candidates):
        named.setdefault(need, []).append(index)
    return named


def feasible_blocks(
    people: People, asked: Sequence[Asked], barred: Sequence[Sequence[int]]
) -> Iterator[tuple[int, Ints, Ints]]:
    """Yield blocks of b needs as (first need, (b,) how many people each has, (k,) their indices, need by need).

    barred: for each need, the people ruled out by name.
    """
    words = -(-people.n // 64)
    tables = [(_table(entry, people, words), entry.rows) for entry in asked]
    step = max(1, BLOCK // max(words, 1))
    for first in range(0, len(barred), step):
        some = slice(first, first + step)
        sets = np.full((len(barred[some]), words), ~np.uint64(0))
        for table, rows in tables:
            for column in rows[some].T:
                if column.any():
                    sets &= table.take(column, axis=0)
        for row, indices in enumerate(barred[some]):
            if indices:
                sets[row] &= ~_packed(_marked(indices, people.n), words)[0]
        yield (first, *_members(sets))


def _table(asked: Asked, people: People, words: int) -> Words:
    """Return (1 + k, words): who meets each condition. Row 0 asks for nothing: everybody who exists."""
    table = np.empty((1 + len(asked.keys), words), np.uint64)
    table[0] = _packed(np.ones((1, people.n), bool), words)
    step = max(1, BLOCK // max(people.n, 1))
    masks = np.empty((step, people.n), bool)
    for first in range(0, len(asked.keys), step):
        some = asked.keys[first : first + step]
        for row, key in enumerate(some):
            masks[row] = asked.condition.holds(people, key)
        table[1 + first : 1 + first + len(some)] = _packed(masks[: len(some)], words)
    return table


def _packed(masks: Bools, words: int) -> Words:
    """Pack (k, n) bool into (k, words), person 0 in the lowest bit."""
    octets = np.zeros((len(masks), words * 8), np.uint8)
    octets[:, : -(-masks.shape[1] // 8)] = np.packbits(masks, axis=1, bitorder="little")
    return octets.view("<u8").astype(np.uint64, copy=False)


def _marked(indices: Sequence[int], n: int) -> Bools:
    mask = np.zeros((1, n), bool)
    mask[0, indices] = True
    return mask


def _members(sets: Words) -> tuple[Ints, Ints]:
    """Return (b,) sizes and (k,) members, in order, of b sets."""
    octets = sets.astype("<u8", copy=False).view(np.uint8).reshape(-1)
    held = np.flatnonzero(octets != 0)
    bits = np.flatnonzero(np.unpackbits(octets[held], bitorder="little").view(bool))
    place = held[bits >> 3]
    place <<= 3
    place |= bits & 7
    width = sets.shape[1] * 64
    ends = np.searchsorted(place, np.arange(1, len(sets) + 1) * width)
    sizes = np.diff(ends, prepend=0)
    place -= np.repeat(np.arange(len(sets)) * width, sizes)
    return sizes, place
