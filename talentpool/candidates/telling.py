"""The mails that a step of a membership orders."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import sqlalchemy as sa

from ..accounts.models import User
from ..db import Session
from ..mail import order_mail
from ..permissions import Actor, Role
from ..states import Audience, Transition
from .models import Membership


def tell(
    session: Session, membership: Membership, step: Transition, *, actor: Actor, now: datetime
) -> None:
    """Order one mail for everybody the table of states names, but not for who did it."""
    for audience in step.notice:
        link = (
            "/profile"
            if audience is Audience.CANDIDATE
            else f"/candidates/{membership.candidate_id}"
        )
        for recipient in _recipients(session, membership, audience):
            if recipient == actor.user_id:
                continue
            order_mail(
                session,
                event=f"membership/{membership.id}/{step.verb}/{membership.version}",
                recipient_id=recipient,
                prefecture_code=membership.prefecture_code,
                template=f"membership.{step.verb}",
                link=link,
                now=now,
            )


def _recipients(session: Session, membership: Membership, audience: Audience) -> Iterator[int]:
    if audience is Audience.CANDIDATE:
        if membership.candidate.user_id is not None:
            yield membership.candidate.user_id
        return
    yield from session.scalars(
        sa.select(User.id)
        .where(
            User.role == Role(audience),
            User.prefecture_code == membership.prefecture_code,
            User.disabled_at.is_(None),
        )
        .order_by(User.id)
    )
