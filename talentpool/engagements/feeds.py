"""The calendar of an account under a secret address: what is agreed and worked, for programs that show calendars.

The address is shown once; the row keeps its hash. Whoever has the address reads the calendar, so it names nobody:
a town reads numbers of people.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, joinedload, mapped_column

from .. import audit
from ..accounts.links import digest, new_secret
from ..accounts.models import User
from ..dates import first_day, last_day, month_text
from ..db import Base, Session, Text, UtcDateTime
from ..errors import NotFound
from ..ical import Event
from ..language import USUAL, named, say
from ..ledger.models import Commitment, CommitmentState
from ..meetings.calendar import event_of
from ..meetings.service import list_ahead
from ..needs.models import Need
from ..permissions import Action, Actor, Role, require, visible
from ..reference.catalogue import Catalogue
from ..states import RUNNING, WorkLogState
from .models import Engagement, Part, Place, WorkLog

READERS = frozenset({Role.CANDIDATE, Role.MUNICIPALITY})


class CalendarFeed(Base):
    """One address an account; a new one takes the place of the old."""

    __tablename__ = "calendar_feed"

    user_id: Mapped[int] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True
    )
    token_hash: Mapped[str] = mapped_column(Text(64), unique=True)
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)


def issue_feed(session: Session, *, actor: Actor, now: datetime) -> str:
    """A new secret; the address before it, if there was one, is dead."""
    user = _own(session, actor)
    secret = new_secret()
    row = session.get(CalendarFeed, user.id) or CalendarFeed(user_id=user.id)
    row.token_hash, row.issued_at = digest(secret), now
    session.add(row)
    audit.record(session, audit.Deed.ACCOUNT_CALENDAR, user, actor=actor, now=now)
    return secret


def revoke_feed(session: Session, *, actor: Actor, now: datetime) -> None:
    user = _own(session, actor)
    row = session.get(CalendarFeed, user.id)
    if row is None:
        raise NotFound
    session.delete(row)
    audit.record(session, audit.Deed.ACCOUNT_CALENDAR_OFF, user, actor=actor, now=now)


def find_issued(session: Session, actor: Actor) -> datetime | None:
    """When the reader's address was made; None where there is none."""
    row = session.get(CalendarFeed, actor.user_id)
    return row.issued_at if row else None


def get_reader(session: Session, secret: str) -> tuple[Actor, str]:
    """Whose calendar it is, and the language of the account; NotFound for a dead address, a disabled account or another role."""
    query = (
        sa.select(User)
        .join(CalendarFeed, CalendarFeed.user_id == User.id)
        .where(CalendarFeed.token_hash == digest(secret), User.disabled_at.is_(None))
    )
    user = session.scalar(query)
    if user is None or user.role not in READERS:
        raise NotFound
    return user.actor, user.language or USUAL


def list_events(
    session: Session, actor: Actor, catalogue: Catalogue, *, now: datetime
) -> list[Event]:
    """The agreed months, the days that were logged, the last day of each engagement, and the meetings that are ahead."""
    options = joinedload(Engagement.need).load_only(Need.title), joinedload(Engagement.candidate)
    rows = session.scalars(visible(actor, Engagement).options(*options)).all()
    names = {row.id: _name(row, actor, catalogue) for row in rows}
    return sorted(
        (
            *_months(session, rows, names),
            *_days(session, rows, names),
            *_ends(rows, names),
            *(event_of(row, actor.user_id) for row in list_ahead(session, actor, now)),
        ),
        key=lambda event: (event.first, event.uid),
    )


def _own(session: Session, actor: Actor) -> User:
    require(session, actor, Action.VIEW_ENGAGEMENT)
    if actor.role not in READERS:
        raise NotFound
    return session.get_one(User, actor.user_id)


def _name(row: Engagement, actor: Actor, catalogue: Catalogue) -> str:
    """Of the other side: a town by name, a person by number."""
    if actor.role is Role.CANDIDATE:
        town = catalogue.municipality(row.municipality_code)
        return say(
            "%(town)s %(title)s", town=named((town.ja, town.en or town.ja)), title=row.need.title
        )
    return f"{row.candidate.code} {row.need.title}"


def _months(session: Session, rows: Sequence[Engagement], names: dict[int, str]) -> Iterator[Event]:
    by_placement = {row.placement_id: row for row in rows if row.state in RUNNING}
    query = sa.select(Commitment).where(
        Commitment.placement_id.in_(by_placement), Commitment.state == CommitmentState.BOOKED
    )
    for booked in session.scalars(query):
        row = by_placement[booked.placement_id]
        yield Event(
            uid=f"month-{row.id}-{month_text(booked.month)}@talentpool",
            first=first_day(booked.month),
            last=min(last_day(booked.month), row.last_day),
            summary=say("%(name)s：約束%(n)sコマ", name=names[row.id], n=booked.half_days),
            changed=booked.decided_at,
            is_busy=False,
        )


def _days(session: Session, rows: Sequence[Engagement], names: dict[int, str]) -> Iterator[Event]:
    query = sa.select(WorkLog).where(
        WorkLog.engagement_id.in_(names), WorkLog.state != WorkLogState.DRAFT
    )
    parts = {Part.MORNING: say("午前"), Part.AFTERNOON: say("午後"), Part.DAY: say("一日")}
    places = {Place.ON_SITE: say("現地"), Place.ONLINE: say("オンライン")}
    for log in session.scalars(query):
        for day in log.days:
            if day.part is not None and day.place is not None and log.sent_at is not None:
                yield Event(
                    uid=f"day-{log.engagement_id}-{day.day.isoformat()}@talentpool",
                    first=day.day,
                    last=day.day,
                    summary=say(
                        "%(name)s（%(part)s・%(place)s）",
                        name=names[log.engagement_id],
                        part=parts[day.part],
                        place=places[day.place],
                    ),
                    changed=log.sent_at,
                )


def _ends(rows: Sequence[Engagement], names: dict[int, str]) -> Iterator[Event]:
    for row in rows:
        if row.state in RUNNING:
            yield Event(
                uid=f"end-{row.id}@talentpool",
                first=row.last_day,
                last=row.last_day,
                summary=say("%(name)s：最後の日", name=names[row.id]),
                changed=row.end_decided_at or row.created_at,
                is_busy=False,
            )
