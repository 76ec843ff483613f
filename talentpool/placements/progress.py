"""How far each seat of a need is: what was done when, what is waited for, until when. It names nobody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa

from ..db import Session
from ..needs.models import Need
from ..states import SEATED, NeedState, PlacementState
from .models import Placement


class Stage(StrEnum):
    """What happens to a seat, in this order."""

    OPENED = "opened"
    DECIDED = "decided"
    ACCEPTED = "accepted"
    AGREED = "agreed"
    CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True)
class Seat:
    """done: when each stage was reached, the first ones. behind: approved people who wait for this seat to be free again.

    alias: of the person who is asked and not named to the town yet.
    """

    number: int
    done: Sequence[tuple[Stage, datetime]]
    due: datetime | None
    behind: int
    alias: str | None = None

    @property
    def is_free(self) -> bool:
        return len(self.done) <= 1

    @property
    def current(self) -> Stage | None:
        """What is waited for; none where the seat is confirmed, or nobody is asked for it."""
        if self.is_free or len(self.done) == len(Stage):
            return None
        return tuple(Stage)[len(self.done)]

    @property
    def open_stages(self) -> Sequence[Stage]:
        """What comes after."""
        return tuple(Stage)[len(self.done) + (self.current is not None) :]


def list_seats(session: Session, need: Need) -> list[Seat]:
    """Every seat of a need that has been opened; of a closed one those that are held. Nothing before."""
    if need.opened_at is None or need.state in {NeedState.DRAFT, NeedState.SUBMITTED}:
        return []
    is_over = need.state is NeedState.CLOSED
    rows = session.scalars(
        sa.select(Placement).where(
            Placement.need_id == need.id,
            Placement.state.in_(SEATED | {PlacementState.APPROVED}),
        )
    ).all()
    holders = {row.seat: row for row in rows if row.state in SEATED}
    waiting = [row.seat for row in rows if row.state is PlacementState.APPROVED]
    return [
        _seat(need, number, holders.get(number), waiting.count(number))
        for number in range(1, need.seats + 1)
        if number in holders or not is_over
    ]


def _seat(need: Need, number: int, holder: Placement | None, behind: int) -> Seat:
    times = [(Stage.OPENED, need.opened_at)]
    if holder is not None:
        times += [
            (Stage.DECIDED, holder.approved_at),
            (Stage.ACCEPTED, holder.introduced_at),
            (Stage.AGREED, holder.agreed_at),
            (Stage.CONFIRMED, holder.confirmed_at),
        ]
    done = [(stage, at) for stage, at in times if at is not None]
    if holder is None:
        return Seat(number, done, None, behind)
    is_asked = holder.state is PlacementState.OFFERED
    return Seat(number, done, holder.answer_until, behind, holder.alias if is_asked else None)
