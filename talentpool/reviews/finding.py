"""Queries: the reviews of an engagement, those that wait for somebody, and the list of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from ..candidates import finding as people
from ..candidates.models import Candidate
from ..db import Session
from ..engagements.models import Engagement
from ..listing import Asked, Filter, Listing, in_order
from ..needs import finding as needs
from ..needs.models import Need
from ..paging import Listed
from ..permissions import Action, Actor, Role, condition, visible
from ..reference.catalogue import Catalogue
from ..searching import Condition, every_word, number_in
from ..states import ReviewState
from .models import Kind, Report, Review, ReviewSide

PAGE = 25  # rows
EVERY = "all"
_SIDES = {Role.CANDIDATE: ReviewSide.PERSON, Role.MUNICIPALITY: ReviewSide.TOWN}


def side_of(actor: Actor) -> ReviewSide | None:
    """Which side an account answers for; none for staff."""
    return _SIDES.get(actor.role)


@dataclass(frozen=True, slots=True)
class Pair:
    """Both sides of one kind. None: the reader may not see that side yet."""

    kind: Kind
    person: Review | None
    town: Review | None

    def of(self, side: ReviewSide) -> Review | None:
        return self.person if side is ReviewSide.PERSON else self.town

    @property
    def any(self) -> Review:
        found = self.person or self.town
        assert found is not None
        return found


def list_pairs(session: Session, actor: Actor, engagement: Engagement) -> Sequence[Pair]:
    """What was asked of an engagement, in its order."""
    query = visible(actor, Review).where(Review.engagement_id == engagement.id)
    return _pairs(session.scalars(query.order_by(Review.id)).all())


def _pairs(rows: Sequence[Review]) -> Sequence[Pair]:
    found = {kind: {row.side: row for row in rows if row.kind is kind} for kind in Kind}
    return [
        Pair(kind, sides.get(ReviewSide.PERSON), sides.get(ReviewSide.TOWN))
        for kind, sides in found.items()
        if sides
    ]


def list_told(
    session: Session, actor: Actor, engagement: Engagement
) -> tuple[Sequence[Pair], Report | None]:
    """What `list_pairs` gives, and the report that `actor` may see, in one query."""
    of_review = (Review.engagement_id == Engagement.id) & condition(
        actor, Action.VIEW_REVIEW, Review
    )
    of_report = (Report.engagement_id == Engagement.id) & condition(
        actor, Action.VIEW_REPORT, Report
    )
    query = (
        sa.select(Review, Report)
        .select_from(Engagement)
        .outerjoin(Review, of_review)
        .outerjoin(Report, of_report)
        .where(Engagement.id == engagement.id)
        .order_by(Review.id)
    )
    rows = session.execute(query).all()
    report = rows[0][1] if rows else None
    return _pairs([review for review, _report in rows if review is not None]), report


def list_unanswered(session: Session, actor: Actor) -> Sequence[Review]:
    """The questions that wait for the reader, the nearest day first."""
    side = side_of(actor)
    if side is None:
        return []
    query = (
        visible(actor, Review)
        .join(Engagement, Engagement.id == Review.engagement_id)
        .join(Need, Need.id == Engagement.need_id)
        .options(contains_eager(Review.engagement).contains_eager(Engagement.need))
        .where(Review.state == ReviewState.ASKED, Review.side == side)
    )
    return session.scalars(query.order_by(Review.due_on, Review.id)).all()


def list_reviews(
    session: Session, actor: Actor, asked: Asked, *, catalogue: Catalogue
) -> Listed[Review]:
    """What `actor` may see, newest first."""
    query = visible(actor, Review).where(*every_word(asked.words, partial(_places, catalogue)))
    options = (
        joinedload(Review.engagement).joinedload(Engagement.need).load_only(Need.title, Need.code),
        joinedload(Review.candidate).load_only(
            Candidate.family_name, Candidate.given_name, Candidate.code
        ),
    )
    return _LISTING.ask(session, query, asked, size=PAGE, options=options)


_OWN = sa.select(Review.id)
_LISTING = Listing(
    Review.id,
    filters={
        "state": Filter(
            sa.union_all(
                _OWN.add_columns(sa.type_coerce(Review.state, sa.String)),
                _OWN.add_columns(sa.literal(EVERY, sa.String)),
            )
        ),
        "kind": Filter(_OWN.add_columns(sa.type_coerce(Review.kind, sa.String))),
        "side": Filter(_OWN.add_columns(sa.type_coerce(Review.side, sa.String))),
        "municipality": Filter(_OWN.add_columns(Review.municipality_code)),
    },
    orders={
        "number": (Review.id,),
        "due": (Review.due_on, Review.id),
        "town": (Review.municipality_code, Review.id),
        "state": (in_order(ReviewState, Review.state),),
    },
    first_order="-number",
)


def _places(catalogue: Catalogue, key: str) -> Iterator[Condition]:
    """Where a word stands that a review is looked for by: its need, its person, its town, its number."""
    yield Review.candidate_id.in_(sa.select(Candidate.id).where(people.is_called(key)))
    of_needs = sa.select(Need.id).where(needs.is_called(key))
    yield Review.engagement_id.in_(sa.select(Engagement.id).where(Engagement.need_id.in_(of_needs)))
    if (number := number_in(key, "v")) is not None:
        yield Review.id == number
    if towns := catalogue.towns_like(key):
        yield Review.municipality_code.in_(towns)
