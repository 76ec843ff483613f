"""Reminders of deadlines: one half way, one two days before; a single one where both fall on a day.

Called by the worker's timer. Each is ordered once for a deadline, so a deadline that moves brings new ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ..accounts.reminders import morning, without_ordered
from ..accounts.telling import list_recipients
from ..dates import local_date
from ..db import Session
from ..mail import order_mail
from ..states import Audience, PlacementState
from .models import Placement
from .reach import is_told

NEAR = timedelta(days=2)


class Kind(StrEnum):
    HALF = "half"
    NEAR = "near"


@dataclass(frozen=True, slots=True)
class Asked:
    """Who is reminded in a state, by which text, and of which page."""

    audience: Audience
    template: str
    link: str
    since: str  # column of the day on which the question was asked


ASKED: Mapping[PlacementState, Asked] = {
    PlacementState.OFFERED: Asked(
        Audience.CANDIDATE, "placement.remind_offer", "/offers/{}", "offered_at"
    ),
    PlacementState.INTRODUCED: Asked(
        Audience.MUNICIPALITY, "placement.remind_introduction", "/introductions/{}", "introduced_at"
    ),
}


@dataclass(frozen=True, slots=True)
class Reminder:
    placement: Placement
    kind: Kind
    until: datetime

    @property
    def event(self) -> str:
        return f"placement/{self.placement.id}/remind-{self.kind}/{local_date(self.until):%Y%m%d}"


def list_due(session: Session, now: datetime) -> list[Reminder]:
    """The reminders that have not been ordered yet. Who could not be told the question is not reminded of it."""
    waiting = sa.select(Placement).where(Placement.answer_until > now, is_told())
    rows = session.scalars(waiting.options(joinedload(Placement.candidate)).order_by(Placement.id))
    due = [reminder for row in rows for reminder in _of(row, now)]
    return [
        reminder
        for reminder in without_ordered(session, due)
        if session.scalars(_recipients(reminder)).first()
    ]


def _recipients(reminder: Reminder) -> sa.Select[int]:
    row = reminder.placement
    return list_recipients(row, ASKED[row.state].audience, row.candidate.user_id)


def _of(row: Placement, now: datetime) -> Iterator[Reminder]:
    until = row.answer_until
    kind = kind_due(getattr(row, ASKED[row.state].since), until, now)
    if kind is not None and until is not None:
        yield Reminder(row, kind, until)


def kind_due(since: datetime | None, until: datetime | None, now: datetime) -> Kind | None:
    """The last one whose time has come: who was away for a week hears of it once."""
    if until is None or since is None:
        return None
    near = morning(until - NEAR)
    half = morning(since + (until - since) / 2)
    if now >= near > since:
        return Kind.NEAR
    return Kind.HALF if now >= half > since and half < near else None


def remind(session: Session, now: datetime) -> list[Reminder]:
    """Order the mails of all reminders that are due."""
    found = list_due(session, now)
    for reminder in found:
        row, asked = reminder.placement, ASKED[reminder.placement.state]
        for recipient in session.scalars(_recipients(reminder)).all():
            order_mail(
                session, event=reminder.event, recipient_id=recipient, template=asked.template,
                link=asked.link.format(row.id), now=now, prefecture_code=row.prefecture_code,
            )  # fmt: skip
    return found
