"""Who in a file is the same person as somebody else in it, or as somebody of the pool.

People are alike with the same name and reading, folded, and the same birth date, mail or telephone; where neither
side has any of these, with the same home. Who is somebody else although alike is confirmed by code.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import BadCell
from ..text import search_key
from ..typed.contacts import telephone_key
from .entries import Entry, code_of
from .kinds import fold_code
from .layout import CANDIDATES, DISTINCT, MARKS

Pair = frozenset[str]


@dataclass(frozen=True, slots=True)
class Person:
    """What tells people apart. name: folded name and reading; marks: those that are known."""

    code: str
    name: tuple[str, str]
    marks: frozenset[tuple[str, str]]  # (field, folded value)
    home: str | None

    @classmethod
    def of(cls, code: str, known: Mapping[str, Any]) -> Person:
        def part(field: str) -> str:
            return search_key(str(known.get(field) or ""))

        marks = {field: str(known.get(field) or "") for field in MARKS}
        marks["phone"] = telephone_key(marks["phone"])
        return cls(
            fold_code(code),
            (part("family_name") + part("given_name"), part("family_kana") + part("given_kana")),
            frozenset((field, mark) for field, mark in marks.items() if mark),
            known.get("home_code"),
        )

    def likeness(self, other: Person) -> str:
        """What both have in common, for a sentence; "" where they are not alike."""
        if not self.name[0] or self.name != other.name:
            return ""
        shared = {field for field, _ in self.marks & other.marks}
        if shared:
            return "と".join(label for field, label in MARKS.items() if field in shared)
        is_bare = not self.marks and not other.marks
        return "住まいの市区町村" if is_bare and self.home == other.home else ""


def persons_of(entries: Iterable[Entry]) -> dict[str, Person]:
    """Row's code → who it describes."""
    return {code_of(entry): Person.of(code_of(entry), entry.values) for entry in entries}


def confirmed(entries: Iterable[Entry], distinct: Sequence[tuple[str, str]] = ()) -> set[Pair]:
    """Pairs of codes that are two people, by the sheet or by who started the command."""
    pairs = {frozenset(map(fold_code, pair)) for pair in distinct}
    for entry in entries:
        own = fold_code(code_of(entry))
        pairs |= {frozenset((own, code)) for code in entry.values.get(DISTINCT, ())}
    return pairs


def check_distinct(
    entries: Sequence[Entry], distinct: Sequence[tuple[str, str]] = ()
) -> Iterator[BadCell]:
    """A fault for every row that describes the person of a row above it under another code."""
    pairs = confirmed(entries, distinct)
    known = persons_of(entries)
    above: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry in entries:
        person = known[code_of(entry)]
        for other in above[person.name]:
            likeness = person.likeness(known[code_of(other)])
            if likeness and frozenset((person.code, fold_code(code_of(other)))) not in pairs:
                yield alike(entry, code_of(other), f"{other.row}行目の", likeness)
                break
        above[person.name].append(entry)


def note_alike(entries: Sequence[Entry]) -> None:
    """People who stand in one pool although they look alike are two: their rows say so."""
    above: dict[tuple[str, str], list[tuple[Entry, Person]]] = defaultdict(list)
    for entry in entries:
        person = Person.of(code_of(entry), entry.values)
        for other, known in above[person.name]:
            if person.likeness(known):
                for one, two in ((entry, known), (other, person)):
                    others = {*one.values.get(DISTINCT, ()), two.code}
                    one.values[DISTINCT] = tuple(sorted(others))
        above[person.name].append((entry, person))


def alike(entry: Entry, other: str, where: str, likeness: str) -> BadCell:
    return BadCell(
        CANDIDATES.name,
        entry.row,
        CANDIDATES.header(DISTINCT),
        f"{where}{other}と同じ人のようです（氏名と{likeness}が同じ）。"
        f"同じ人なら1行にし、別人なら「{CANDIDATES.header(DISTINCT)}」に{other}と書いてください。",
    )


class Pool:
    """The people who are there already, known again where a row describes one of them."""

    def __init__(self, persons: Iterable[Person]) -> None:
        self._by_name: dict[tuple[str, str], list[Person]] = defaultdict(list)
        for person in persons:
            self._by_name[person.name].append(person)

    def known_again(
        self, entries: Sequence[Entry], pairs: set[Pair], faults: list[BadCell]
    ) -> set[str]:
        """Codes of the rows whose person is there; each person answers for one row.

        A row that brings a second code of the pool, or has only the home in common with somebody, is a question.
        """
        answered: set[str] = set()
        found = set()
        for entry in entries:
            person = Person.of(code_of(entry), entry.values)
            others = self._alike(person, pairs)
            own = [other for other in others if other.code == person.code]
            is_sure = bool(person.marks) and not person.code.startswith(CANDIDATES.prefix)
            free = [o for o in own or (others if is_sure else ()) if o.code not in answered]
            if free:
                answered.add(free[0].code)
                found.add(code_of(entry))
            elif others:
                likeness = person.likeness(others[0])
                faults.append(alike(entry, others[0].code, "登録済みの", likeness))
        return found

    def _alike(self, person: Person, pairs: set[Pair]) -> list[Person]:
        return [
            other
            for other in self._by_name.get(person.name, ())
            if person.likeness(other) and frozenset((person.code, other.code)) not in pairs
        ]
