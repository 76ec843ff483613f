"""Who is told of more half-days in a month. The other side hears nothing before it is asked."""

from __future__ import annotations

from datetime import datetime

from ..accounts import telling
from ..db import Session
from ..engagements.month_additions import MonthAddition
from ..engagements.outlook import Side
from ..permissions import Actor
from ..states import Audience, Transition

ASK = {Side.PERSON: "month_addition.ask_person", Side.TOWN: "month_addition.ask_town"}
REVIEW = "month_addition.review"
LINK = "/month_additions/{}"
AUDIENCES = {Side.PERSON: Audience.CANDIDATE, Side.TOWN: Audience.MUNICIPALITY}


def audiences(row: MonthAddition, step: Transition) -> list[Audience]:
    """Without the other side where it is not asked yet, or is asked by a mail of its own."""
    is_hidden = row.asked_at is None or step.verb == "approve"
    hidden = AUDIENCES[row.other] if is_hidden else None
    return [audience for audience in step.notice if audience is not hidden]


def notify(
    session: Session, row: MonthAddition, step: Transition, *, actor: Actor, now: datetime
) -> None:
    links = dict.fromkeys(audiences(row, step), LINK.format(row.id))
    user_id = row.engagement.candidate.user_id
    telling.tell(session, row, step, links, user_id=user_id, actor=actor, now=now)


def tell_asked(session: Session, row: MonthAddition, *, actor: Actor, now: datetime) -> None:
    _tell_that(session, row, ASK[row.other], AUDIENCES[row.other], actor, now)


def tell_reviewers(session: Session, row: MonthAddition, *, actor: Actor, now: datetime) -> None:
    _tell_that(session, row, REVIEW, Audience.COORDINATOR, actor, now)


def _tell_that(
    session: Session, row: MonthAddition, kind: str, told: Audience, actor: Actor, now: datetime
) -> None:
    user_id = row.engagement.candidate.user_id
    links = {told: LINK.format(row.id)}
    telling.tell_that(session, row, kind, links, user_id=user_id, actor=actor, now=now)
