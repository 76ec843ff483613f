"""The steps of a need that concern no placement: hand in, publish, return, hold, resume.

Closing and withdrawing end placements and therefore live there.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import sqlalchemy as sa

from ..accounts.models import User
from ..db import Session
from ..errors import Refused
from ..mail import order_mail
from ..permissions import Action, Actor, Role, require
from ..reference.catalogue import Catalogue
from ..states import Audience, Transition, move
from .models import Need
from .rules import list_missing
from .writing import content_of

URGENT = 3  # the highest priority
LONGEST_COMMENT = 1000  # characters


def submit_need(
    session: Session, need: Need, *, catalogue: Catalogue, actor: Actor, now: datetime
) -> None:
    require(session, actor, Action.EDIT_NEED, need)
    missing = list_missing(content_of(need), catalogue)
    if missing:
        raise Refused("書かれていない項目があるため、まだ申請できません。", fields=dict(missing))
    step = move(session, need, "submit", actor=actor, now=now)
    need.submitted_at = now
    need.review_reason, need.review_comment = None, ""
    tell(session, need, step, actor=actor, now=now)


def publish_need(
    session: Session, need: Need, *, priority: int = 0, actor: Actor, now: datetime
) -> None:
    require(session, actor, Action.REVIEW_NEED, need)
    if not 0 <= priority <= URGENT:
        raise Refused("優先度は0〜3です。", fields={"priority": "0〜3から選んでください。"})
    step = move(session, need, "publish", actor=actor, now=now)
    need.priority = priority
    need.opened_at = now
    tell(session, need, step, actor=actor, now=now)


def return_need(
    session: Session, need: Need, *, reason: str, comment: str = "", actor: Actor, now: datetime
) -> None:
    require(session, actor, Action.REVIEW_NEED, need)
    if len(comment) > LONGEST_COMMENT:
        sentence = f"{LONGEST_COMMENT:,}文字以内で書いてください。"
        raise Refused(sentence, fields={"comment": sentence})
    step = move(session, need, "return", actor=actor, now=now, reason=reason)
    need.review_reason, need.review_comment = reason, comment
    tell(session, need, step, actor=actor, now=now)


def hold_need(session: Session, need: Need, *, actor: Actor, now: datetime) -> None:
    tell(session, need, move(session, need, "hold", actor=actor, now=now), actor=actor, now=now)


def resume_need(session: Session, need: Need, *, actor: Actor, now: datetime) -> None:
    tell(session, need, move(session, need, "resume", actor=actor, now=now), actor=actor, now=now)


def tell(session: Session, need: Need, step: Transition, *, actor: Actor, now: datetime) -> None:
    """One mail for everybody the table of states names, but not for who did it."""
    session.flush()  # the version names the event
    for audience in step.notice:
        for recipient in _recipients(session, need, audience):
            if recipient != actor.user_id:
                order_mail(
                    session,
                    event=f"need/{need.id}/{step.verb}/{need.version}",
                    recipient_id=recipient,
                    prefecture_code=need.prefecture_code,
                    template=f"need.{step.verb}",
                    link=f"/needs/{need.id}",
                    now=now,
                )


def _recipients(session: Session, need: Need, audience: Audience) -> Iterator[int]:
    query = sa.select(User.id).where(User.disabled_at.is_(None)).order_by(User.id)
    if audience is Audience.MUNICIPALITY:
        query = query.where(User.municipality_code == need.municipality_code)
    else:
        query = query.where(
            User.role == Role(audience), User.prefecture_code == need.prefecture_code
        )
    yield from session.scalars(query)
