"""When both sides are asked, reminded and no longer waited for. Called by the worker's timer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from .. import audit
from ..accounts import telling
from ..accounts.postal import ENCLOSED, Rows
from ..accounts.reminders import HOUR, without_ordered
from ..accounts.telling import list_recipients
from ..dates import JST, local_date, show_date
from ..db import Database, Session
from ..engagements.models import Engagement, Outcome
from ..language import named, say
from ..permissions import SYSTEM, Actor
from ..states import Audience, EngagementState, ReviewState
from .answering import close_pair, pairs_of
from .models import Kind, Review, ReviewSide
from .questions import OVERALL, questions_of

LEAST = timedelta(days=60)  # an engagement that is shorter has no pulses
PULSES = ((Kind.PULSE_30, timedelta(days=30)), (Kind.PULSE_90, timedelta(days=90)))
LATE = timedelta(days=30)  # a question is not asked later than this after its day
DAYS = timedelta(days=14)  # to answer
HALF = timedelta(days=7)  # then who has not answered is reminded, once
GRACE = timedelta(days=14)  # after the day, in which an answer is still taken
ASK, REMIND = "review.ask", "review.remind"
WORKED = (Outcome.COMPLETED, Outcome.EARLY)
_GOES_ON = (EngagementState.ACTIVE, EngagementState.SUSPENDED)


@dataclass(frozen=True, slots=True)
class Question:
    """A kind of review for which the day has come."""

    engagement: Engagement
    kind: Kind


@dataclass(frozen=True, slots=True)
class Reminder:
    review: Review

    @property
    def event(self) -> str:
        return f"review/{self.review.id}/remind"


def list_questions(session: Session, now: datetime) -> list[Question]:
    """What has to be asked by now and has not been, the oldest engagement first."""
    today = local_date(now)
    long_ago = now - LATE
    begun = Engagement.started_at.is_not(None)
    first, last = PULSES[0][1], PULSES[-1][1] + LATE + timedelta(days=1)
    is_near = Engagement.started_at.between(now - last, now - first + timedelta(days=1))
    is_running = Engagement.state.in_(_GOES_ON) & is_near
    is_over = Engagement.outcome.in_(WORKED) & (Engagement.ended_at > long_ago)
    query = sa.select(Engagement).where(begun, is_running | is_over).order_by(Engagement.id)
    rows = session.scalars(query).all()
    asked = {
        (ident, kind)
        for ident, kind in session.execute(
            sa.select(Review.engagement_id, Review.kind).where(
                Review.engagement_id.in_([row.id for row in rows])
            )
        )
    }
    return [
        Question(row, kind)
        for row in rows
        if (kind := _kind_of(row, today)) is not None and (row.id, kind) not in asked
    ]


def _kind_of(engagement: Engagement, today: date) -> Kind | None:
    """What is to be asked of an engagement on a day: at most one thing."""
    if engagement.state is EngagementState.ENDED:
        return Kind.END
    assert engagement.started_at is not None
    begun = local_date(engagement.started_at)
    if engagement.last_day - begun < LEAST:
        return None
    due = [kind for kind, after in PULSES if begun + after <= today < begun + after + LATE]
    return due[-1] if due else None


def ask(session: Session, question: Question, *, actor: Actor, now: datetime) -> list[Review]:
    """Ask both sides the same day, each with a mail and a notice."""
    row = question.engagement
    made = []
    for side in ReviewSide:
        review = Review(
            engagement_id=row.id, prefecture_code=row.prefecture_code,
            municipality_code=row.municipality_code, candidate_id=row.candidate_id,
            kind=question.kind, side=side, state=ReviewState.ASKED, asked_at=now,
            due_on=local_date(now) + DAYS,
        )  # fmt: skip
        session.add(review)
        session.flush()
        detail = {"engagement": row.id, "kind": str(question.kind), "side": str(side)}
        audit.record(session, audit.Deed.REVIEW_ASK, review, actor=actor, now=now, detail=detail)
        _tell(session, review, f"review/{review.id}/ask", ASK, now)
        made.append(review)
    return made


def _tell(session: Session, review: Review, event: str, template: str, now: datetime) -> None:
    """By letter where the person has no account."""
    telling.tell_audience(
        session, review, Audience(review.side.role), event=event, template=template,
        link=f"/reviews/{review.id}/answer", user_id=review.candidate.user_id, actor=SYSTEM, now=now,
    )  # fmt: skip


def _recipients(review: Review) -> sa.Select[int]:
    return list_recipients(review, Audience(review.side.role), review.candidate.user_id)


def list_reminders(session: Session, now: datetime) -> list[Reminder]:
    """One for each question that is half way to its day. Nobody is reminded after the day."""
    today = local_date(now)
    if now.astimezone(JST).time() < HOUR:
        return []
    query = sa.select(Review).where(
        Review.state == ReviewState.ASKED, Review.due_on >= today, Review.due_on <= today + HALF
    )
    rows = session.scalars(query.options(joinedload(Review.candidate)).order_by(Review.id))
    due = without_ordered(session, [Reminder(row) for row in rows])
    return [one for one in due if _can_be_told(session, one.review)]


def _can_be_told(session: Session, review: Review) -> bool:
    is_by_letter = review.side is ReviewSide.PERSON and review.candidate.user_id is None
    return is_by_letter or session.scalars(_recipients(review)).first() is not None


def list_over(session: Session, now: datetime) -> list[Review]:
    """Reviews that wait although the days to answer and those of grace are over."""
    query = sa.select(Review).where(
        Review.state.in_([ReviewState.ASKED, ReviewState.GIVEN]),
        Review.due_on < local_date(now) - GRACE,
    )
    return list(session.scalars(query.order_by(Review.id)))


def is_overdue(today: date) -> sa.ColumnElement[bool]:
    """No answer, and the day is over."""
    return (Review.state == ReviewState.ASKED) & (Review.due_on < today)


@dataclass(frozen=True, slots=True)
class Due:
    questions: Sequence[Question]
    reminders: Sequence[Reminder]
    over: Sequence[Review]

    def __bool__(self) -> bool:
        return bool(self.questions or self.reminders or self.over)

    def lines(self) -> Iterator[str]:
        """What `remind --dry-run` prints."""
        for question in self.questions:
            yield f"ask ({question.kind}): engagement {question.engagement.id}"
        for reminder in self.reminders:
            yield f"remind: review {reminder.review.id}, due {reminder.review.due_on}"
        for review in self.over:
            yield f"close: review {review.id}, was due {review.due_on}"


def list_due(session: Session, now: datetime) -> Due:
    return Due(list_questions(session, now), list_reminders(session, now), list_over(session, now))


def work(session: Session, now: datetime) -> None:
    """Ask, remind and close what is due."""
    due = list_due(session, now)
    for question in due.questions:
        ask(session, question, actor=SYSTEM, now=now)
    for reminder in due.reminders:
        _tell(session, reminder.review, reminder.event, REMIND, now)
    for pair in pairs_of(session, due.over):
        close_pair(session, pair, now=now)


def keep(database: Database, now: datetime) -> None:
    """What the worker does every minute; it writes only when something is due."""
    with database.reading() as session:
        is_due = bool(list_due(session, now))
    if is_due:
        database.repeat(lambda session: work(session, now))


def _enclosed(session: Session, ident: int) -> Rows:
    """What a letter about a review says: what is asked and until when, or nothing more where it is answered."""
    review = session.get(Review, ident)
    if review is None:
        return []
    rows = [
        (say("募集"), review.engagement.need.title),
        (say("活動の番号"), review.engagement.code),
    ]
    if review.state is not ReviewState.ASKED:
        return rows
    asked = [
        *questions_of(review.kind, review.side),
        *([OVERALL] if review.kind is Kind.END else []),
    ]
    scale = "5・4・3・2・1"
    return [
        *rows,
        (say("お答えいただきたい日"), show_date(review.due_on)),
        *((named(question), scale) for question in asked),
    ]


ENCLOSED[Review.__tablename__] = _enclosed
