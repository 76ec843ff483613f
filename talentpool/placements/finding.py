"""The list of placements: what they can be looked for by, and how they are sorted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ..candidates import finding as people
from ..candidates.models import Candidate
from ..dates import local_date
from ..db import Session
from ..listing import Asked, Filter, Listing, Sorted, in_order, thresholds
from ..needs import finding as needs
from ..needs.models import Need
from ..paging import Listed
from ..permissions import Actor, visible
from ..reference.catalogue import Catalogue
from ..reference.models import Municipality
from ..searching import Condition, every_word
from ..standing import PlacementStanding
from ..states import LIVE
from .models import Placement
from .service import IN_ORDER
from .standing import standing_on

PAGE = 25  # rows
UNDER_WAY, EVERY = "under_way", "all"  # states together; the list begins with the first
DUE_WITHIN = (0, 3, 7)  # days; 0: over already


def list_placements(
    session: Session, actor: Actor, asked: Asked, *, catalogue: Catalogue, now: datetime
) -> Listed[Placement]:
    """The placements that `actor` may see, those of the newest needs first."""
    query = visible(actor, Placement)
    query = query.where(*every_word(asked.words, partial(_places, catalogue)))
    options = (
        joinedload(Placement.need).load_only(Need.title, Need.code, Need.seats),
        joinedload(Placement.candidate).load_only(
            Candidate.family_name, Candidate.given_name, Candidate.code
        ),
    )
    return _listing(now).ask(session, query, asked, size=PAGE, options=options)


def _listing(now: datetime) -> Listing:
    own, standing = sa.select(Placement.id), standing_on(local_date(now))
    town = Placement.municipality_code == Municipality.code
    live = standing.in_([*map(str, LIVE), str(PlacementStanding.RETURNED)])
    states = sa.union_all(
        own.add_columns(standing),
        own.add_columns(sa.literal(UNDER_WAY, sa.String)).where(live),
        own.add_columns(sa.literal(EVERY, sa.String)),
    )
    until: Any = Placement.answer_until
    due = {str(days): until < now + timedelta(days) for days in DUE_WITHIN}
    return Listing(
        Placement.id,
        filters={
            "state": Filter(states),
            "region": Filter(own.add_columns(Municipality.region).join(Municipality, town)),
            "municipality": Filter(own.add_columns(Placement.municipality_code)),
            "due": Filter(thresholds(own, due)),
        },
        orders={
            "number": (-Placement.need_id, *IN_ORDER),
            "title": (_of_need(Need.title), Placement.need_id, *IN_ORDER),
            "town": (Placement.municipality_code, Placement.need_id, *IN_ORDER),
            "person": (_of_person(Candidate.family_kana), _of_person(Candidate.given_kana)),
            "state": (in_order(PlacementStanding, standing),),
            "rank": (Placement.rank,),
            "fit": (Placement.fit,),
            "due": (until,),
        },
        first_order="number",
    )


def _of_need(column: Sorted) -> Sorted:
    query = sa.select(column).where(Need.id == Placement.need_id)
    return query.correlate(Placement).scalar_subquery()


def _of_person(column: Sorted) -> Sorted:
    query = sa.select(column).where(Candidate.id == Placement.candidate_id)
    return query.correlate(Placement).scalar_subquery()


def _places(catalogue: Catalogue, key: str) -> Iterator[Condition]:
    """Where a word stands that a placement is looked for by: its need, its person, its town."""
    yield Placement.candidate_id.in_(sa.select(Candidate.id).where(people.is_called(key)))
    yield Placement.need_id.in_(sa.select(Need.id).where(needs.is_called(key)))
    if towns := catalogue.towns_like(key):
        yield Placement.municipality_code.in_(towns)
