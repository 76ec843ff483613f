"""How fresh the availability of a person is: when it was confirmed and asked for last, and what follows from it.

Nothing but moments is stored. A person who never confirmed is as fresh as the application.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from ..dates import local_date, start_of_day
from ..db import Base, Session, UtcDateTime
from ..language import Words
from ..permissions import Action, Actor, Scope, condition, viewed_by, within
from ..standing import MembershipStanding
from ..states import MembershipState
from .models import Candidate, Membership
from .standing import standing_on

ASKED_AFTER = 90  # days since the last confirmation
FLAGGED_AFTER = 14  # days since the question
ASKED_AGAIN_AFTER = 23  # days since the question: a week before what follows
LEFT_OUT_AFTER = 30  # days since the question


class AvailabilityCheck(Base):
    """When a person said last that the availability is right, and was asked whether it is."""

    __tablename__ = "availability_check"
    __table_args__ = (
        sa.CheckConstraint(
            "asked_at IS NOT NULL OR confirmed_at IS NOT NULL", name="says_something"
        ),
    )

    candidate_id: Mapped[int] = mapped_column(
        sa.ForeignKey("candidate.id", ondelete="CASCADE"), primary_key=True
    )
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Freshness(StrEnum):
    CONFIRMED = "confirmed"
    ASKED = "asked"
    FLAGGED = "flagged"
    LEFT_OUT = "left_out"


LABELS: Mapping[Freshness, Words] = {
    Freshness.CONFIRMED: ("確認済み", "Confirmed"),
    Freshness.ASKED: ("確認をお願い中", "Asked to confirm"),
    Freshness.FLAGGED: ("確認なし", "Not confirmed"),
    Freshness.LEFT_OUT: ("回の対象外", "Left out of rounds"),
}
_M = Membership
_A = (
    AvailabilityCheck.__table__.alias().c
)  # not aliased(): that would settle all mappers before all are known


def _of_people(actor: Actor) -> sa.ColumnElement[bool]:
    people = sa.select(Candidate.id).where(condition(actor, Action.VIEW_CANDIDATE, Candidate))
    return AvailabilityCheck.candidate_id.in_(people)


viewed_by(AvailabilityCheck, Action.VIEW_CANDIDATE)
for _scope in (Scope.OWN, Scope.INTRODUCED, Scope.PREFECTURE):
    within(AvailabilityCheck, _scope)(_of_people)


def _days_ago(moment: datetime, days: int) -> datetime:
    """The end of the day in Japan that lies so many days back."""
    return start_of_day(local_date(moment) - timedelta(days=days - 1))


def _unanswered(moment: datetime, days: int) -> sa.ColumnElement[bool]:
    """The person was asked so many days before `moment`, and had not answered then."""
    return sa.exists().where(
        _A.candidate_id == _M.candidate_id,
        _A.asked_at < _days_ago(moment, days),
        _A.asked_at > _M.applied_at,
        _A.confirmed_at.is_(None) | (_A.confirmed_at < _A.asked_at) | (_A.confirmed_at > moment),
    )


def is_left_out(moment: datetime) -> sa.ColumnElement[bool]:
    """Whether rounds of that moment leave the member of a pool out, for queries."""
    return _unanswered(moment, LEFT_OUT_AFTER)


def is_unconfirmed(moment: datetime) -> sa.ColumnElement[bool]:
    """Flagged or left out, for queries."""
    return _unanswered(moment, FLAGGED_AFTER)


def is_asked(moment: datetime) -> sa.ColumnElement[bool]:
    """Asked, flagged or left out, for queries."""
    return _unanswered(moment, 0)


def is_to_be_asked_again(moment: datetime) -> sa.ColumnElement[bool]:
    """Whether who has not answered is told that rounds will leave them out soon, for queries."""
    return _unanswered(moment, ASKED_AGAIN_AFTER) & ~is_left_out(moment)


def is_to_be_asked(moment: datetime) -> sa.ColumnElement[bool]:
    """Whether it is time for the question, for queries; not while one is open."""
    last = _days_ago(moment, ASKED_AFTER)
    fresh = sa.exists().where(_A.candidate_id == _M.candidate_id, _A.confirmed_at >= last)
    return (_M.applied_at < last) & ~fresh & ~is_asked(moment)


def freshness_at(moment: datetime) -> sa.ColumnElement[str]:
    """Of a membership that is active, for queries."""
    return sa.case(
        (is_left_out(moment), str(Freshness.LEFT_OUT)),
        (is_unconfirmed(moment), str(Freshness.FLAGGED)),
        (is_asked(moment), str(Freshness.ASKED)),
        else_=str(Freshness.CONFIRMED),
    )


@dataclass(frozen=True, slots=True)
class Fresh:
    """Of one membership. confirmed_at: the application where nothing was confirmed since."""

    is_what: Freshness
    confirmed_at: datetime | None
    asked_at: datetime | None

    @property
    def left_out_on(self) -> date | None:
        """From when the open question leaves the person out."""
        if self.asked_at is None:
            return None
        return local_date(self.asked_at) + timedelta(days=LEFT_OUT_AFTER)


def list_fresh(
    session: Session, memberships: Iterable[Membership | None], now: datetime
) -> Mapping[int, Fresh]:
    """By id of the membership; only of those that are active."""
    ids = [row.id for row in memberships if row and row.state is MembershipState.ACTIVE]
    check = AvailabilityCheck
    query = (
        sa.select(_M.id, freshness_at(now), _M.applied_at, check.confirmed_at, check.asked_at)
        .outerjoin(check, check.candidate_id == _M.candidate_id)
        .where(_M.id.in_(ids))
    )
    rows = session.execute(query)
    return {
        ident: _fresh(name, applied, confirmed, asked)
        for ident, name, applied, confirmed, asked in rows
    }


def look_up(
    session: Session, membership: Membership | None, now: datetime
) -> tuple[MembershipStanding | None, Fresh | None]:
    """Where a membership stands, and how fresh its availability is, in one query."""
    if membership is None:
        return None, None
    check, today = AvailabilityCheck, local_date(now)
    query = (
        sa.select(standing_on(today), freshness_at(now), check.confirmed_at, check.asked_at)
        .select_from(_M)
        .outerjoin(check, check.candidate_id == _M.candidate_id)
        .where(_M.id == membership.id)
    )
    standing, name, confirmed, asked = session.execute(query).one()
    is_active = membership.state is MembershipState.ACTIVE
    fresh = _fresh(name, membership.applied_at, confirmed, asked) if is_active else None
    return MembershipStanding(standing), fresh


def _fresh(
    name: str, applied: datetime | None, confirmed: datetime | None, asked: datetime | None
) -> Fresh:
    known = [moment for moment in (applied, confirmed) if moment is not None]
    is_what = Freshness(name)
    is_open = is_what is not Freshness.CONFIRMED
    return Fresh(is_what, max(known, default=None), asked if is_open else None)


def list_left_out(session: Session, prefecture_code: str, moment: datetime) -> set[int]:
    """Ids of the members of a pool whom rounds of that moment leave out."""
    query = sa.select(_M.candidate_id).where(
        _M.prefecture_code == prefecture_code,
        _M.state == MembershipState.ACTIVE,
        is_left_out(moment),
    )
    return set(session.scalars(query))


def count_left_out(session: Session, prefecture_code: str, moment: datetime) -> int:
    return len(list_left_out(session, prefecture_code, moment))
