"""Who is where by month: the half-days of the prefecture's own people, as the ledger holds and books them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ..candidates.employed import Employment
from ..candidates.models import Candidate
from ..dates import first_day, last_day, local_date, month_of
from ..db import Session
from ..ledger.models import Commitment, CommitmentState, LedgerMonth
from ..listing import Asked, Filter, Listing, thresholds
from ..paging import Listed
from ..permissions import Action, Actor, require, visible

PAGE = 25  # rows
SPAN = 6  # months on the page
LONG = 12  # months in a file
BACK, AHEAD = 12, 12  # months from now with which the rota can begin
PRESENT, COMING, OVER = "present", "coming", "over"  # of a term
_E = Employment


@dataclass(frozen=True, slots=True)
class Stay:
    """Half-days with one town."""

    municipality_code: str
    half_days: int
    is_held: bool  # asked, and not yet booked


@dataclass(frozen=True, slots=True)
class MonthOf:
    """Of one person. capacity: half-days that can be lent, none outside the term."""

    capacity: int = 0
    stays: Sequence[Stay] = ()

    @property
    def taken(self) -> int:
        return sum(stay.half_days for stay in self.stays)


def first_months(now: datetime) -> list[int]:
    """The months with which the rota can begin, but for this one."""
    this = month_of(local_date(now))
    return [month for month in range(this - BACK, this + AHEAD + 1) if month != this]


def list_people(
    session: Session, actor: Actor, asked: Asked, *, now: datetime
) -> Listed[Employment]:
    """Everybody whom the prefecture employs, those whose term ends first at the head."""
    require(session, actor, Action.VIEW_EMPLOYMENT)
    own = sa.select(_E.candidate_id)
    listing = Listing(
        _E.candidate_id,
        filters={
            "post": Filter(own.add_columns(_E.post)),
            "term": Filter(own.add_columns(_standing(local_date(now)))),
            "first": Filter(thresholds(own, {str(n): _meets(n) for n in first_months(now)})),
        },
        orders={"name": (_name(),), "until": (_E.last_day,)},
        first_order="name",
    )
    options = (joinedload(_E.candidate),)
    return listing.ask(session, visible(actor, _E), asked, size=PAGE, options=options)


def _standing(today: date) -> sa.ColumnElement[str]:
    return sa.case((_E.last_day < today, OVER), (_E.first_day > today, COMING), else_=PRESENT)


def _meets(first: int) -> sa.ColumnElement[bool]:
    """Whether the term has a day in the months that the page shows from `first` on."""
    return (_E.first_day <= last_day(first + SPAN - 1)) & (_E.last_day >= first_day(first))


def _name() -> sa.ScalarSelect[str]:
    names = sa.select(Candidate.family_kana + " " + Candidate.given_kana)
    return names.where(Candidate.id == _E.candidate_id).correlate(_E).scalar_subquery()


def read_months(
    session: Session, ids: Collection[int], first: int, last: int
) -> Mapping[tuple[int, int], MonthOf]:
    """(person, month) → what is lent to whom; without months in which nothing can be lent."""
    stays: dict[tuple[int, int], list[Stay]] = {}
    row = Commitment
    taken = (
        sa.select(
            row.candidate_id,
            row.month,
            row.municipality_code,
            row.state,
            sa.func.sum(row.half_days),
        )
        .where(row.candidate_id.in_(ids), row.month.between(first, last))
        .group_by(row.candidate_id, row.month, row.municipality_code, row.state)
        .order_by(row.municipality_code, row.state)
    )
    for person, month, town, state, half_days in session.execute(taken):
        stay = Stay(town, half_days, state is CommitmentState.HOLD)
        stays.setdefault((person, month), []).append(stay)
    offered = sa.select(LedgerMonth.candidate_id, LedgerMonth.month, LedgerMonth.capacity).where(
        LedgerMonth.candidate_id.in_(ids), LedgerMonth.month.between(first, last)
    )
    return {
        (person, month): MonthOf(capacity, stays.get((person, month), ()))
        for person, month, capacity in session.execute(offered)
    }
