"""What the conflict screening says of people who are proposed, for many papers in a few queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..db import Session
from ..needs.service import load_lists
from ..pool.assemble import request_of
from ..pool.conflicts import Finding, screen
from ..pool.reading import read_profiles
from .models import Placement


def find_conflicts(session: Session, rows: Sequence[Placement]) -> dict[int, list[Finding]]:
    """Placement id → findings, those of lifted holds included. Who has left the pool has none."""
    people: dict[str, list[int]] = {}
    for row in rows:
        people.setdefault(row.prefecture_code, []).append(row.candidate_id)
    profiles = {
        (code, ident): profile
        for code, idents in people.items()
        for ident, profile in read_profiles(session, code, idents).items()
    }
    load_lists(session, [row.need_id for row in rows])
    found = {}
    for row in rows:
        profile = profiles.get((row.prefecture_code, row.candidate_id))
        request = request_of(row.need)
        found[row.id] = screen(replace(profile, lifted=()), request) if profile else []
    return found
