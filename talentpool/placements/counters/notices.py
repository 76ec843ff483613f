"""Who is told of a proposal, by mail, or by letter without an account. A mail holds a link and no names; the other side hears nothing before it is asked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from ...accounts import telling
from ...db import Session
from ...permissions import Actor
from ...states import Audience, Transition
from .models import CounterProposal, Side

ASK = {Side.PERSON: "counter_proposal.ask_person", Side.TOWN: "counter_proposal.ask_town"}
REVIEW = "counter_proposal.review"
LINK = "/counters/{}"
AUDIENCES = {Side.PERSON: Audience.CANDIDATE, Side.TOWN: Audience.MUNICIPALITY}


def audiences(row: CounterProposal, step: Transition) -> list[Audience]:
    hidden = AUDIENCES[row.side.other] if row.asked_at is None else None
    if step.verb == "approve":  # it is asked, by a mail of its own
        hidden = AUDIENCES[row.side.other]
    return [audience for audience in Audience if audience in step.notice and audience != hidden]


def notify(
    session: Session, row: CounterProposal, step: Transition, *, actor: Actor, now: datetime
) -> None:
    links = dict.fromkeys(audiences(row, step), LINK.format(row.id))
    user = row.placement.candidate.user_id
    telling.tell(session, row, step, links, user_id=user, actor=actor, now=now)


def tell_asked(session: Session, row: CounterProposal, *, actor: Actor, now: datetime) -> None:
    other = row.side.other
    _order(session, row, ASK[other], [AUDIENCES[other]], actor, now)


def tell_reviewers(session: Session, row: CounterProposal, *, actor: Actor, now: datetime) -> None:
    _order(session, row, REVIEW, [Audience.COORDINATOR], actor, now)


def _order(
    session: Session,
    row: CounterProposal,
    template: str,
    told: Iterable[Audience],
    actor: Actor,
    now: datetime,
) -> None:
    session.flush()
    user = row.placement.candidate.user_id
    event = f"counter_proposal/{row.id}/{template.partition('.')[2]}"
    for audience in told:
        telling.tell_audience(
            session, row, audience, event=event, template=template, link=LINK.format(row.id),
            user_id=user, actor=actor, now=now,
        )  # fmt: skip
