"""Why people are not listed: the rules that each excluded pair breaks, for needs or for one person."""

from __future__ import annotations

import json
import zlib
from base64 import b64decode, b64encode
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
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
CODES = tuple(map(str, Rule))


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
    people, wanted = sorted_records(candidates, needs)
    names = [person.id for person in people]
    return {
        need.id: {
            names[i]: list(_rules_of(int(broken[i]))) for i in np.flatnonzero(broken).tolist()
        }
        for need, broken in zip(wanted, _broken(people, wanted), strict=True)
    }


def left_out(candidates: Sequence[Candidate], needs: Sequence[Need]) -> dict[str, LeftOut]:
    """Need id → who is left out of it."""
    people, wanted = sorted_records(candidates, needs)
    names = [person.id for person in people]
    return {
        need.id: LeftOut(names, broken)
        for need, broken in zip(wanted, _broken(people, wanted), strict=True)
    }


class LeftOut(Mapping[str, list[str]]):
    """Who is left out of one need, by which rules: two bytes a person, read as candidate id → rules.

    Parameters
    ----------
    people : sequence of str
        Everybody's ids, ascending.
    bits : (n,) uint16
        One bit for each rule that a person breaks, in the order of `codes`.
    codes : sequence of str, optional
        The rules; those of today in their order where left out.

    Examples
    --------
    >>> from talentpool.matching.example import NEEDS, PEOPLE
    >>> left_out(PEOPLE, NEEDS)["migration"]["doi"]
    ['travel']
    """

    def __init__(
        self, people: Sequence[str], bits: NDArray[np.uint16], codes: Sequence[str] = CODES
    ) -> None:
        self._people, self._bits, self._codes = people, bits, codes
        self._named: dict[int, list[str]] = {}

    def __getitem__(self, ident: str) -> list[str]:
        place = bisect_left(self._people, ident)
        if place == len(self._people) or self._people[place] != ident or not self._bits[place]:
            raise KeyError(ident)
        return self._rules(int(self._bits[place]))

    def __iter__(self) -> Iterator[str]:
        return (self._people[i] for i in np.flatnonzero(self._bits).tolist())

    def __len__(self) -> int:
        return int(np.count_nonzero(self._bits))

    def counts(self) -> dict[str, int]:
        """Rule → how many people break it, for those that somebody breaks."""
        found = (
            (code, int((self._bits >> place & 1).sum())) for place, code in enumerate(self._codes)
        )
        return {code: people for code, people in found if people}

    def plain(self) -> dict[str, list[str]]:
        """Candidate id → rules; people who break the same rules share one list."""
        out = np.flatnonzero(self._bits)
        rules = map(self._rules, self._bits[out].tolist())
        return dict(zip((self._people[i] for i in out.tolist()), rules, strict=True))

    def packed(self) -> dict[str, Any]:
        """Write it as a few short texts, which `unpacked` reads."""
        return {
            "people": _pack(_as_bytes(self._people)),
            "bits": _pack(self._bits.astype("<u2").tobytes()),
            "codes": list(self._codes),
        }

    @classmethod
    def unpacked(cls, stored: Mapping[str, Any]) -> LeftOut:
        """Read what `packed` wrote."""
        bits = np.frombuffer(_unpack(stored["bits"]), "<u2").astype(np.uint16)
        return cls(_names(stored["people"]), bits, stored["codes"])

    def _rules(self, bits: int) -> list[str]:
        if bits not in self._named:
            self._named[bits] = [
                code for place, code in enumerate(self._codes) if bits >> place & 1
            ]
        return self._named[bits]


def _pack(content: bytes) -> str:
    return b64encode(zlib.compress(content)).decode()


def _unpack(text: str) -> bytes:
    return zlib.decompress(b64decode(text))


def _as_bytes(names: Sequence[str]) -> bytes:
    """The length of names that have one, and what each letter differs by from the name before; else JSON after a 0."""
    lines = "\n".join(names).encode()
    width = len(names[0]) if names else 0
    if not 0 < width < 256 or len(lines) != (width + 1) * len(names) - 1:
        return b"\0" + json.dumps(list(names)).encode()
    letters = np.frombuffer(lines + b"\n", np.uint8).reshape(len(names), width + 1)[:, :width]
    if (letters == ord("\n")).any():  # parts of longer and shorter names
        return b"\0" + json.dumps(list(names)).encode()
    steps = np.diff(letters, axis=0, prepend=np.zeros((1, width), np.uint8))
    return bytes([width]) + steps.T.tobytes()


@lru_cache(maxsize=4)
def _names(text: str) -> list[str]:
    """The ids of everybody: those of one round are the same for all its needs, and read once."""
    content = _unpack(text)
    width = content[0]
    if not width:
        return list(json.loads(content[1:]))
    steps = np.frombuffer(content, np.uint8, offset=1).reshape(width, -1).T
    letters = np.cumsum(steps, axis=0, dtype=np.uint8).tobytes()
    return [letters[i : i + width].decode() for i in range(0, len(letters), width)]


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
