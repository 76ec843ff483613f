"""Verb → service: one door for the buttons that pages draw from the transition table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial

from ..db import Session
from ..errors import NotFound
from ..permissions import Actor
from ..states import PLACEMENT, Transition, available
from .answering import accept_offer, welcome_person
from .confirming import can_be_undone, confirm_placement, undo_confirmation
from .deciding import approve_placement, refuse_placement, return_placement
from .drafting import propose_placement
from .ending import end_by_hand
from .models import Placement
from .stating import is_accepted

Service = Callable[..., None]
SERVICES: Mapping[str, Service] = {
    **{
        step.verb: partial(end_by_hand, verb=step.verb)
        for step in PLACEMENT.by_hand()
        if step.is_end
    },
    "propose": propose_placement,
    "approve": approve_placement,
    "return": return_placement,
    "refuse": refuse_placement,
    "accept": accept_offer,
    "welcome": welcome_person,
    "confirm": confirm_placement,
    "undo": undo_confirmation,
}


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
    if verb not in SERVICES:
        raise NotFound
    step, said = PLACEMENT.steps[verb], dict[str, str | None]()
    if step.reasons is not None:
        said["reason"] = reason
    if step.asks_comment:
        said["comment"] = comment
    SERVICES[verb](session, placement, actor=actor, now=now, **said)


def list_steps(
    session: Session, placement: Placement, *, actor: Actor, now: datetime
) -> Sequence[Transition]:
    """The buttons of a page: steps of the table that `actor` may take by hand and that are still in time."""
    return [
        step
        for step in available(session, placement, actor)
        if _is_offered(session, step, placement, actor, now)
    ]


def _is_offered(
    session: Session, step: Transition, placement: Placement, actor: Actor, now: datetime
) -> bool:
    if step.verb == "approve":
        return placement.drafted_by != actor.user_id
    if step.verb in {"accept", "welcome"}:  # not while other conditions are proposed
        return placement.answer_until is not None
    if step.verb == "undo":
        return can_be_undone(placement, now)
    if step.verb == "confirm":
        return is_accepted(session, placement)
    return True
