"""Whether the question has reached who is to answer it, and since when: only from then on the days of an answer run.

The question is a mail that starts a deadline (`mail_choices.QUESTIONS`), its notice in the site, or a call of an
officer; where there is no mail server, the notice is all there is. Reminders start nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from .. import audit
from ..db import Session
from ..deadlines.service import read_terms
from ..mail import MailOrder, MailState
from ..mail_choices import QUESTIONS
from ..permissions import SYSTEM, Actor
from ..states import PlacementState
from ..waits import Terms, Wait, end_of_term
from .locking import lock_placements
from .models import Placement

PAGES = {PlacementState.OFFERED: "/offers/", PlacementState.INTRODUCED: "/introductions/"}
ASKED = {  # what is waited for, and since when
    PlacementState.OFFERED: (Wait.OFFER, "offered_at"),
    PlacementState.INTRODUCED: (Wait.INTRODUCTION, "introduced_at"),
}


def _orders() -> sa.Select[int]:
    """The mails that ask the question of a placement."""
    page = sa.case(*((Placement.state == state, page) for state, page in PAGES.items()))
    link = page + sa.cast(Placement.id, sa.String)
    orders = sa.select(MailOrder.id).where(
        MailOrder.link == link, MailOrder.template.in_(QUESTIONS)
    )
    return orders.correlate(Placement)


def is_told() -> sa.ColumnElement[bool]:
    """For queries of placements: somebody who can answer was reached, or nobody was to be told by mail."""
    reached = _orders().where(
        MailOrder.state.in_({MailState.KEPT, MailState.SENT})
        | MailOrder.read_at.is_not(None)
        | MailOrder.told_at.is_not(None)
    )
    return reached.exists() | ~_orders().exists()


def has_been_told(session: Session, placement: Placement) -> bool:
    query = sa.select(Placement.id).where(Placement.id == placement.id, is_told())
    return session.scalar(query) is not None


def list_told_late(
    session: Session, only: Collection[int] | None = None
) -> list[tuple[Placement, datetime]]:
    """Placements that were told on a later day than they were asked, and when the answer is due for that.

    `only`: ids of placements to look at.
    """
    query = (
        sa.select(
            Placement,
            MailOrder.state,
            MailOrder.ordered_at,
            MailOrder.sent_at,
            MailOrder.read_at,
            MailOrder.told_at,
        )
        .join(MailOrder, MailOrder.id.in_(_orders()))
        .where(
            Placement.state.in_(PAGES),
            MailOrder.sent_at.is_not(None)
            | MailOrder.read_at.is_not(None)
            | MailOrder.told_at.is_not(None),
        )
        .options(joinedload(Placement.candidate))
        .order_by(Placement.id)
    )
    if only is not None:
        query = query.where(Placement.id.in_(only))
    told: dict[int, tuple[Placement, datetime]] = {}
    for placement, state, ordered_at, sent_at, read_at, told_at in session.execute(query):
        times = [sent_at, read_at, told_at, ordered_at if state is MailState.KEPT else None]
        first = min(at for at in times if at is not None)
        known = told.get(placement.id)
        told[placement.id] = placement, min(first, known[1]) if known else first
    codes = {row.prefecture_code for row, _ in told.values()}
    terms = {code: read_terms(session, code) for code in codes}
    found = [(row, _due(row, at, terms[row.prefecture_code])) for row, at in told.values()]
    return [
        (row, due) for row, due in found if row.answer_until is not None and due > row.answer_until
    ]


def _due(placement: Placement, told_at: datetime, terms: Terms) -> datetime:
    """As many days as there were on the day of the question."""
    wait, column = ASKED[placement.state]
    return end_of_term(told_at, terms.days(wait, getattr(placement, column) or told_at))


def extend_told_late(session: Session, now: datetime, only: Collection[int] | None = None) -> None:
    """Count the days of an answer from the day on which the question arrived."""
    late = list_told_late(session, only)
    if not late:
        return
    lock_placements(session, [placement for placement, _ in late])
    for placement, due in list_told_late(session, [placement.id for placement, _ in late]):
        if placement.state is PlacementState.OFFERED:
            placement.offer_until = due
        else:
            placement.introduction_until = due
        deed, detail = audit.Deed.PLACEMENT_EXTEND, {"until": due.isoformat()}
        audit.record(session, deed, placement, actor=SYSTEM, now=now, detail=detail)


def mark_read(session: Session, actor: Actor, link: str, now: datetime) -> None:
    """Whoever opens the question has been told it, whatever became of the mail."""
    session.execute(
        sa.update(MailOrder)
        .where(
            MailOrder.recipient_id == actor.user_id,
            MailOrder.link == link,
            MailOrder.read_at.is_(None),
        )
        .values(read_at=now)
        .execution_options(synchronize_session=False)
    )


def note_seen(session: Session, actor: Actor, placement_id: int, page: str, now: datetime) -> None:
    mark_read(session, actor, f"{page}{placement_id}", now)
    extend_told_late(session, now, [placement_id])
