"""What officers saw of people, for auditors: whom, how often, for what, and whom they did nothing for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from ..accounts.models import User
from ..audit import AuditEvent
from ..dates import EARLIEST, LATEST, local_date, start_of_day
from ..db import Session
from ..permissions import Action, Actor, require
from .models import Candidate, Membership, ProfileView
from .viewing import PROFILE, VERIFIER

LONGEST = 366  # days of one answer
USUAL = 14  # days, where nothing is asked
# Proposals lie above this package, so their table is named here.
PLACEMENT = sa.table("placement", sa.column("id"), sa.column("candidate_id"), sa.column("paper_id"))


@dataclass(frozen=True, slots=True)
class Period:
    """Days in Japan, both included."""

    first: date
    last: date

    @classmethod
    def of(cls, first: date | None, last: date | None, *, today: date) -> Period:
        """At most `LONGEST` days that end with `last`; the last `USUAL` where nothing is given."""
        last = _within(last or max(today, first or today))
        first = _within(first) if first else last - timedelta(days=USUAL - 1)
        first = min(first, last)
        return cls(max(first, last - timedelta(days=LONGEST - 1)), last)

    def holds(self, at: sa.orm.InstrumentedAttribute[datetime]) -> sa.ColumnElement[bool]:
        return (at >= start_of_day(self.first)) & (at < start_of_day(self.last + timedelta(days=1)))


def _within(day: date) -> date:
    """A day that has days before and after it."""
    return min(max(day, EARLIEST + timedelta(days=LONGEST)), LATEST)


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
    seen: Sequence[Seen]  # everybody, the most often first
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
    query = query.where(_is_visible(actor), period.holds(ProfileView.at))
    rows = session.execute(query.where(ProfileView.viewer_id == officer_id)).all()
    days = Counter(local_date(at) for _, at, _ in rows)
    span = (period.last - period.first).days + 1
    return Sight(
        views=len(rows),
        people=len({person for person, _, _ in rows}),
        by_day=[(day, days[day]) for day in _days(period.first, span)],
        by_purpose=Counter(purpose for _, _, purpose in rows),
        seen=sorted(_named(session, rows), key=lambda seen: (-seen.times, seen.code)),
        strangers=_strangers(session, officer_id, period, rows),
    )


def list_looks(
    session: Session, actor: Actor, code: str, period: Period, officer_id: int | None = None
) -> list[Look]:
    """The views of the person with this code, newest first, also by an office that was asked about a credential; of one
    officer, where one is named.
    """
    require(session, actor, Action.VIEW_AUDIT)
    view = ProfileView
    members = sa.select(Membership.candidate_id).where(
        Membership.prefecture_code == actor.prefecture_code
    )
    asked = (view.purpose == VERIFIER) & view.candidate_id.in_(members)
    query = (
        sa.select(view.at, view.viewer_id, view.viewer_role, view.municipality_code, view.purpose)
        .join(Candidate, Candidate.id == view.candidate_id)
        .where(_is_visible(actor) | asked, Candidate.code == code, period.holds(view.at))
        .order_by(view.id.desc())
    )
    if officer_id is not None:
        query = query.where(view.viewer_id == officer_id)
    return [Look(*row) for row in session.execute(query)]


def _is_visible(actor: Actor) -> sa.ColumnElement[bool]:
    own = sa.select(User.id).where(User.prefecture_code == actor.prefecture_code)
    return ProfileView.viewer_id.in_(own)


Rows = Sequence[sa.Row[int, datetime, str]]  # person, when, purpose


def _strangers(session: Session, officer_id: int, period: Period, rows: Rows) -> list[Seen]:
    served = _served(session, officer_id, period)
    opened = [row for row in rows if row[2] == PROFILE and row[0] not in served]
    return sorted(_named(session, opened), key=lambda seen: seen.latest, reverse=True)


def _named(session: Session, rows: Rows) -> list[Seen]:
    """By their codes."""
    times = Counter(person for person, _, _ in rows)
    latest: dict[int, datetime] = {}
    for person, at, _ in rows:
        latest[person] = max(at, latest.get(person, at))
    query = sa.select(Candidate.id, Candidate.code).where(Candidate.id.in_(times))
    return [Seen(code, times[ident], latest[ident]) for ident, code in session.execute(query)]


def _served(session: Session, officer_id: int, period: Period) -> set[int]:
    """Ids of the people about whom the officer recorded anything: profile, registration, proposal, paper, match."""
    event = AuditEvent
    deeds = sa.select(event.object_type, event.object_id, event.detail).where(
        event.actor_id == officer_id, period.holds(event.at)
    )
    ids: dict[str, set[int]] = {}
    for kind, ident, detail in session.execute(deeds):
        first = ident.partition("/")[0]  # of a lifted conflict the person
        if first.isdecimal():
            ids.setdefault("candidate" if kind == "hold_lift" else kind, set()).add(int(first))
        if isinstance(told := detail.get("candidate"), int):
            ids.setdefault("candidate", set()).add(told)
    members = sa.select(Membership.candidate_id).where(Membership.id.in_(ids.get("membership", ())))
    placement = PLACEMENT.c
    placed = sa.select(placement.candidate_id).where(
        placement.id.in_(ids.get("placement", ()))
        | placement.paper_id.in_(ids.get("decision_paper", ()))
    )
    return ids.get("candidate", set()) | set(session.scalars(sa.union(members, placed)))


def _days(first: date, count: int) -> Iterator[date]:
    return (first + timedelta(days=n) for n in range(count))
