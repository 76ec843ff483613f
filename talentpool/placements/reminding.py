"""Reminders of deadlines: one half way, one two days before; a single one where both fall on a day.

Called by the worker's timer. Each is ordered once for a deadline, so a deadline that moves brings new ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from ..accounts.reminders import list_ordered, morning
from ..accounts.telling import list_recipients
from ..candidates.models import Candidate
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
        return _event(self.placement.id, self.kind, self.until)


def _event(placement_id: int, kind: Kind, until: datetime) -> str:
    return f"placement/{placement_id}/remind-{kind}/{local_date(until):%Y%m%d}"


def list_due(session: Session, now: datetime) -> list[Reminder]:
    """The reminders that have not been ordered yet. Who could not be told the question is not reminded of it."""
    timed = {
        _event(ident, kind, until): (ident, kind)
        for ident, since, until in session.execute(_waiting(now))
        if until is not None and (kind := kind_due(since, until, now)) is not None
    }
    kinds = dict(timed[event] for event in timed.keys() - list_ordered(session, timed))
    query = (
        sa.select(Placement)
        .join(Placement.candidate)
        .where(Placement.id.in_(kinds), is_told(), _has_recipient())
        .options(contains_eager(Placement.candidate))
        .order_by(Placement.id)
    )
    rows = session.scalars(query) if kinds else ()
    return [Reminder(row, kinds[row.id], row.answer_until) for row in rows if row.answer_until]


def _waiting(now: datetime) -> sa.Select[int, datetime | None, datetime | None]:
    """All who are waited for, be they as many as they are: since when, and until when."""
    since = sa.case(
        *((Placement.state == state, getattr(Placement, one.since)) for state, one in ASKED.items())
    )
    return sa.select(Placement.id, since, Placement.answer_until).where(
        Placement.answer_until > now
    )


def _has_recipient() -> sa.ColumnElement[bool]:
    return sa.or_(
        *(
            (Placement.state == state)
            & list_recipients(Placement, one.audience, Candidate.user_id).exists()
            for state, one in ASKED.items()
        )
    )


def _recipients(reminder: Reminder) -> sa.Select[int]:
    row = reminder.placement
    return list_recipients(row, ASKED[row.state].audience, row.candidate.user_id)


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
