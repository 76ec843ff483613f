"""What a plan gives one person together, beyond the limits they have set: the engine asks each vacancy by itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from ..candidates.models import Candidate
from ..db import Session
from ..needs.models import Need
from ..rounds.models import PlanPair, Round
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
    several = _list_several(session, round_)
    limits = read_limits(session, several)
    if not limits:
        return []
    people = session.scalars(sa.select(Candidate).where(Candidate.id.in_(limits)))
    own = _list_own(session, {person: several[person] for person in limits})
    found = []
    for person in sorted(people, key=lambda one: one.code):
        needs = several[person.id]
        why = list(limits[person.id].broken_together(person, needs, own[person.id], this_month))
        if why:
            found.append(Beyond(person, needs, why))
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


def _list_several(session: Session, round_: Round) -> dict[int, list[Need]]:
    """Candidate id → their needs, of those whom the plan gives more than one."""
    query = sa.select(PlanPair.candidate_id, Need).join(Need, Need.id == PlanPair.need_id)
    needs = defaultdict[int, list[Need]](list)
    for person, need in session.execute(query.where(PlanPair.round_id == round_.id)):
        needs[person].append(need)
    return {person: rows for person, rows in needs.items() if len(rows) > 1}
