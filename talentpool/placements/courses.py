"""What a person is asked for and does: the months of it from today on, and every proposal so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import joinedload

from ..db import Session
from ..needs.models import Need
from ..permissions import Actor, visible
from ..standing import PlacementStanding
from ..states import HOLDING, PlacementState
from .conditions import Conditions
from .models import Placement
from .standing import standings

TAKES = HOLDING | {PlacementState.CONFIRMED}  # half-days on the ledger


@dataclass(frozen=True, slots=True)
class Course:
    placement: Placement
    standing: PlacementStanding

    @property
    def need(self) -> Need:
        return self.placement.need

    @property
    def conditions(self) -> Conditions:
        return self.placement.conditions

    @property
    def is_taking(self) -> bool:
        """Whether it holds or books months."""
        return self.placement.state in TAKES


def list_courses(
    session: Session, actor: Actor, candidate_id: int, today: date
) -> Sequence[Course]:
    """The person's proposals that `actor` may see, newest first."""
    query = visible(actor, Placement).where(Placement.candidate_id == candidate_id)
    rows = session.scalars(
        query.options(joinedload(Placement.need)).order_by(Placement.id.desc())
    ).all()
    found = standings(session, rows, today) if rows else {}
    return [Course(row, found[row.id]) for row in rows]
