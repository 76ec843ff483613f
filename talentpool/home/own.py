"""What a person finds on the first page beside the registration: offers, months, engagements, what happened lately."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from ..candidates import viewing
from ..candidates.models import Candidate
from ..candidates.renewing import GoingOn, find_going_on
from ..credentials.register import SOON
from ..credentials.standing import Training, find_training
from ..dates import local_date, month_of
from ..db import Session
from ..engagements import service as engagements
from ..engagements.models import Engagement
from ..language import Words
from ..ledger import service as ledger
from ..ledger.models import LedgerMonth
from ..permissions import Actor
from ..placements import service as placements
from ..placements.counters.finding import list_counters
from ..placements.counters.models import CounterProposal
from ..placements.models import Placement
from ..placements.showing import Offer
from ..placements.standing import standings
from ..placements.stating import list_unaccepted
from ..reference.service import load_catalogue
from ..reviews import reporting
from ..reviews.finding import list_unanswered
from ..reviews.models import KIND_LABELS, Review
from ..standing import PlacementStanding
from ..states import MembershipState, PlacementState

MONTHS, EVENTS = 3, 5  # shown
_GOES_ON = (PlacementStanding.CONFIRMED, PlacementStanding.AGREED, PlacementStanding.INTRODUCED)


class Kind(StrEnum):
    """Of an event."""

    OFFERED = "offered"
    ANSWERED = "answered"
    AGREED = "agreed"
    CONFIRMED = "confirmed"
    ENDED = "ended"
    FINISHED = "finished"
    APPLIED = "applied"
    REVIEWED = "reviewed"
    SEEN = "seen"
    VERIFIED = "verified"


@dataclass(frozen=True, slots=True)
class Event:
    at: datetime
    kind: Kind
    town: str | None = None  # municipality
    role: str = ""  # of who looked
    offer: int | None = None  # id


@dataclass(frozen=True, slots=True)
class OwnWork:
    asked: Sequence[Offer]  # that wait for the answer, the nearest deadline first
    counters: Sequence[CounterProposal]  # conditions that are proposed and not answered
    known_to: Collection[str]  # municipalities that were told the name
    going_on: Sequence[Offer]
    terms: Sequence[Placement]  # whose terms of work wait to be accepted
    unwritten: Sequence[
        tuple[Engagement, int, bool]
    ]  # with the month, and whether its log was returned
    months: Sequence[LedgerMonth]
    events: Sequence[Event]  # newest first
    to_confirm: GoingOn  # what the registration asks for
    today: date
    reviews: Sequence[tuple[Words, Review]] = ()  # that wait for the answer
    unreported: Sequence[Engagement] = ()  # that are over and have no report
    training: Training | None = None  # where it is missing, over or ends soon


def own_work(session: Session, actor: Actor, person: Candidate | None, *, now: datetime) -> OwnWork:
    """`person`: the profile of whoever is signed in."""
    today = local_date(now)
    if person is None:
        return OwnWork((), (), (), (), (), (), (), (), GoingOn(), today)
    rows = placements.list_answers(session, actor)
    found = standings(session, rows, today)
    offers = [Offer.of(row, found[row.id]) for row in rows]
    asked = [
        offer
        for offer in offers
        if offer.standing is PlacementStanding.OFFERED and offer.offer_until is not None
    ]
    months = ledger.list_months(session, person.id, from_month=month_of(today))
    return OwnWork(
        asked=sorted(asked, key=lambda offer: (offer.offer_until or now, offer.id)),
        counters=[row for row in list_counters(session, actor) if row.ended_at is None],
        known_to={row.municipality_code for row in rows if row.introduced_at is not None},
        going_on=[offer for standing in _GOES_ON for offer in offers if offer.standing is standing],
        terms=list_unaccepted(session, actor),
        unwritten=engagements.list_unwritten(session, actor, today),
        months=months[:MONTHS],
        events=_events(session, person, rows),
        to_confirm=find_going_on(session, person, actor, now),
        today=today,
        reviews=[(KIND_LABELS[row.kind], row) for row in list_unanswered(session, actor)],
        unreported=reporting.list_unwritten(session, actor, now),
        training=_training_to_do(session, person, today),
    )


def _training_to_do(session: Session, person: Candidate, today: date) -> Training | None:
    """Of who is in a pool: before, the registration itself is to be done."""
    if all(row.state is not MembershipState.ACTIVE for row in person.memberships):
        return None
    last = person.training_until
    if last is not None and last > today + timedelta(days=SOON):
        return None
    training = find_training(session, person, load_catalogue(session), today)
    return training if training.is_to_do else None


def _events(session: Session, person: Candidate, rows: Sequence[Placement]) -> list[Event]:
    found = [
        *(event for row in rows for event in _of_placement(row)),
        *_of_registration(person),
        *_of_views(session, person),
    ]
    return sorted(found, key=lambda event: event.at, reverse=True)[:EVENTS]


def _of_placement(row: Placement) -> Iterator[Event]:
    for at, kind in (
        (row.offered_at, Kind.OFFERED),
        (row.introduced_at, Kind.ANSWERED),
        (row.agreed_at, Kind.AGREED),
        (row.confirmed_at, Kind.CONFIRMED),
        (row.ended_at, Kind.FINISHED if row.state is PlacementState.FINISHED else Kind.ENDED),
    ):
        if at is not None:
            yield Event(at, kind, row.municipality_code, offer=row.id)


def _of_registration(person: Candidate) -> Iterator[Event]:
    for row in person.memberships:
        if row.applied_at is not None:
            yield Event(row.applied_at, Kind.APPLIED)
        if row.reviewed_at is not None:
            yield Event(row.reviewed_at, Kind.REVIEWED)


def _of_views(session: Session, person: Candidate) -> Iterator[Event]:
    """One a day for each office that looked."""
    days = set()
    for row in viewing.list_last_views(session, person):
        day = local_date(row.at), row.viewer_role, row.municipality_code
        if day not in days:
            days.add(day)
            if row.purpose == viewing.VERIFIER:
                yield Event(row.at, Kind.VERIFIED)
                continue
            yield Event(row.at, Kind.SEEN, row.municipality_code, row.viewer_role)
