"""Verb → service: one door for the buttons that pages draw from the transition table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from ..db import Session
from ..errors import NotFound
from ..permissions import Actor
from ..states import Transition, available
from .answering import accept_offer, decline_offer, turn_down, welcome_person
from .confirming import (
    can_be_undone,
    confirm_placement,
    revoke_placement,
    undo_confirmation,
)
from .deciding import approve_placement, refuse_placement, return_placement
from .drafting import pass_over, propose_placement, withdraw_placement
from .models import Placement

Plain = Callable[..., None]

# Steps with a comment, steps with a reason and a comment, and steps with neither.
COMMENTED: Mapping[str, Plain] = {
    "propose": propose_placement,
    "approve": approve_placement,
}
REASONED: Mapping[str, Plain] = {
    "pass_over": pass_over,
    "return": return_placement,
    "refuse": refuse_placement,
    "withdraw": withdraw_placement,
    "decline": decline_offer,
    "turn_down": turn_down,
    "revoke": revoke_placement,
    "undo": undo_confirmation,
}
BARE: Mapping[str, Plain] = {
    "accept": accept_offer,
    "welcome": welcome_person,
    "confirm": confirm_placement,
}
VERBS = frozenset(COMMENTED) | frozenset(REASONED) | frozenset(BARE)


def take_step(
    session: Session,
    placement: Placement,
    verb: str,
    *,
    actor: Actor,
    now: datetime,
    reason: str | None = None,
    comment: str = "",
) -> None:
    """Take a step by its verb; NotFound for one that no button offers, such as those of the timer."""
    if verb in BARE:
        BARE[verb](session, placement, actor=actor, now=now)
    elif verb in COMMENTED:
        COMMENTED[verb](session, placement, actor=actor, now=now, comment=comment)
    elif verb in REASONED:
        REASONED[verb](session, placement, reason=reason, actor=actor, now=now, comment=comment)
    else:
        raise NotFound


def list_steps(
    session: Session, placement: Placement, *, actor: Actor, now: datetime
) -> Sequence[Transition]:
    """The buttons of a page: steps of the table that `actor` may take by hand and that are still in time."""
    return [
        step
        for step in available(session, placement, actor)
        if _is_offered(step, placement, actor, now)
    ]


def _is_offered(step: Transition, placement: Placement, actor: Actor, now: datetime) -> bool:
    if step.verb not in VERBS:
        return False
    if step.verb == "approve":
        return placement.drafted_by != actor.user_id
    if step.verb == "undo":
        return can_be_undone(placement, now)
    return True
