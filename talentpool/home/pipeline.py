"""Where the proposals of the prefecture stand: how many in each stage, how long they wait, what is due this week."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

import sqlalchemy as sa

from ..dates import fiscal_year, fiscal_year_days, local_date, start_of_day
from ..db import Session
from ..desk.models import Duty
from ..engagements.models import Engagement
from ..needs.finding import count_sides
from ..needs.models import Side
from ..permissions import Actor, visible
from ..placements.models import Placement
from ..states import SERVED, EngagementState, PlacementState
from ..waits import Terms, Wait
from .items import thing_of

_PS = PlacementState
_SINCE = {  # what a stage began with, and what is waited for where the row has no deadline of its own
    _PS.SUGGESTED: (sa.func.coalesce(Placement.returned_at, Placement.created_at), Wait.DRAFT),
    _PS.PROPOSED: (Placement.drafted_at, Wait.DECISION),
    _PS.OFFERED: (Placement.offered_at, None),
    _PS.INTRODUCED: (Placement.introduced_at, None),
    _PS.AGREED: (Placement.agreed_at, Wait.CONFIRMATION),
}
DAYS = 7  # ahead


@dataclass(frozen=True, slots=True)
class Stage:
    """Of the way to an engagement. days: the median since it began to wait; none where nothing waits."""

    state: PlacementState
    count: int
    late: int
    days: int | None


@dataclass(frozen=True, slots=True)
class Day:
    """What is due on a day: answers and tasks by stage, and the looks that officers have set themselves."""

    day: date
    due: Mapping[PlacementState, int]
    looks: int

    @property
    def total(self) -> int:
        return sum(self.due.values()) + self.looks


@dataclass(frozen=True, slots=True)
class Pipeline:
    """served: confirmed in this fiscal year; active: engagements that are at work."""

    stages: Sequence[Stage]
    served: int
    active: int
    days: Sequence[Day]  # of the next seven those on which something is due
    sides: Mapping[Side, int]  # open needs

    @property
    def is_empty(self) -> bool:
        return not self.served and not self.active and not any(row.count for row in self.stages)


def look_ahead(session: Session, actor: Actor, terms: Terms, *, now: datetime) -> Pipeline:
    today = local_date(now)
    waiting = _list_waiting(session, actor, terms)
    served, active = _count_served(session, actor, today)
    looks = _count_looks(session, actor, today)
    return Pipeline(
        [_stage(state, waiting[state], now) for state in _SINCE],
        served,
        active,
        _days(waiting, looks, today),
        count_sides(session, actor),
    )


Waiting = Mapping[PlacementState, Sequence[tuple[datetime, datetime | None]]]  # since, due


def _list_waiting(session: Session, actor: Actor, terms: Terms) -> Waiting:
    """A paper that waits for its decision counts once, with all who stand on it."""
    since = sa.case(*((Placement.state == state, begun) for state, (begun, _) in _SINCE.items()))
    shown = visible(actor, Placement).where(Placement.state.in_(_SINCE))
    query: sa.Select[Any] = shown.with_only_columns(
        Placement.state, thing_of(Placement), since, Placement.answer_until
    )
    found: dict[PlacementState, dict[int, tuple[datetime, datetime | None]]] = {}
    for state, ident, begun, until in session.execute(query):
        wait = _SINCE[state][1]
        due = until if wait is None else terms.due(wait, begun)
        found.setdefault(state, {})[ident] = (begun, due)
    return {state: list(found.get(state, {}).values()) for state in _SINCE}


def _stage(
    state: PlacementState, rows: Sequence[tuple[datetime, datetime | None]], now: datetime
) -> Stage:
    today = local_date(now)
    days = [(today - local_date(begun)).days for begun, _ in rows]
    late = sum(1 for _, due in rows if due is not None and due < now)
    return Stage(state, len(rows), late, round(median(days)) if days else None)


def _count_served(session: Session, actor: Actor, today: date) -> tuple[int, int]:
    first, _last = fiscal_year_days(fiscal_year(today))
    confirmed = visible(actor, Placement).where(
        Placement.state.in_(SERVED), Placement.confirmed_at >= start_of_day(first)
    )
    at_work = visible(actor, Engagement).where(Engagement.state == EngagementState.ACTIVE)
    counts = [
        query.with_only_columns(sa.func.count(), maintain_column_froms=True).scalar_subquery()
        for query in (confirmed, at_work)
    ]
    served, active = session.execute(sa.select(*counts)).one()
    return served, active


def _count_looks(session: Session, actor: Actor, today: date) -> Mapping[date, int]:
    last = today + timedelta(days=DAYS - 1)
    day, count = Duty.follow_up, sa.func.count()
    shown = visible(actor, Duty).where(day.between(today, last)).group_by(day)
    query: sa.Select[Any] = shown.with_only_columns(day, count, maintain_column_froms=True)  # type: ignore[assignment]
    return dict(session.execute(query).all())


def _days(waiting: Waiting, looks: Mapping[date, int], today: date) -> list[Day]:
    due: dict[date, Counter[PlacementState]] = {}
    for state, rows in waiting.items():
        for _, until in rows:
            if until is not None:
                due.setdefault(local_date(until), Counter())[state] += 1
    ahead = [today + timedelta(days=n) for n in range(DAYS)]
    found = [Day(day, due.get(day, {}), looks.get(day, 0)) for day in ahead]
    return [day for day in found if day.total]
