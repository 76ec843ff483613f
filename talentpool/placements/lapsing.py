"""What time alone brings: reminders, deadlines that have passed, and seats that alternates can take by now.

Called by the worker's timer; calling it twice changes nothing.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from ..accounts import reminders
from ..candidates import confirming, reminding as registrations, returning
from ..credentials import reminding as credentials
from ..dates import local_date, month_of
from ..db import Database, Session
from ..engagements import log_reminding, outlook
from ..needs.models import Need
from ..permissions import SYSTEM
from ..states import SEATED, NeedState, PlacementState, QuestionState
from . import reminding
from .counters import timing as counters
from .ending import end_placement
from .finishing import complete_over, list_over
from .locking import lock_needs, lock_placements
from .models import Placement
from .offering import advance
from .questions import timing as questions
from .questions.models import Question
from .reach import extend_told_late, is_told, list_told_late

REMINDERS = (
    registrations, confirming, returning, credentials, outlook, log_reminding, reminding, counters,
    questions,
)  # fmt: skip
_REASONS = {  # codes of the vocabulary lapse_reason
    PlacementState.OFFERED: "candidate_deadline",
    PlacementState.INTRODUCED: "town_deadline",
}


def list_overdue(session: Session, now: datetime) -> list[Placement]:
    """Placements whose answer is late. Who could not be told is never late."""
    late = sa.select(Placement).where(Placement.answer_until < now, is_told())
    return list(session.scalars(late.order_by(Placement.id)))


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


def list_waiting(session: Session, now: datetime) -> list[int]:
    """Ids of open needs with months ahead, a free seat and somebody approved for it."""
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
    is_blocked = sa.exists().where(
        Question.need_id == Need.id, Question.state == QuestionState.ASKED
    )
    query = sa.select(Need.id).where(
        Need.state == NeedState.OPEN,
        Need.last_month >= month_of(local_date(now)),
        waits,
        ~is_blocked,
    )
    return list(session.scalars(query.order_by(Need.id)))


def fill_seats(session: Session, now: datetime) -> list[Placement]:
    """Offer free seats to alternates who could not be asked before: a need was on hold, a person had no time."""
    ids = list_waiting(session, now)
    lock_needs(session, ids)
    return [row for ident in ids for row in advance(session, session.get_one(Need, ident), now=now)]


def keep_reminding(database: Database, now: datetime) -> None:
    """Order every reminder that is due."""
    for module in REMINDERS:
        reminders.keep(database, now, module)


def keep_time(database: Database, now: datetime) -> None:
    """What the worker does every minute; it writes only when something is due."""
    with database.reading() as session:
        is_told_late = bool(list_told_late(session))
    if is_told_late:
        database.repeat(lambda session: extend_told_late(session, now))
    with database.reading() as session:
        is_late, is_over = bool(list_overdue(session, now)), bool(list_over(session, now))
        is_waiting = bool(list_waiting(session, now))
        is_proposed = bool(counters.list_overdue(session, now))
    if is_proposed:
        database.repeat(lambda session: counters.lapse_overdue(session, now))
    if is_late:
        database.repeat(lambda session: lapse_overdue(session, now))
    if is_over:
        database.repeat(lambda session: complete_over(session, now))
    if is_waiting:
        database.repeat(lambda session: fill_seats(session, now))
