"""The list of engagements: what they can be looked for by, and how they are sorted."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ..candidates import finding as people
from ..candidates.models import Candidate
from ..db import Session
from ..listing import Asked, Filter, Listing, Sorted, in_order
from ..needs import finding as needs
from ..needs.models import Need
from ..paging import Listed
from ..permissions import Actor, visible
from ..reference.catalogue import Catalogue
from ..reference.models import Municipality
from ..searching import Condition, every_word, number_in
from ..states import RUNNING, EngagementState, PlanChangeState, WorkLogState
from .models import Engagement, WorkLog, is_staffs_to_correct
from .plan_changes import PlanChange

PAGE = 25  # rows
GOING_ON, EVERY = "going_on", "all"  # states together; the list begins with the first
UNSIGNED = "unsigned"  # a log waits for the town
EXTENDING = "extending"  # an extension waits for an approver
TO_CORRECT = "to_correct"  # a log that staff entered was returned
ASKED = "asked"  # both sides are asked about an extension


def list_engagements(
    session: Session, actor: Actor, asked: Asked, *, catalogue: Catalogue
) -> Listed[Engagement]:
    """The engagements that `actor` may see, those that end first on top."""
    query = visible(actor, Engagement).where(*every_word(asked.words, partial(_places, catalogue)))
    options = (
        joinedload(Engagement.need).load_only(Need.title, Need.code, Need.half_days),
        joinedload(Engagement.candidate).load_only(
            Candidate.family_name, Candidate.given_name, Candidate.code
        ),
    )
    return _listing().ask(session, query, asked, size=PAGE, options=options)


def _listing() -> Listing:
    own = sa.select(Engagement.id)
    town = Engagement.municipality_code == Municipality.code
    waits = sa.exists().where(
        WorkLog.engagement_id == Engagement.id, WorkLog.state == WorkLogState.SENT
    )
    returned = sa.exists().where(WorkLog.engagement_id == Engagement.id, is_staffs_to_correct())
    changes = sa.exists().where(PlanChange.engagement_id == Engagement.id)
    extends = changes.where(PlanChange.state == PlanChangeState.PROPOSED)
    asked = changes.where(PlanChange.state == PlanChangeState.OPEN)
    states = sa.union_all(
        own.add_columns(sa.type_coerce(Engagement.state, sa.String)),
        own.add_columns(sa.literal(GOING_ON, sa.String)).where(Engagement.state.in_(RUNNING)),
        own.add_columns(sa.literal(UNSIGNED, sa.String)).where(waits),
        own.add_columns(sa.literal(TO_CORRECT, sa.String)).where(returned),
        own.add_columns(sa.literal(EXTENDING, sa.String)).where(extends),
        own.add_columns(sa.literal(ASKED, sa.String)).where(asked),
        own.add_columns(sa.literal(EVERY, sa.String)),
    )
    return Listing(
        Engagement.id,
        filters={
            "state": Filter(states),
            "region": Filter(own.add_columns(Municipality.region).join(Municipality, town)),
            "municipality": Filter(own.add_columns(Engagement.municipality_code)),
        },
        orders={
            "end": (Engagement.last_day, Engagement.id),
            "number": (Engagement.id,),
            "title": (_of_need(Need.title), Engagement.id),
            "town": (Engagement.municipality_code, Engagement.id),
            "person": (_of_person(Candidate.family_kana), _of_person(Candidate.given_kana)),
            "state": (in_order(EngagementState, Engagement.state),),
            "months": (Engagement.first_month, Engagement.last_month),
        },
        first_order="end",
    )


def _of_need(column: Sorted) -> Sorted:
    query = sa.select(column).where(Need.id == Engagement.need_id)
    return query.correlate(Engagement).scalar_subquery()


def _of_person(column: Sorted) -> Sorted:
    query = sa.select(column).where(Candidate.id == Engagement.candidate_id)
    return query.correlate(Engagement).scalar_subquery()


def _places(catalogue: Catalogue, key: str) -> Iterator[Condition]:
    """Where a word stands that an engagement is looked for by: its need, its person, its town, its number."""
    yield Engagement.candidate_id.in_(sa.select(Candidate.id).where(people.is_called(key)))
    yield Engagement.need_id.in_(sa.select(Need.id).where(needs.is_called(key)))
    if (number := number_in(key, "e")) is not None:
        yield Engagement.id == number
    if towns := catalogue.towns_like(key):
        yield Engagement.municipality_code.in_(towns)
