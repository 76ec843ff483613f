"""What the conflict screening says of people and needs, for many pairs in two queries."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from ..db import Session
from ..pool.conflicts import Finding, screen
from ..pool.reading import read_procurements, read_profiles
from .models import Placement

Pair = tuple[int, int]  # candidate id, need id


def screen_pairs(
    session: Session, prefecture_code: str, pairs: Collection[Pair]
) -> dict[Pair, list[Finding]]:
    """The findings of each pair, those of lifted holds included. Who has left the pool has none."""
    profiles = read_profiles(session, prefecture_code, {person for person, _ in pairs})
    needs = read_procurements(session, {need for _, need in pairs})
    found = {}
    for person, need in pairs:
        profile = profiles.get(person)
        found[person, need] = screen(replace(profile, lifted=()), needs[need]) if profile else []
    return found


def find_conflicts(session: Session, rows: Sequence[Placement]) -> dict[int, list[Finding]]:
    """Placement id → findings, as in `screen_pairs`."""
    found: dict[int, list[Finding]] = {}
    for prefecture in {row.prefecture_code for row in rows}:
        own = {
            row.id: (row.candidate_id, row.need_id)
            for row in rows
            if row.prefecture_code == prefecture
        }
        screened = screen_pairs(session, prefecture, set(own.values()))
        found |= {ident: screened[pair] for ident, pair in own.items()}
    return found
