"""Silent corrections: the step that leads back from the last one, no notices, and the reason in the audit trail.

Only steps between two states of staff's own, where nobody was asked anything: whoever has been offered work, named to a
town or confirmed is always told (`undo` tells exactly those who were told before).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from .. import audit
from ..accounts.telling import silently
from ..db import Session
from ..engagements.models import Engagement
from ..engagements.running import resume_engagement
from ..errors import Conflict, Refused
from ..language import say
from ..needs.models import Need
from ..needs.reviewing import hold_need, resume_need
from ..permissions import Actor, Role, can
from ..states import MACHINES, Transition

WINDOW = timedelta(days=3)
LONGEST = 200  # characters of a reason
Thing = Need | Engagement
SERVICES: Mapping[str, Callable[..., None]] = {  # steps that lead back, by their entry
    "need.hold": hold_need,
    "need.resume": resume_need,
    "engagement.resume": resume_engagement,
}


@dataclass(frozen=True, slots=True)
class Correction:
    """done: the step that was taken by mistake; back: the one that leads back."""

    done: Transition
    back: Transition
    at: datetime
    event: int  # of the audit trail: what the page showed


def find_correction(
    session: Session, thing: Thing, *, actor: Actor, now: datetime
) -> Correction | None:
    """None unless the last step of `thing` was an officer's, is young enough, and a step leads back."""
    machine = MACHINES[type(thing.state)]
    steps = {machine.entry(step).code: step for step in machine.transitions}
    ways = [
        step for code, step in steps.items() if code in SERVICES and thing.state in step.sources
    ]
    if not ways:
        return None
    event = audit.AuditEvent
    query = sa.select(event).where(
        event.object_type == thing.__tablename__,
        event.object_id == str(thing.id),
        event.action.in_(steps),
    )
    last = session.scalars(query.order_by(event.seq.desc())).first()
    if last is None or last.actor_role != Role.COORDINATOR or last.at < now - WINDOW:
        return None
    for back in ways:
        if str(back.target) == last.detail.get("from") and can(session, actor, back.action, thing):
            return Correction(steps[last.action], back, last.at, last.seq)
    return None


def take_back(
    session: Session, thing: Thing, why: str, *, event: int | None, actor: Actor, now: datetime
) -> Correction:
    """Take the step that leads back, and tell nobody; the thing must be locked.

    `event`: the correction that the page offered. Conflict where there is none, or another one by now.
    """
    found = find_correction(session, thing, actor=actor, now=now)
    if found is None or found.event != event:
        raise Conflict(say("この操作は、もう知らせずに戻せません。"))
    if not why.strip():
        raise Refused.at("why", say("なぜ知らせずに戻すかを入力してください。"))
    if len(why) > LONGEST:
        message = say("%(longest)s文字以内で書いてください。", longest=f"{LONGEST:,}")
        raise Refused.at("why", message)
    act = SERVICES[MACHINES[type(thing.state)].entry(found.back).code]
    with silently(session):
        act(session, thing, actor=actor, now=now)
    detail = {"why": why.strip()}
    audit.record(session, audit.Deed.STEP_SILENT, thing, actor=actor, now=now, detail=detail)
    return found
