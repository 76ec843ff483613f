"""What a plan gives one person together, beyond the limits they have set: the engine asks each vacancy by itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from ..candidates.models import Candidate
from ..db import Session
from ..needs.models import Need
from ..rounds.models import Round
from .earning import read_limits
from .models import Placement


@dataclass(frozen=True, slots=True)
class Beyond:
    """needs: of the plan; why: a sentence for each limit."""

    person: Candidate
    needs: Sequence[Need]
    why: Sequence[str]


def list_beyond_together(session: Session, round_: Round, this_month: int) -> list[Beyond]:
    """By code; with what is held and booked for other work."""
    given = defaultdict[int, list[int]](list)
    for pair in round_.pairs:
        given[pair.candidate_id].append(pair.need_id)
    limits = read_limits(session, given)
    several = {person: given[person] for person in limits if len(given[person]) > 1}
    if not several:
        return []
    needs = _list_needs(session, several)
    people = session.scalars(sa.select(Candidate).where(Candidate.id.in_(several)))
    own = _list_own(session, needs)
    found = []
    for person in sorted(people, key=lambda one: one.code):
        rows = needs[person.id]
        why = list(limits[person.id].broken_together(person, rows, own[person.id], this_month))
        if why:
            found.append(Beyond(person, rows, why))
    return found


def _list_own(session: Session, needs: Mapping[int, Sequence[Need]]) -> Mapping[int, set[int]]:
    """Candidate id → placements by which they have these needs already."""
    wanted = {(person, need.id) for person, rows in needs.items() for need in rows}
    query = sa.select(Placement.id, Placement.candidate_id, Placement.need_id).where(
        Placement.candidate_id.in_(needs), Placement.need_id.in_({need for _, need in wanted})
    )
    found = defaultdict[int, set[int]](set)
    for ident, person, need in session.execute(query):
        if (person, need) in wanted:
            found[person].add(ident)
    return found


def _list_needs(session: Session, given: Mapping[int, Sequence[int]]) -> dict[int, list[Need]]:
    wanted = {ident for ids in given.values() for ident in ids}
    needs = {need.id: need for need in session.scalars(sa.select(Need).where(Need.id.in_(wanted)))}
    return {person: [needs[ident] for ident in ids] for person, ids in given.items()}
