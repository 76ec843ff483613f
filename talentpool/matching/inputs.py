"""What a plan depends on, as plain values: written, named by a hash, and read back a year later."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from typing import Any

import numpy as np

from .policy import Policy
from .problem import by_id
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
    """Everything a plan depends on, as plain values in a fixed order; `previous` where there is any."""
    document = {
        "candidates": [_plain(c) for c in by_id(candidates)],
        "needs": [_plain(need) for need in by_id(needs)],
        "policy": policy.to_dict(),
        "pins": sorted(map(list, set(pins))),
        "forbids": sorted(map(list, set(forbids))),
    }
    if previous:
        document["previous"] = sorted(map(list, set(previous)))
    return document


def input_hash(
    candidates: Sequence[Candidate],
    needs: Sequence[Need],
    policy: Policy,
    *,
    pins: Sequence[Names] = (),
    forbids: Sequence[Names] = (),
    previous: Sequence[Names] = (),
) -> str:
    """SHA-256 (hex) of the canonical JSON of the inputs."""
    content = input_document(
        candidates, needs, policy, pins=pins, forbids=forbids, previous=previous
    )
    return hashlib.sha256(to_json(content).encode()).hexdigest()


def to_json(document: Mapping[str, Any]) -> str:
    """One text for one document: sorted keys, no spaces, Unicode as it is."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


ATOMS = frozenset({str, int, float, bool, type(None)})


@cache
def _fields_of(kind: type) -> tuple[str, ...] | None:
    """The names of a record's fields; None where it is none."""
    return tuple(entry.name for entry in fields(kind)) if is_dataclass(kind) else None


def _plain(value: Any) -> Any:
    kind: Any = type(value)
    if kind in ATOMS:
        return value
    names = _fields_of(kind)
    if names is not None:
        return _plain_values((name, getattr(value, name)) for name in names)
    if isinstance(value, frozenset | set):
        return sorted(map(_plain, value))
    if isinstance(value, Mapping):
        return _plain_values(sorted(value.items()))
    if isinstance(value, tuple | list):
        return [_plain(entry) for entry in value]
    return int(value) if isinstance(value, np.integer) else value


def _plain_values(entries: Iterable[tuple[Any, Any]]) -> dict[str, Any]:
    # most values are atoms: asked here they cost no call
    return {str(key): v if type(v) in ATOMS else _plain(v) for key, v in entries}


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything a plan depends on."""

    candidates: tuple[Candidate, ...]
    needs: tuple[Need, ...]
    policy: Policy
    pins: tuple[Names, ...]
    forbids: tuple[Names, ...]
    previous: tuple[Names, ...] = ()


def inputs_of(document: Mapping[str, Any]) -> Inputs:
    """The way back from `input_document`."""
    return Inputs(
        candidates=tuple(_candidate(stored) for stored in document["candidates"]),
        needs=tuple(_need(stored) for stored in document["needs"]),
        policy=Policy.from_dict(document["policy"]),
        pins=tuple((need, person) for need, person in document["pins"]),
        forbids=tuple((need, person) for need, person in document["forbids"]),
        previous=tuple((need, person) for need, person in document.get("previous", ())),
    )


def _candidate(stored: Mapping[str, Any]) -> Candidate:
    values = _with_sets(stored, ("roles", "forms", "themes", "regions", "forbidden", "in_force"))
    months = {
        int(number): Month(**_with_sets(month, ("modes",)))
        for number, month in stored["availability"].items()
    }
    skills = {code: SkillClaim(**claim) for code, claim in stored["skills"].items()}
    return Candidate(**{**values, "availability": months, "skills": skills})


def _need(stored: Mapping[str, Any]) -> Need:
    values = _with_sets(stored, ("roles", "forms", "preferred_kinds"))
    skills = tuple(SkillRequirement(**skill) for skill in stored["skills"])
    return Need(**{**values, "months": tuple(stored["months"]), "skills": skills})


def _with_sets(stored: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: frozenset(value) if name in names else value for name, value in stored.items()}
