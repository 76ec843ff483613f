"""The mails that a step of a membership orders."""

from __future__ import annotations

from datetime import datetime

from ..accounts import telling
from ..db import Session
from ..permissions import Actor
from ..states import Audience, Transition
from .models import Membership


def tell(
    session: Session, membership: Membership, step: Transition, *, actor: Actor, now: datetime
) -> None:
    """Order one mail for everybody the table of states names, but not for who did it."""
    page = f"/candidates/{membership.candidate_id}"
    links = {
        audience: "/profile" if audience is Audience.CANDIDATE else page for audience in step.notice
    }
    telling.tell(
        session, membership, step, links, user_id=membership.candidate.user_id, actor=actor, now=now
    )
