"""Where a need stands: its state, and what follows from a return and from its seats."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from ..db import Session, UtcDateTime
from ..standing import NeedStanding
from ..states import SEATED, NeedState, PlacementState
from .models import Need

# Placements lie above this package, so their table is named here.
_PLACEMENT = sa.table(
    "placement",
    sa.column("id"),
    sa.column("need_id"),
    sa.column("state"),
    sa.column("offer_until", UtcDateTime),
    sa.column("introduction_until", UtcDateTime),
)


def _count_seats(states: Collection[PlacementState]) -> sa.ScalarSelect[int]:
    return (
        sa.select(sa.func.count())
        .select_from(_PLACEMENT)
        .where(
            _PLACEMENT.c.need_id == Need.id,
            _PLACEMENT.c.state.in_([str(state) for state in sorted(states)]),
        )
        .correlate(Need)
        .scalar_subquery()
    )


def standing() -> sa.ColumnElement[str]:
    """The standing of a need, for queries."""
    is_open = Need.state == NeedState.OPEN
    is_confirmed = Need.seats <= _count_seats({PlacementState.CONFIRMED})
    is_taken = Need.seats <= _count_seats(SEATED)
    return sa.case(
        (Need.is_returned, str(NeedStanding.RETURNED)),
        (is_open & is_confirmed, str(NeedStanding.FILLED)),
        (is_open & is_taken, str(NeedStanding.UNDER_WAY)),
        else_=sa.type_coerce(Need.state, sa.String),
    )


def standings(session: Session, needs: Iterable[Need]) -> Mapping[int, NeedStanding]:
    """By id of the need."""
    session.flush()
    query = sa.select(Need.id, standing()).where(Need.id.in_([need.id for need in needs]))
    return {ident: NeedStanding(value) for ident, value in session.execute(query)}


def confirmed_seats(session: Session, needs: Iterable[Need]) -> Mapping[int, int]:
    """By id of the need."""
    count = _count_seats({PlacementState.CONFIRMED})
    query = sa.select(Need.id, count).where(Need.id.in_([need.id for need in needs]))
    return dict(session.execute(query).all())


def has_free_seat() -> sa.ColumnElement[bool]:
    """Whether a seat of a need is held by nobody, for queries."""
    return Need.seats > _count_seats(SEATED)


def has_free_seats(session: Session, need: Need) -> bool:
    session.flush()
    query = sa.select(has_free_seat()).select_from(Need).where(Need.id == need.id)
    return session.scalar(query) or False


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody whose answer, or the town's about whom, is waited for; the number is all that a town may know."""

    placement_id: int
    until: datetime | None

    @property
    def alias(self) -> str:
        return alias_of(self.placement_id)


def alias_of(placement_id: int) -> str:
    """What somebody is called to a town that does not know the name: another one for each need."""
    return f"K-{placement_id}"


def list_asked(session: Session, needs: Iterable[Need]) -> Mapping[int, Sequence[Asked]]:
    """By id of the need: who is asked now, the soonest deadline first."""
    p = _PLACEMENT.c
    until = sa.case(
        (p.state == str(PlacementState.OFFERED), p.offer_until), else_=p.introduction_until
    )
    query = sa.select(p.need_id, p.id, until.label("until")).where(
        p.need_id.in_([need.id for need in needs]),
        p.state.in_([str(PlacementState.OFFERED), str(PlacementState.INTRODUCED)]),
    )
    found: dict[int, list[Asked]] = {}
    for need_id, ident, due in session.execute(query.order_by(until, p.id)):
        found.setdefault(need_id, []).append(Asked(ident, due))
    return found


def free_seats(session: Session, needs: Iterable[Need]) -> Mapping[int, int]:
    """By id of the need: seats that a round may still fill; none of a need that is not open."""
    count = sa.case(
        (Need.state.in_([NeedState.OPEN, NeedState.ON_HOLD]), Need.seats - _count_seats(SEATED)),
        else_=0,
    )
    query = sa.select(Need.id, count).where(Need.id.in_([need.id for need in needs]))
    return dict(session.execute(query).all())
