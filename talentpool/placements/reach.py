"""Whether the question has reached who is to answer it, and since when: only from then on the days of an answer run.

The question is a mail that starts a deadline (`mail_choices.QUESTIONS`), its notice in the site, a letter to somebody
without an account once it is posted, or a call of an officer; where there is no mail server, the notice is all there is. Reminders start nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from .. import audit
from ..accounts.postal import PostalTask
from ..dates import start_of_day
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


POST_DAYS = 3  # that a letter takes, weekends included: the next day but one is usual, and Sundays bring none


def letter_arrives(posted_on: date) -> datetime:
    return start_of_day(posted_on + timedelta(days=POST_DAYS))


def _orders() -> sa.Select[int]:
    """The mails that ask the question of a placement."""
    page = sa.case(*((Placement.state == state, page) for state, page in PAGES.items()))
    link = page + sa.cast(Placement.id, sa.String)
    orders = sa.select(MailOrder.id).where(
        MailOrder.link == link, MailOrder.template.in_(QUESTIONS)
    )
    return orders.correlate(Placement)


def _letters() -> sa.Select[int]:
    """The letters that ask it of a person without an account."""
    link = PAGES[PlacementState.OFFERED] + sa.cast(Placement.id, sa.String)
    letters = sa.select(PostalTask.id).where(
        PostalTask.link == link,
        PostalTask.template.in_(QUESTIONS),
        Placement.state == PlacementState.OFFERED,
    )
    return letters.correlate(Placement)


def is_told() -> sa.ColumnElement[bool]:
    """For queries of placements: somebody who can answer was reached, or nobody was to be told by mail or letter."""
    reached = _orders().where(
        MailOrder.state.in_({MailState.KEPT, MailState.SENT})
        | MailOrder.read_at.is_not(None)
        | MailOrder.told_at.is_not(None)
    )
    posted = _letters().where(PostalTask.handled_at.is_not(None))
    nobody = ~_orders().exists() & ~_letters().exists()
    return reached.exists() | posted.exists() | nobody


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
    told |= _told_by_letter(session, only)
    codes = {row.prefecture_code for row, _ in told.values()}
    terms = {code: read_terms(session, code) for code in codes}
    found = [(row, due_after(row, at, terms[row.prefecture_code])) for row, at in told.values()]
    return [
        (row, due) for row, due in found if row.answer_until is not None and due > row.answer_until
    ]


def _told_by_letter(
    session: Session, only: Collection[int] | None
) -> dict[int, tuple[Placement, datetime]]:
    """By id, with the day on which the letter is likely to arrive, or of the call."""
    query = (
        sa.select(Placement, PostalTask.posted_on, PostalTask.told_on)
        .join(PostalTask, PostalTask.id.in_(_letters()))
        .where(PostalTask.handled_at.is_not(None))
        .options(joinedload(Placement.candidate))
        .order_by(Placement.id)
    )
    if only is not None:
        query = query.where(Placement.id.in_(only))
    return {
        placement.id: (placement, reached_on(posted, told))
        for placement, posted, told in session.execute(query)
    }


def reached_on(posted: date | None, told: date | None) -> datetime:
    if posted is not None:
        return letter_arrives(posted)
    assert told is not None  # a letter that is done with was posted, or told
    return start_of_day(told)


def due_after(placement: Placement, told_at: datetime, terms: Terms) -> datetime:
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
