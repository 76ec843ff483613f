"""Who is told of a step, and the mail orders for it. A mail holds a link and no names."""

from __future__ import annotations

from datetime import datetime

from ..accounts import telling
from ..db import Session
from ..needs.joint.telling import OF_WORK, tell_members
from ..permissions import Action, Actor
from ..states import Audience, Transition
from .models import Placement

_ACTING = {
    Action.ANSWER_OFFER: Audience.CANDIDATE,
    Action.ANSWER_INTRODUCTION: Audience.MUNICIPALITY,
}
_PATHS = {
    Audience.CANDIDATE: "/offers/{}",
    Audience.MUNICIPALITY: "/introductions/{}",
    Audience.COORDINATOR: "/placements/{}",
    Audience.APPROVER: "/papers/{}",
}


def audiences(placement: Placement, step: Transition) -> list[Audience]:
    """Those the table names and, at an end, everybody who had been told of the placement before."""
    told = set(step.notice)
    if step.is_end:
        if placement.offered_at is not None:
            told.add(Audience.CANDIDATE)
        if placement.introduced_at is not None:
            told.add(Audience.MUNICIPALITY)
        told.discard(_ACTING.get(step.action))
    return [audience for audience in Audience if audience in told]


def notify(
    session: Session,
    placement: Placement,
    step: Transition,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Order one mail for every person of the audiences, except for the one who acts."""
    links = {
        audience: _PATHS[audience].format(
            placement.paper.id
            if audience is Audience.APPROVER and placement.paper
            else placement.id
        )
        for audience in audiences(placement, step)
    }
    telling.tell(
        session, placement, step, links, user_id=placement.candidate.user_id, actor=actor, now=now
    )
    if placement.introduced_at is not None:
        tell_members(
            session, placement.need_id, placement, step.verb, OF_WORK, actor=actor, now=now
        )
