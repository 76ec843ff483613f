from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ...candidates.service import speaks_for
from ...db import Session
from ...permissions import Actor, Role, visible
from ...states import COUNTER, COUNTER_OPEN, CounterState, Transition, available
from ..conditions import Conditions
from ..models import Placement
from .models import CounterProposal, Side

MOST = 100  # of a list
_SIDES = {Role.CANDIDATE: Side.PERSON, Role.MUNICIPALITY: Side.TOWN}
_OF_PROPOSER, _OF_OTHER = {"withdraw"}, {"accept", "decline"}


def find_open(session: Session, placement: Placement) -> CounterProposal | None:
    query = sa.select(CounterProposal).where(
        CounterProposal.placement_id == placement.id, CounterProposal.state.in_(COUNTER_OPEN)
    )
    return session.scalars(query).one_or_none()


def list_of_placement(
    session: Session, actor: Actor, placement: Placement
) -> Sequence[CounterProposal]:
    """Those that `actor` may see, oldest first."""
    query = visible(actor, CounterProposal).where(CounterProposal.placement_id == placement.id)
    return session.scalars(query.order_by(CounterProposal.id)).all()


def list_counters(session: Session, actor: Actor) -> Sequence[CounterProposal]:
    """What is open first, then the newest."""
    is_over = CounterProposal.ended_at.is_not(None)
    query = visible(actor, CounterProposal).order_by(is_over, CounterProposal.id.desc())
    query = query.options(joinedload(CounterProposal.placement).joinedload(Placement.need))
    return session.scalars(query.limit(MOST)).all()


def list_decided(session: Session, placement: Placement) -> list[Conditions]:
    """What an approver has said yes to: the need's conditions, and proposals that went beyond them."""
    query = sa.select(CounterProposal).where(
        CounterProposal.placement_id == placement.id,
        CounterProposal.decided_at.is_not(None),
        CounterProposal.state != CounterState.REFUSED,
    )
    proposed = [row.conditions for row in session.scalars(query.order_by(CounterProposal.id))]
    return [Conditions.of(placement.need), *proposed]


def may_take(row: CounterProposal, step: Transition, actor: Actor) -> bool:
    """Whether the step is that of the actor's side; staff have steps of their own."""
    side = _SIDES.get(actor.role)
    if step.verb in _OF_PROPOSER:
        return side is row.side
    if step.verb in _OF_OTHER:
        if row.side.other is Side.PERSON:
            return speaks_for(actor, row.placement.candidate)
        return side is row.side.other
    if step.verb == "approve":
        return row.drafted_by != actor.user_id
    return True


def is_answered_by_officers(row: CounterProposal) -> bool:
    """Whether it asks a person who has no account, and tells an officer by telephone or letter."""
    return row.side is Side.TOWN and row.placement.candidate.user_id is None


def list_steps(session: Session, row: CounterProposal, actor: Actor) -> list[Transition]:
    """The buttons of its page."""
    return [step for step in available(session, row, actor) if may_take(row, step, actor)]


assert {*_OF_PROPOSER, *_OF_OTHER} <= COUNTER.steps.keys()
