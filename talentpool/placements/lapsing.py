"""What time alone brings: deadlines that have passed, and seats that alternates can take by now.

Called by the worker's timer; calling it twice changes nothing.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from .. import audit, clock
from ..db import Database, Session, UtcDateTime
from ..mail import MailOrder, MailState
from ..needs.models import Need
from ..permissions import SYSTEM
from ..states import SEATED, NeedState, PlacementState
from . import terms
from .ending import end_placement
from .locking import lock_needs, lock_placements
from .models import Placement
from .offering import advance

_REASONS = {  # codes of the vocabulary lapse_reason
    PlacementState.OFFERED: "candidate_deadline",
    PlacementState.INTRODUCED: "town_deadline",
}

TERMS = {  # days for an answer
    PlacementState.OFFERED: terms.OFFER_DAYS,
    PlacementState.INTRODUCED: terms.INTRODUCTION_DAYS,
}


def _orders() -> sa.Select[int]:
    """The mails that lead a placement's reader to the question."""
    link = sa.case(
        (Placement.state == PlacementState.OFFERED, "/offers/"), else_="/introductions/"
    ) + sa.cast(Placement.id, sa.String)
    return sa.select(MailOrder.id).where(MailOrder.link == link).correlate(Placement)


def is_told() -> sa.ColumnElement[bool]:
    """A deadline runs only for somebody whom the question has reached: by mail, or in the site."""
    orders = _orders()
    reached = orders.where(
        MailOrder.state.in_({MailState.KEPT, MailState.SENT}) | MailOrder.read_at.is_not(None)
    )
    return reached.exists() | ~orders.exists()


def list_overdue(session: Session, now: datetime) -> list[Placement]:
    """Placements whose answer is late. Who could not be told is never late."""
    late = sa.select(Placement).where(Placement.answer_until < now, is_told())
    return list(session.scalars(late.order_by(Placement.id)))


def list_told_late(session: Session) -> list[tuple[Placement, datetime]]:
    """Placements whose question was sent on a later day than it was asked, and when the answer is due for that."""
    sent = _orders().with_only_columns(sa.func.max(MailOrder.sent_at)).scalar_subquery()
    waiting = sa.select(Placement, sa.type_coerce(sent, UtcDateTime)).where(
        Placement.state.in_(_REASONS), sent.is_not(None)
    )
    found = []
    for placement, at in session.execute(waiting.order_by(Placement.id)):
        due = terms.end_of_term(at, TERMS[placement.state])
        if placement.answer_until is not None and due > placement.answer_until:
            found.append((placement, due))
    return found


def extend_told_late(session: Session) -> None:
    """Count the days of an answer from the day on which the question was sent."""
    late = list_told_late(session)
    lock_placements(session, [placement for placement, _ in late])
    for placement, due in late:
        if placement.state is PlacementState.OFFERED:
            placement.offer_until = due
        elif placement.state is PlacementState.INTRODUCED:
            placement.introduction_until = due
        else:
            continue
        detail = {"until": due.isoformat()}
        deed = audit.Deed.PLACEMENT_EXTEND
        audit.record(session, deed, placement, actor=SYSTEM, now=clock.now(), detail=detail)


def lapse_overdue(session: Session, now: datetime) -> list[Placement]:
    """End every placement whose answer is late and offer its seat to the next alternate; the ended ones."""
    late = list_overdue(session, now)
    lock_placements(session, late)
    lapsed = [row for row in late if row.answer_until is not None and row.answer_until < now]
    for placement in lapsed:
        reason = _REASONS[placement.state]
        end_placement(session, placement, "lapse", reason=reason, actor=SYSTEM, now=now)
    for need in {placement.need.id: placement.need for placement in lapsed}.values():
        advance(session, need, now=now)
    return lapsed


def list_waiting(session: Session) -> list[int]:
    """Ids of open needs with a free seat and somebody approved for it."""
    taken = aliased(Placement)
    is_taken = sa.exists().where(
        taken.need_id == Placement.need_id,
        taken.seat == Placement.seat,
        taken.state.in_(SEATED),
    )
    waits = sa.exists().where(
        Placement.need_id == Need.id,
        Placement.state == PlacementState.APPROVED,
        Placement.seat <= Need.seats,
        ~is_taken,
    )
    query = sa.select(Need.id).where(Need.state == NeedState.OPEN, waits)
    return list(session.scalars(query.order_by(Need.id)))


def fill_seats(session: Session, now: datetime) -> list[Placement]:
    """Offer free seats to alternates who could not be asked before: a need was on hold, a person had no time."""
    ids = list_waiting(session)
    lock_needs(session, ids)
    return [row for ident in ids for row in advance(session, session.get_one(Need, ident), now=now)]


def keep_time(database: Database, now: datetime) -> None:
    """What the worker does every minute; it writes only when something is due."""
    with database.reading() as session:
        is_told_late = bool(list_told_late(session))
    if is_told_late:
        database.repeat(extend_told_late)
    with database.reading() as session:
        is_late, is_waiting = bool(list_overdue(session, now)), bool(list_waiting(session))
    if is_late:
        database.repeat(lambda session: lapse_overdue(session, now))
    if is_waiting:
        database.repeat(lambda session: fill_seats(session, now))
