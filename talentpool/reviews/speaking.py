"""An officer writes down what somebody without an account says of their work."""

from __future__ import annotations

from ..candidates.models import Candidate
from ..candidates.service import speaks_for
from ..db import Session
from ..errors import Conflict
from ..language import say
from ..permissions import Actor, Role


def is_for_person(candidate: Candidate, actor: Actor) -> bool:
    """Whether `actor` writes down what this person said, from paper or a call."""
    return actor.role is Role.COORDINATOR and speaks_for(actor, candidate)


def check_speaks(session: Session, candidate: Candidate, actor: Actor) -> None:
    """Conflict where an officer would speak for somebody who has an account by now."""
    if actor.role is not Role.COORDINATOR:
        return
    session.refresh(candidate, ["user_id"])
    if not speaks_for(actor, candidate):
        raise Conflict(say("この人にはアカウントがあるため、本人が行います。"))
