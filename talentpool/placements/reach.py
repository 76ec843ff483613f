"""Whether the question has reached who is to answer it, and since when: only from then on the days of an answer run.

The question is a mail that starts a deadline (`mail_choices.QUESTIONS`), its notice in the site, a letter to somebody
without an account once it is posted, or a call of an officer; where there is no mail server, the notice is all there is. Reminders start nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

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


def _is_order() -> sa.ColumnElement[bool]:
    """Of a mail: it asks the question of a placement."""
    page = sa.case(*((Placement.state == state, page) for state, page in PAGES.items()))
    link = page + sa.cast(Placement.id, sa.String)
    return (MailOrder.link == link) & MailOrder.template.in_(QUESTIONS)


def _is_letter() -> sa.ColumnElement[bool]:
    """Of a letter: it asks it of a person without an account."""
    link = PAGES[PlacementState.OFFERED] + sa.cast(Placement.id, sa.String)
    is_asked = Placement.state == PlacementState.OFFERED
    return (PostalTask.link == link) & PostalTask.template.in_(QUESTIONS) & is_asked


def is_told() -> sa.ColumnElement[bool]:
    """For queries of placements: somebody who can answer was reached, or nobody was to be told by mail or letter."""
    orders = sa.select(MailOrder.id).where(_is_order()).correlate(Placement)
    letters = sa.select(PostalTask.id).where(_is_letter()).correlate(Placement)
    reached = orders.where(
        MailOrder.state.in_({MailState.KEPT, MailState.SENT})
        | MailOrder.read_at.is_not(None)
        | MailOrder.told_at.is_not(None)
    )
    posted = letters.where(PostalTask.handled_at.is_not(None))
    nobody = ~orders.exists() & ~letters.exists()
    return reached.exists() | posted.exists() | nobody


def has_been_told(session: Session, placement: Placement) -> bool:
    query = sa.select(Placement.id).where(Placement.id == placement.id, is_told())
    return session.scalar(query) is not None


def list_told_late(
    session: Session, only: Collection[int] | None = None
) -> list[tuple[Placement, datetime]]:
    """Placements that were told on a later day than they were asked, and when the answer is due for that.

    `only`: ids of placements to look at. Be there as many as there are: whole rows are read of those that are late.
    """
    told = _told_by_mail(session, only) | _told_by_letter(session, only)
    codes = {row.prefecture_code for row, _ in told.values()}
    terms = {code: read_terms(session, code) for code in codes}
    due = {row.id: due_after(row, at, terms[row.prefecture_code]) for row, at in told.values()}
    late = [row.id for row, _ in told.values() if row.until < due[row.id]]
    query = sa.select(Placement).where(Placement.id.in_(late)).order_by(Placement.id)
    found = session.scalars(query.options(joinedload(Placement.candidate))) if late else ()
    return [(row, due[row.id]) for row in found]


Told = dict[int, tuple[sa.Row[Any], datetime]]  # by id of the placement, and when


def _told_by_mail(session: Session, only: Collection[int] | None) -> Told:
    """When the first mail reached somebody."""
    kept = sa.case((MailOrder.state == MailState.KEPT, MailOrder.ordered_at))
    times = (MailOrder.sent_at, MailOrder.read_at, MailOrder.told_at)
    query = _asked(only).add_columns(*times, kept).join(MailOrder, _is_order())
    told: Told = {}
    for row in session.execute(query.where(sa.or_(*(time.is_not(None) for time in times)))):
        first = min(at for at in row[-4:] if at is not None)
        known = told.get(row.id)
        told[row.id] = row, min(first, known[1]) if known else first
    return told


def _told_by_letter(session: Session, only: Collection[int] | None) -> Told:
    """The day on which the letter is likely to arrive, or of the call."""
    query = _asked(only).add_columns(PostalTask.posted_on, PostalTask.told_on)
    query = query.join(PostalTask, _is_letter()).where(PostalTask.handled_at.is_not(None))
    rows = session.execute(query.order_by(PostalTask.id))
    return {row.id: (row, reached_on(row.posted_on, row.told_on)) for row in rows}


def _asked(only: Collection[int] | None) -> sa.Select[*tuple[Any, ...]]:
    """What `due_after` reads of placements that wait for an answer, and until when they do."""
    until = Placement.answer_until.label("until")
    query = sa.select(
        Placement.id, Placement.prefecture_code, Placement.state, Placement.offered_at,
        Placement.introduced_at, until,
    ).where(until.is_not(None))  # fmt: skip
    return query if only is None else query.where(Placement.id.in_(only))


def reached_on(posted: date | None, told: date | None) -> datetime:
    if posted is not None:
        return letter_arrives(posted)
    assert told is not None  # a letter that is done with was posted, or told
    return start_of_day(told)


def due_after(placement: Any, told_at: datetime, terms: Terms) -> datetime:
    """Of a placement, or of a row with its columns: as many days as there were on the day of the question."""
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
