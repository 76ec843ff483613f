"""The rows of the three registers, in a few queries each, whatever was chosen, oldest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from ..candidates.consenting import INTRODUCTION
from ..candidates.models import Candidate, Consent, Membership
from ..complaints.models import Complaint
from ..dates import fiscal_year, fiscal_year_days, local_date, start_of_day
from ..db import Base, Session
from ..engagements.models import Engagement
from ..needs.models import Need
from ..permissions import Action, Actor, require, visible
from ..placements.models import Placement
from ..rounds.models import Round
from ..states import SERVED

_P = Placement
M = TypeVar("M", bound=Base)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many people were introduced, and how many were taken on."""

    introduced: int = 0
    taken_on: int = 0


NONE = Tally()


@dataclass(frozen=True, slots=True)
class NeedRow:
    need: Need
    tally: Tally


@dataclass(frozen=True, slots=True)
class PersonRow:
    membership: Membership
    tally: Tally

    @property
    def person(self) -> Candidate:
        return self.membership.candidate


@dataclass(frozen=True, slots=True)
class IntroductionRow:
    """consent: version of the text in which the person agreed to be named to the town."""

    placement: Placement
    round: int | None  # its number
    engagement: Engagement | None
    consent: str
    complaints: int


def _within(at: sa.orm.InstrumentedAttribute[Any], year: int | None) -> sa.ColumnElement[bool]:
    """In a fiscal year, or at all."""
    if year is None:
        return at.is_not(None)
    first, last = fiscal_year_days(year)
    return (at >= start_of_day(first)) & (at < start_of_day(last + timedelta(days=1)))


_AT: Mapping[type[Base], sa.orm.InstrumentedAttribute[Any]] = {  # what puts a row into a year
    Need: Need.submitted_at,
    Membership: Membership.applied_at,
    Placement: Placement.offered_at,
}


def _received(actor: Actor, model: type[M], year: int | None) -> sa.Select[M]:
    return visible(actor, model).where(_within(_AT[model], year))


def count_rows(session: Session, actor: Actor, year: int | None = None) -> Sequence[int]:
    """Of needs, people, introductions; nothing personal is read."""
    require(session, actor, Action.VIEW_REGISTER)
    counts = (
        _received(actor, model, year).with_only_columns(sa.func.count(), maintain_column_froms=True)
        for model in (Need, Membership, Placement)
    )
    return [session.scalar(query) or 0 for query in counts]


def list_needs(session: Session, actor: Actor, year: int | None = None) -> Sequence[NeedRow]:
    """求人: every need that was handed in, in the year of its receipt."""
    require(session, actor, Action.VIEW_REGISTER)
    query = _received(actor, Need, year).options(selectinload(Need.roles), selectinload(Need.forms))
    needs = session.scalars(query.order_by(Need.submitted_at, Need.id)).all()
    tallies = _tallies(session, actor, _P.need_id)
    return [NeedRow(need, tallies.get(need.id, NONE)) for need in needs]


def list_people(session: Session, actor: Actor, year: int | None = None) -> Sequence[PersonRow]:
    """求職: every application, in the year of its receipt."""
    require(session, actor, Action.VIEW_REGISTER)
    query = _received(actor, Membership, year)
    person = joinedload(Membership.candidate)
    related = (Candidate.roles, Candidate.forms)
    query = query.options(*(person.selectinload(relation) for relation in related))
    rows = session.scalars(query.order_by(Membership.applied_at, Membership.id)).all()
    tallies = _tallies(session, actor, _P.candidate_id)
    return [PersonRow(row, tallies.get(row.candidate_id, NONE)) for row in rows]


def list_introductions(
    session: Session, actor: Actor, year: int | None = None
) -> Sequence[IntroductionRow]:
    """紹介: everybody who was asked, in the year of the question, whatever came of it."""
    require(session, actor, Action.VIEW_REGISTER)
    query = _received(actor, _P, year)
    query = query.options(joinedload(_P.need), joinedload(_P.candidate), joinedload(_P.paper))
    rows = session.scalars(query.order_by(_P.offered_at, _P.id)).all()
    numbers: Mapping[int, int] = dict(
        session.execute(sa.select(Round.id, Round.number).where(_of(Round, actor))).all()
    )
    works = {
        row.placement_id: row
        for row in session.scalars(sa.select(Engagement).where(_of(Engagement, actor)))
    }
    consents = _consents(session, [row.candidate_id for row in rows])
    complaints = _complaints(session, actor)
    return [
        IntroductionRow(
            row,
            numbers.get(row.round_id or 0),
            works.get(row.id),
            consents.get((row.candidate_id, row.municipality_code), ""),
            complaints.get(row.id, 0),
        )
        for row in rows
    ]


def _of(model: type[Round | Engagement], actor: Actor) -> sa.ColumnElement[bool]:
    return model.prefecture_code == actor.prefecture_code


def _tallies(
    session: Session, actor: Actor, by: sa.orm.InstrumentedAttribute[int]
) -> Mapping[int, Tally]:
    introduced = sa.func.count(_P.introduced_at)
    taken_on = sa.func.count().filter(_P.state.in_(SERVED))
    query = visible(actor, _P).with_only_columns(by, introduced, taken_on).group_by(by)
    return {ident: Tally(*counts) for ident, *counts in session.execute(query)}


def _consents(session: Session, people: Sequence[int]) -> Mapping[tuple[int, str], str]:
    """(person, town) → the version of the latest consent to be named there, withdrawn or not."""
    query = (
        sa.select(Consent.candidate_id, Consent.audience, Consent.text_version)
        .where(Consent.purpose == INTRODUCTION, Consent.candidate_id.in_(people))
        .order_by(Consent.given_at, Consent.id)
    )
    return {(person, town): version for person, town, version in session.execute(query)}


def _complaints(session: Session, actor: Actor) -> Mapping[int, int]:
    """Placement → complaints about it or its work."""
    placement = sa.func.coalesce(Complaint.placement_id, Engagement.placement_id)
    query = (
        visible(actor, Complaint)
        .outerjoin(Engagement, Engagement.id == Complaint.engagement_id)
        .where(placement.is_not(None))
        .with_only_columns(placement, sa.func.count(), maintain_column_froms=True)
        .group_by(placement)
    )
    return dict(session.execute(query).all())


def list_years(session: Session, actor: Actor, today: date) -> Sequence[int]:
    """Fiscal years since the first thing was received, the latest first."""
    require(session, actor, Action.VIEW_REGISTER)
    first = fiscal_year(today)
    for query in (
        visible(actor, Need).with_only_columns(sa.func.min(Need.submitted_at)),
        visible(actor, Membership).with_only_columns(sa.func.min(Membership.applied_at)),
    ):
        moment = session.scalar(query)
        first = min(first, fiscal_year(local_date(moment))) if moment else first
    return range(fiscal_year(today), first - 1, -1)
