"""Why proposals ended, in numbers: for staff by class of town, for towns without small counts, for a person of the own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from ..candidates.models import Candidate
from ..dates import fiscal_year, fiscal_year_days, local_date, start_of_day
from ..db import Session
from ..permissions import Action, Actor, Role, require
from ..reference.catalogue import Catalogue
from ..states import PLACEMENT, PlacementState
from .models import Placement

FEW = 3  # towns are not told smaller counts, nor totals from which they could be found
COUNTED = (
    PlacementState.DECLINED_BY_CANDIDATE,
    PlacementState.NOT_ADVANCED,
    PlacementState.REFUSED,
    PlacementState.DECLINED_BY_TOWN,
    PlacementState.WITHDRAWN,
)
ABOUT_A_PERSON = (PlacementState.NOT_ADVANCED, PlacementState.DECLINED_BY_TOWN)
VOCABULARIES: Mapping[PlacementState, str] = {  # of the reasons, by the end that they explain
    PlacementState(step.target): step.reasons
    for step in PLACEMENT.transitions
    if step.target in COUNTED and step.reasons is not None
}


@dataclass(frozen=True, slots=True)
class Row:
    """counts: by class of town, the small ones first; none for readers who see no classes. None: not told."""

    state: PlacementState
    reason: str
    total: int | None
    counts: Sequence[int] = ()

    @property
    def vocabulary(self) -> str:
        return VOCABULARIES[self.state]


@dataclass(frozen=True, slots=True)
class Statistics:
    """year: fiscal, or none for all; years: that can be asked for, the newest first."""

    year: int | None
    years: Sequence[int]
    rows: Sequence[Row]
    is_whole: bool  # nothing is left out


def count_reasons(
    session: Session, actor: Actor, year: int | None, *, catalogue: Catalogue, today: date
) -> Statistics:
    """By end and reason, the most frequent first. A town always reads one fiscal year: years could be subtracted."""
    require(session, actor, Action.VIEW_REASONS)
    is_town = actor.role is Role.MUNICIPALITY
    years = _years(session, actor, today)
    if year not in years:
        year = years[0] if is_town else None
    found: Counter[tuple[PlacementState, str, int]] = Counter()
    for state, reason, town, count in session.execute(_query(actor, year)):
        found[state, reason, catalogue.size_class(town) or 0] += count
    keys = sorted({(state, reason) for state, reason, _ in found}, key=_order)
    rows = [
        Row(state, reason, sum(counts), counts)
        for state, reason in keys
        if (
            counts := tuple(
                found[state, reason, n] for n in range(len(catalogue.terms("size_class")))
            )
        )
    ]
    rows.sort(key=lambda row: (COUNTED.index(row.state), -(row.total or 0), row.reason))
    if is_town:
        rows = [_for_town(row) for row in rows]
        rows.sort(key=lambda row: (COUNTED.index(row.state), -(row.total or 0), row.reason))
    return Statistics(year, years, rows, not is_town)


def _order(key: tuple[PlacementState, str]) -> tuple[int, str]:
    return COUNTED.index(key[0]), key[1]


def _for_town(row: Row) -> Row:
    is_told = row.total is not None and row.total >= FEW
    return Row(row.state, row.reason, row.total if is_told else None)


def _query(actor: Actor, year: int | None) -> sa.Select[*tuple[Any, ...]]:
    row = Placement
    query = (
        sa.select(row.state, row.end_reason, row.municipality_code, sa.func.count())
        .where(row.prefecture_code == actor.prefecture_code, row.state.in_(COUNTED))
        .group_by(row.state, row.end_reason, row.municipality_code)
    )
    if year is not None:
        first, last = fiscal_year_days(year)
        query = query.where(row.ended_at >= start_of_day(first))
        query = query.where(row.ended_at < start_of_day(_next_day(last)))
    return query


def _next_day(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)


def _years(session: Session, actor: Actor, today: date) -> list[int]:
    query = sa.select(sa.func.min(Placement.ended_at)).where(
        Placement.prefecture_code == actor.prefecture_code, Placement.state.in_(COUNTED)
    )
    first: datetime | None = session.scalar(query)
    this = fiscal_year(today)
    since = fiscal_year(local_date(first)) if first is not None else this
    return list(range(this, min(since, this) - 1, -1))


def count_own_reasons(session: Session, actor: Actor) -> Sequence[Row]:
    """Why the reader was not proposed or not chosen: counts of the reasons that are stored, and no towns."""
    require(session, actor, Action.ANSWER_OFFER)
    query = (
        sa.select(Placement.state, Placement.end_reason, sa.func.count())
        .join(Candidate, Candidate.id == Placement.candidate_id)
        .where(Candidate.user_id == actor.user_id, Placement.state.in_(ABOUT_A_PERSON))
        .group_by(Placement.state, Placement.end_reason)
    )
    rows = [Row(state, reason or "", count) for state, reason, count in session.execute(query)]
    return sorted(rows, key=lambda row: (COUNTED.index(row.state), -(row.total or 0), row.reason))
