"""What officers saw of people, for auditors: whom, how often, for what, and whom they did nothing for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from ..accounts.models import User
from ..audit import AuditEvent
from ..dates import local_date, start_of_day
from ..db import Session
from ..permissions import Action, Actor, require
from .models import Candidate, Membership, ProfileView
from .viewing import PROFILE

LONGEST = 366  # days of one answer
USUAL = 14  # days, where nothing is asked
# Proposals lie above this package, so their table is named here.
PLACEMENT = sa.table("placement", sa.column("id"), sa.column("candidate_id"))


@dataclass(frozen=True, slots=True)
class Period:
    """Days in Japan, both included."""

    first: date
    last: date

    @classmethod
    def of(cls, first: date | None, last: date | None, *, today: date) -> Period:
        """At most `LONGEST` days that end with `last`; the last `USUAL` where nothing is given."""
        last = last or max(today, first or today)
        first = first or last - timedelta(days=USUAL - 1)
        first = min(first, last)
        return cls(max(first, last - timedelta(days=LONGEST - 1)), last)

    def holds(self, at: sa.orm.InstrumentedAttribute[datetime]) -> sa.ColumnElement[bool]:
        return (at >= start_of_day(self.first)) & (at < start_of_day(self.last + timedelta(days=1)))


@dataclass(frozen=True, slots=True)
class Seen:
    """A person whose name an officer saw."""

    code: str
    times: int
    latest: datetime


@dataclass(frozen=True, slots=True)
class Sight:
    """What one officer saw in a period. strangers: whose whole profile was opened, and for whom the officer did nothing."""

    views: int
    people: int
    by_day: Sequence[tuple[date, int]]  # every day of the period
    by_purpose: Mapping[str, int]
    strangers: Sequence[Seen]


@dataclass(frozen=True, slots=True)
class Look:
    """One view of one person."""

    at: datetime
    viewer_id: int | None
    viewer_role: str
    municipality_code: str | None
    purpose: str


def sum_up(session: Session, actor: Actor, officer_id: int, period: Period) -> Sight:
    """What the officer saw; the officers of other prefectures saw nothing here."""
    require(session, actor, Action.VIEW_AUDIT)
    query = sa.select(ProfileView.candidate_id, ProfileView.at, ProfileView.purpose)
    query = query.where(*_visible(actor), period.holds(ProfileView.at))
    rows = session.execute(query.where(ProfileView.viewer_id == officer_id)).all()
    days = Counter(local_date(at) for _, at, _ in rows)
    span = (period.last - period.first).days + 1
    return Sight(
        views=len(rows),
        people=len({person for person, _, _ in rows}),
        by_day=[(day, days[day]) for day in _days(period.first, span)],
        by_purpose=Counter(purpose for _, _, purpose in rows),
        strangers=_strangers(session, officer_id, period, rows),
    )


def list_looks(session: Session, actor: Actor, code: str, period: Period) -> list[Look]:
    """Everybody's views of the person with this code, newest first."""
    require(session, actor, Action.VIEW_AUDIT)
    view = ProfileView
    query = (
        sa.select(view.at, view.viewer_id, view.viewer_role, view.municipality_code, view.purpose)
        .join(Candidate, Candidate.id == view.candidate_id)
        .where(*_visible(actor), Candidate.code == code, period.holds(view.at))
        .order_by(view.id.desc())
    )
    return [Look(*row) for row in session.execute(query)]


def _visible(actor: Actor) -> Iterator[sa.ColumnElement[bool]]:
    own = sa.select(User.id).where(User.prefecture_code == actor.prefecture_code)
    yield ProfileView.viewer_id.in_(own)


def _strangers(
    session: Session,
    officer_id: int,
    period: Period,
    rows: Sequence[sa.Row[int, datetime, str]],
) -> list[Seen]:
    opened = Counter(person for person, _, purpose in rows if purpose == PROFILE)
    latest: dict[int, datetime] = {}
    for person, at, purpose in rows:
        if purpose == PROFILE:
            latest[person] = max(at, latest.get(person, at))
    unknown = set(opened) - _served(session, officer_id, period)
    query = sa.select(Candidate.id, Candidate.code).where(Candidate.id.in_(unknown))
    found = [
        Seen(code, opened[ident], latest[ident]) for ident, code in session.execute(query).all()
    ]
    return sorted(found, key=lambda seen: seen.latest, reverse=True)


def _served(session: Session, officer_id: int, period: Period) -> set[int]:
    """Ids of the people about whom the officer recorded anything in the period: their profile, registration, proposals."""
    event = AuditEvent
    deeds = sa.select(event.object_type, event.object_id).where(
        event.actor_id == officer_id, period.holds(event.at)
    )
    ids: dict[str, set[int]] = {}
    for kind, ident in session.execute(deeds.distinct()):
        if ident.isdecimal():
            ids.setdefault(kind, set()).add(int(ident))
    members = sa.select(Membership.candidate_id).where(Membership.id.in_(ids.get("membership", ())))
    placed = sa.select(PLACEMENT.c.candidate_id).where(PLACEMENT.c.id.in_(ids.get("placement", ())))
    return ids.get("candidate", set()) | set(session.scalars(sa.union(members, placed)))


def _days(first: date, count: int) -> Iterator[date]:
    return (first + timedelta(days=n) for n in range(count))
