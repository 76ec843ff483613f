"""Everything a plan depends on, as plain values: written, named by a hash, and read back a year later."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from typing import Any

import numpy as np

from .errors import InvalidProblem
from .names import by_id
from .policy import Policy
from .records import Candidate, Month, Need, SkillClaim, SkillRequirement

Names = tuple[str, str]  # (need id, candidate id)


def input_document(
    candidates: Sequence[Candidate],
    needs: Sequence[Need],
    policy: Policy,
    *,
    pins: Sequence[Names] = (),
    forbids: Sequence[Names] = (),
    previous: Sequence[Names] = (),
) -> dict[str, Any]:
    """Write down everything a plan depends on.

    Parameters
    ----------
    candidates : sequence of Candidate
    needs : sequence of Need
    policy : Policy
    pins, forbids, previous : sequence of (need id, candidate id), optional
        Pairs that must be in the plan, pairs that must not, and the pairs of the plan before it.

    Returns
    -------
    dict
        Plain values in a fixed order; `previous` is left out when empty.

    Raises
    ------
    InvalidProblem
        If a pair is not one of ids.

    See Also
    --------
    inputs_of : Reads them back.

    Examples
    --------
    >>> from talentpool import matching as m
    >>> from talentpool.matching.example import NEEDS, PEOPLE
    >>> stored = m.input_document(PEOPLE, NEEDS, m.Policy(), pins=[("tender", "baba")])
    >>> list(stored)
    ['candidates', 'needs', 'policy', 'pins', 'forbids']
    """
    document = {
        "candidates": [_person(c) for c in by_id(candidates)],
        "needs": [_plain(need) for need in by_id(needs)],
        "policy": policy.to_dict(),
        "pins": _listed("pins", pins),
        "forbids": _listed("forbids", forbids),
    }
    if standing := _listed("previous", previous):
        document["previous"] = standing
    return document


def _listed(name: str, pairs: Iterable[Any]) -> list[list[str]]:
    return sorted(map(list, set(names_of(name, pairs))))


def names_of(name: str, pairs: Iterable[Any]) -> list[Names]:
    """Check that the pairs given as `name` are ids: records have no row numbers. Raises InvalidProblem."""
    if not isinstance(pairs, Iterable):
        raise InvalidProblem(name, "must be a list of pairs of ids (need, candidate)")
    found = []
    for index, pair in enumerate(pairs):
        match pair:
            case (str(need), str(candidate)):
                found.append((need, candidate))
            case _:
                raise InvalidProblem(name, "must be a pair of ids (need, candidate)", index)
    return found


def input_hash(
    candidates: Sequence[Candidate],
    needs: Sequence[Need],
    policy: Policy,
    *,
    pins: Sequence[Names] = (),
    forbids: Sequence[Names] = (),
    previous: Sequence[Names] = (),
) -> str:
    """Name the inputs of a plan by a hash, whatever the order of the records.

    Parameters
    ----------
    candidates : sequence of Candidate
    needs : sequence of Need
    policy : Policy
    pins, forbids, previous : sequence of (need id, candidate id), optional
        Pairs that must be in the plan, pairs that must not, and the pairs of the plan before it.

    Returns
    -------
    str
        SHA-256 of the canonical JSON of `input_document`, in hexadecimal.

    Examples
    --------
    >>> from talentpool import matching as m
    >>> from talentpool.matching.example import NEEDS, PEOPLE
    >>> name = m.input_hash(PEOPLE, NEEDS, m.Policy())
    >>> name == m.input_hash(PEOPLE[::-1], NEEDS, m.Policy())
    True
    """
    content = input_document(
        candidates, needs, policy, pins=pins, forbids=forbids, previous=previous
    )
    return hash_of(content)


def hash_of(content: Mapping[str, Any]) -> str:
    """The `input_hash` of an `input_document`."""
    return hashlib.sha256(to_json(content).encode()).hexdigest()


def to_json(document: Mapping[str, Any]) -> str:
    """Write a document as canonical JSON: sorted keys, no spaces, Unicode as it is.

    Parameters
    ----------
    document : mapping
        As `document` or `input_document` make it.

    Returns
    -------
    str
        The same string for the same document, always.

    Examples
    --------
    >>> from talentpool import matching as m
    >>> m.to_json({"b": 1, "a": [2]})
    '{"a":[2],"b":1}'
    """
    return json.dumps(
        document, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=dict
    )


ATOMS = frozenset({str, int, float, bool, type(None)})
# What people and towns say of each other by name; left out while empty, so that rounds from before keep their hash.
PREFERENCES = frozenset({"wishes", "preferred"})


@cache
def _fields_of(kind: type) -> tuple[str, ...] | None:
    """The names of a record's fields; None for anything but a record."""
    return tuple(entry.name for entry in fields(kind)) if is_dataclass(kind) else None


def _person(candidate: Candidate) -> Any:
    plain = _plain(candidate)
    return {name: value for name, value in plain.items() if value or name not in PREFERENCES}


def _plain(value: Any) -> Any:
    kind: Any = type(value)
    if kind in ATOMS:
        return value
    names = _fields_of(kind)
    if names is not None:
        return _plain_values(_given(value, names, LATER.get(kind)))
    if isinstance(value, frozenset | set):
        return sorted(map(_plain, value))
    if isinstance(value, Mapping):
        return _plain_values(sorted(value.items()))
    if isinstance(value, tuple | list):
        return [_plain(entry) for entry in value]
    return int(value) if isinstance(value, np.integer) else value


# Fields that came after the first stored rounds: left out where nothing is given, so that those keep their hash.
LATER: Mapping[type, frozenset[str]] = {
    SkillRequirement: frozenset({"since"}), Month: frozenset({"on_site"}),
    Candidate: frozenset({"income_left"}), Need: frozenset({"month_pay"}),
}  # fmt: skip


def _given(
    record: Any, names: Iterable[str], later: frozenset[str] | None
) -> Iterable[tuple[str, Any]]:
    entries = ((name, getattr(record, name)) for name in names)
    if later is None:
        return entries
    return ((name, value) for name, value in entries if value is not None or name not in later)


def _plain_values(entries: Iterable[tuple[Any, Any]]) -> dict[str, Any]:
    # most values are atoms; checking here saves a call for each
    return {str(key): v if type(v) in ATOMS else _plain(v) for key, v in entries}


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything a plan depends on, read back from `input_document`.

    Parameters
    ----------
    candidates : tuple of Candidate
    needs : tuple of Need
    policy : Policy
    pins, forbids, previous : tuple of (need id, candidate id)

    Examples
    --------
    >>> from talentpool import matching as m
    >>> from talentpool.matching.example import NEEDS, PEOPLE
    >>> inputs = m.inputs_of(m.input_document(PEOPLE, NEEDS, m.Policy()))
    >>> inputs.pins
    ()
    """

    candidates: tuple[Candidate, ...]
    needs: tuple[Need, ...]
    policy: Policy
    pins: tuple[Names, ...]
    forbids: tuple[Names, ...]
    previous: tuple[Names, ...] = ()


def inputs_of(document: Mapping[str, Any]) -> Inputs:
    """Read back what `input_document` wrote.

    Parameters
    ----------
    document : mapping

    Returns
    -------
    Inputs

    Raises
    ------
    InvalidPolicy
        If the policy has unknown keys or values out of range.

    Examples
    --------
    >>> from talentpool import matching as m
    >>> from talentpool.matching.example import NEEDS, PEOPLE
    >>> inputs = m.inputs_of(m.input_document(PEOPLE, NEEDS, m.Policy()))
    >>> list(inputs.candidates) == PEOPLE
    True
    """
    return Inputs(
        candidates=tuple(_candidate(stored) for stored in document["candidates"]),
        needs=tuple(_need(stored) for stored in document["needs"]),
        policy=Policy.from_dict(document["policy"]),
        pins=tuple((need, person) for need, person in document["pins"]),
        forbids=tuple((need, person) for need, person in document["forbids"]),
        previous=tuple((need, person) for need, person in document.get("previous", ())),
    )


def _candidate(stored: Mapping[str, Any]) -> Candidate:
    months = {int(number): Month(**month) for number, month in stored["availability"].items()}
    skills = {code: SkillClaim(**claim) for code, claim in stored["skills"].items()}
    read: dict[str, Any] = {**stored, "availability": months, "skills": skills}
    if left := stored.get("income_left"):
        read["income_left"] = {int(year): yen for year, yen in left.items()}
    return Candidate(**read)


def _need(stored: Mapping[str, Any]) -> Need:
    return Need(**{**stored, "skills": [SkillRequirement(**skill) for skill in stored["skills"]]})
