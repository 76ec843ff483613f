"""Who is told of a step, and the mail orders for it. A mail holds a link and no names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa

from ..accounts.models import User
from ..candidates.models import Candidate
from ..db import Session
from ..mail import order_mail
from ..needs.models import Need
from ..permissions import Action, Actor, Role
from ..states import Audience, Transition
from .models import Placement

AUDIENCE_LABELS: Mapping[StrEnum, tuple[str, str]] = {
    Audience.CANDIDATE: ("登録者本人", "The person"),
    Audience.MUNICIPALITY: ("市町の担当者", "Officers of the town"),
    Audience.COORDINATOR: ("県の担当者", "Coordinators of the prefecture"),
    Audience.APPROVER: ("県の決裁者", "Approvers of the prefecture"),
}
_ACTING = {
    Action.ANSWER_OFFER: Audience.CANDIDATE,
    Action.ANSWER_INTRODUCTION: Audience.MUNICIPALITY,
}
_PATHS = {
    Audience.CANDIDATE: "/offers/{}",
    Audience.MUNICIPALITY: "/introductions/{}",
    Audience.COORDINATOR: "/placements/{}",
    Audience.APPROVER: "/approvals/{}",
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
    session.flush()
    for audience in audiences(placement, step):
        link = _PATHS[audience].format(placement.id)
        _order(session, placement, step, audience, link, actor, now)


def notify_of_need(
    session: Session, need: Need, step: Transition, *, actor: Actor, now: datetime
) -> None:
    """As `notify`, for a step of the need itself."""
    session.flush()
    for audience in step.notice:
        _order(session, need, step, audience, f"/needs/{need.id}", actor, now)


def _order(
    session: Session,
    thing: Placement | Need,
    step: Transition,
    audience: Audience,
    link: str,
    actor: Actor,
    now: datetime,
) -> None:
    kind = thing.__tablename__
    for recipient in _recipients(session, thing, audience):
        if recipient == actor.user_id:
            continue
        order_mail(
            session,
            event=f"{kind}/{thing.id}/{step.verb}/{thing.version}",
            recipient_id=recipient,
            prefecture_code=thing.prefecture_code,
            template=f"{kind}.{step.verb}",
            link=link,
            now=now,
        )


def _recipients(session: Session, thing: Placement | Need, audience: Audience) -> Iterator[int]:
    if audience is Audience.CANDIDATE:
        if isinstance(thing, Placement):
            yield from session.scalars(_account_of(thing.candidate_id))
        return
    query = sa.select(User.id).where(
        User.role == Role(audience),
        User.prefecture_code == thing.prefecture_code,
        User.disabled_at.is_(None),
    )
    if audience is Audience.MUNICIPALITY:
        query = query.where(User.municipality_code == thing.municipality_code)
    yield from session.scalars(query.order_by(User.id))


def _account_of(candidate_id: int) -> sa.Select[int]:
    mine = sa.select(User.id).join(Candidate, Candidate.user_id == User.id)
    return mine.where(Candidate.id == candidate_id, User.disabled_at.is_(None))
