"""What all reminders share: the hour from which they go out, and that each is ordered once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, time
from typing import Any, Protocol, TypeVar

import sqlalchemy as sa

from ..dates import JST, local_date
from ..db import Database, Session
from ..mail import MailOrder
from .postal import PostalTask

HOUR = time(9)  # of the day, in Japan
PORTION = 5_000  # events of one statement


class Reminder(Protocol):
    @property
    def event(self) -> str:
        """Of the mails that it orders."""
        ...


class Reminders(Protocol):
    """A module of reminders."""

    def list_due(self, session: Session, now: datetime) -> Sequence[Any]: ...

    def remind(self, session: Session, now: datetime) -> Sequence[Any]: ...


R = TypeVar("R", bound=Reminder)


def morning(moment: datetime) -> datetime:
    """When the reminders of that day go out."""
    return datetime.combine(local_date(moment), HOUR, JST)


def without_ordered(session: Session, due: Sequence[R]) -> list[R]:
    """Those that have not been ordered yet."""
    known = list_ordered(session, [reminder.event for reminder in due])
    return [reminder for reminder in due if reminder.event not in known]


def list_ordered(session: Session, events: Collection[str]) -> set[str]:
    """Of these events, those of which a mail or a letter was ordered."""
    known: set[str] = set()
    listed = list(events)
    for first in range(0, len(listed), PORTION):
        portion = listed[first : first + PORTION]
        mails = sa.select(MailOrder.event).where(MailOrder.event.in_(portion))
        letters = sa.select(PostalTask.event).where(PostalTask.event.in_(portion))
        known.update(session.scalars(sa.union(mails, letters)))
    return known


def keep(database: Database, now: datetime, reminders: Reminders) -> None:
    """What the worker does every minute; it writes only when something is due."""
    with database.reading() as session:
        is_due = bool(reminders.list_due(session, now))
    if is_due:
        database.repeat(lambda session: reminders.remind(session, now))
