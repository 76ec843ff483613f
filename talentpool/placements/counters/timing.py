"""What time brings to a proposal: reminders of its deadline, more days for whom the question reached late, its lapse.

Called by the worker's timer; calling it twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ...accounts.postal import PostalTask
from ...accounts.reminders import without_ordered
from ...accounts.telling import list_recipients
from ...dates import local_date
from ...db import Session
from ...deadlines.service import read_terms
from ...mail import MailOrder, MailState, order_mail
from ...permissions import SYSTEM
from ...states import CounterState
from ...waits import Wait, end_of_term
from ..models import Placement
from ..reach import letter_arrives, reached_on
from ..reminding import Kind, kind_due
from .answering import lock
from .ending import end_counter
from .models import CounterProposal, Side
from .notices import ASK, AUDIENCES, LINK

REMIND = {
    Side.PERSON: "counter_proposal.remind_person",
    Side.TOWN: "counter_proposal.remind_town",
}
_C = CounterProposal


def _asked() -> sa.Select[CounterProposal]:
    along = joinedload(_C.placement).joinedload(Placement.candidate)
    return sa.select(_C).where(_C.state == CounterState.ASKED).options(along).order_by(_C.id)


def _read_reached(session: Session) -> Mapping[int, datetime | None]:
    """Proposal → when the question first reached somebody; None where no mail has. Absent: nobody was to be told."""
    link = LINK.format("") + sa.cast(_C.id, sa.String)
    query = (
        sa.select(_C.id, MailOrder)
        .join(MailOrder, (MailOrder.link == link) & MailOrder.template.in_(ASK.values()))
        .where(_C.state == CounterState.ASKED)
    )
    found: dict[int, datetime | None] = {}
    for ident, order in session.execute(query):
        kept = order.ordered_at if order.state is MailState.KEPT else None
        times = [at for at in (order.sent_at, order.read_at, order.told_at, kept) if at]
        times += [known] if (known := found.get(ident)) else []
        found[ident] = min(times, default=None)
    return found | _read_letters(session)


def _read_letters(session: Session) -> dict[int, datetime | None]:
    """The same of the letters to people without an account."""
    link = LINK.format("") + sa.cast(_C.id, sa.String)
    query = (
        sa.select(_C.id, PostalTask.posted_on, PostalTask.told_on)
        .join(PostalTask, (PostalTask.link == link) & PostalTask.template.in_(ASK.values()))
        .where(_C.state == CounterState.ASKED)
    )
    return {
        ident: reached_on(posted, told) if posted or told else None
        for ident, posted, told in session.execute(query)
    }


def due_if_posted(session: Session, row: CounterProposal, day: date) -> datetime | None:
    """When the answer is due that a letter asks for which is posted on that day."""
    return _due(session, row, letter_arrives(day)) if row.state is CounterState.ASKED else None


@dataclass(frozen=True, slots=True)
class Reminder:
    counter: CounterProposal
    kind: Kind
    until: datetime

    @property
    def event(self) -> str:
        return (
            f"counter_proposal/{self.counter.id}/remind-{self.kind}/{local_date(self.until):%Y%m%d}"
        )


def list_due(session: Session, now: datetime) -> list[Reminder]:
    """The reminders that have not been ordered yet. Who could not be told the question is not reminded of it."""
    reached, due = _read_reached(session), []
    for row in session.scalars(_asked().where(_C.until > now)):
        kind = kind_due(row.asked_at, row.until, now)
        if kind and row.until and reached.get(row.id, now):
            due.append(Reminder(row, kind, row.until))
    return [one for one in without_ordered(session, due) if session.scalars(_told(one)).first()]


def _told(reminder: Reminder) -> sa.Select[int]:
    row = reminder.counter
    return list_recipients(row, AUDIENCES[row.side.other], row.placement.candidate.user_id)


def remind(session: Session, now: datetime) -> list[Reminder]:
    """Order the mails of all reminders that are due."""
    found = list_due(session, now)
    for reminder in found:
        row = reminder.counter
        for recipient in session.scalars(_told(reminder)).all():
            order_mail(
                session, event=reminder.event, recipient_id=recipient,
                template=REMIND[row.side.other], link=LINK.format(row.id), now=now,
                prefecture_code=row.prefecture_code,
            )  # fmt: skip
    return found


def list_overdue(session: Session, now: datetime) -> list[CounterProposal]:
    """Those whose answer is late, also by the day on which the question arrived."""
    reached = _read_reached(session)
    late = session.scalars(_asked().where(_C.until < now)).all()
    return [row for row in late if _due(session, row, reached.get(row.id, row.asked_at)) < now]


def _due(session: Session, row: CounterProposal, reached_at: datetime | None) -> datetime:
    assert row.asked_at is not None
    assert row.until is not None
    if reached_at is None:
        return datetime.max.replace(tzinfo=row.until.tzinfo)
    days = read_terms(session, row.prefecture_code).days(Wait.COUNTER, row.asked_at)
    return max(row.until, end_of_term(reached_at, days))


def lapse_overdue(session: Session, now: datetime) -> list[CounterProposal]:
    """End every proposal that was not answered in time; the days that the placement had left run on."""
    found = list_overdue(session, now)
    ended = []
    for row in found:
        lock(session, row)
        if row.state is CounterState.ASKED:
            end_counter(session, row, "lapse", actor=SYSTEM, now=now)
            ended.append(row)
    return ended
