"""When both sides are asked, reminded and no longer waited for."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given, strategies as st

from talentpool import dates
from talentpool.accounts.models import User
from talentpool.db import Database, Session
from talentpool.engagements.models import Engagement, Outcome
from talentpool.mail import MailOrder
from talentpool.permissions import SYSTEM, Role
from talentpool.reviews import asking
from talentpool.reviews.answering import Answers, give_review
from talentpool.reviews.models import Kind, Review, ReviewSide
from talentpool.reviews.soundness import violations
from talentpool.states import EngagementState, ReviewState, move
from tests import factories as make

BEGUN = dates.start_of_day(date(2027, 4, 1))


def at(days: int, hours: int = 12) -> datetime:
    return BEGUN + timedelta(days=days, hours=hours)


@pytest.fixture
def engagement(session: Session) -> Engagement:
    """April to September, with an officer of the town."""
    made = make.make_engagement(session)
    make.make_user(session, Role.MUNICIPALITY, municipality_code=made.municipality_code)
    return made


def asked(session: Session, day: int, hours: int = 12) -> list[tuple[Kind, ReviewSide]]:
    asking.work(session, at(day, hours))
    session.flush()
    return [(row.kind, row.side) for row in session.scalars(sa.select(Review).order_by(Review.id))]


def mails(session: Session, template: str) -> list[MailOrder]:
    query = sa.select(MailOrder).where(MailOrder.template == template).order_by(MailOrder.id)
    return list(session.scalars(query))


def test_both_sides_are_asked_on_the_30th_and_the_90th_day(
    session: Session, engagement: Engagement
) -> None:
    both = [(Kind.PULSE_30, side) for side in ReviewSide]
    assert asked(session, 29) == []
    assert asked(session, 30) == both
    assert asked(session, 30) == both  # once
    assert asked(session, 89) == both
    assert asked(session, 90) == both + [(Kind.PULSE_90, side) for side in ReviewSide]
    assert len(mails(session, "review.ask")) == 4
    links = {order.link for order in mails(session, "review.ask")}
    assert links == {f"/reviews/{row.id}/answer" for row in session.scalars(sa.select(Review))}
    assert list(violations(session)) == []


def test_one_that_lasts_less_than_60_days_has_no_pulse_but_an_end(session: Session) -> None:
    made = make.make_engagement(session)
    made.last_day = date(2027, 5, 30)  # 59 days after the first
    session.flush()
    assert asked(session, 31) == []
    move(session, made, "complete", actor=SYSTEM, now=at(61))
    made.outcome, made.ended_at = Outcome.COMPLETED, at(61)
    session.flush()
    assert asked(session, 61) == [(Kind.END, side) for side in ReviewSide]


def test_a_day_that_is_long_past_is_not_asked_about(
    session: Session, engagement: Engagement
) -> None:
    """The worker stood still, or the table is new: nobody is asked two things at once."""
    assert asked(session, 60) == []
    assert asked(session, 119) == [(Kind.PULSE_90, side) for side in ReviewSide]


@pytest.mark.parametrize("outcome", Outcome)
def test_only_work_that_was_done_is_reviewed_at_its_end(
    session: Session, engagement: Engagement, outcome: Outcome
) -> None:
    move(session, engagement, "complete", actor=SYSTEM, now=at(40))
    engagement.outcome, engagement.ended_at = outcome, at(40)
    if outcome is Outcome.EARLY:
        engagement.end_reason, engagement.end_decided_at = "budget", at(40)
    session.flush()
    found = asked(session, 40)
    is_worked = outcome in {Outcome.COMPLETED, Outcome.EARLY}
    assert found == ([(Kind.END, side) for side in ReviewSide] if is_worked else [])


def test_nobody_is_asked_of_work_that_has_not_begun(session: Session) -> None:
    make.make_engagement(session, state=EngagementState.PREPARING)
    assert asked(session, 30) == []


def test_who_has_not_answered_is_reminded_once_and_not_after_the_day(
    session: Session, engagement: Engagement
) -> None:
    asked(session, 30)
    town = next(row for row in session.scalars(sa.select(Review)) if row.side == "town")
    officer = session.scalars(sa.select(User).where(User.role == Role.MUNICIPALITY)).one()
    give_review(session, town, Answers(4, 4, 4), actor=officer.actor, now=at(31))
    for day, hours, expected in ((36, 23, 0), (37, 8, 0), (37, 9, 1), (38, 9, 1), (50, 9, 1)):
        asked(session, day, hours)
        assert len(mails(session, "review.remind")) == expected, (day, hours)
    (reminder,) = mails(session, "review.remind")
    assert reminder.recipient_id == engagement.candidate.user_id


def test_after_the_days_and_those_of_grace_what_was_said_is_shown(
    session: Session, engagement: Engagement
) -> None:
    asked(session, 30)
    person, town = session.scalars(sa.select(Review).order_by(Review.id)).all()
    officer = session.scalars(sa.select(User).where(User.role == Role.MUNICIPALITY)).one()
    give_review(
        session, town, Answers(4, 4, 4), actor=officer.actor, now=at(57)
    )  # late, still taken
    assert town.state is ReviewState.GIVEN
    asked(session, 58)  # the last day of grace
    assert (person.state, town.state) == (ReviewState.ASKED, ReviewState.GIVEN)
    asked(session, 59)
    assert (person.state, town.state) == (ReviewState.MISSED, ReviewState.SHOWN)
    assert len(mails(session, "review.show")) == 2
    assert list(violations(session)) == []


def test_where_nobody_answers_nobody_is_told_of_anything(
    session: Session, engagement: Engagement
) -> None:
    asked(session, 30)
    asked(session, 59)
    assert {row.state for row in session.scalars(sa.select(Review))} == {ReviewState.MISSED}
    assert mails(session, "review.show") == []


@given(st.integers(0, 400), st.integers(0, 400), st.integers(0, 400))
def test_at_most_one_thing_is_asked_and_never_before_its_day(
    lasts: int, after: int, later: int
) -> None:
    """By the rule alone: no database."""
    row = Engagement(
        state=EngagementState.ACTIVE, started_at=BEGUN, last_day=date(2027, 4, 1) + timedelta(lasts)
    )
    kind = asking._kind_of(row, date(2027, 4, 1) + timedelta(days=after))
    if lasts < 60 or after < 30 or after >= 120 or 60 <= after < 90:
        assert kind is None
    else:
        assert kind is (Kind.PULSE_30 if after < 90 else Kind.PULSE_90)


def test_the_timer_asks_and_prints_what_it_would_do(database: Database) -> None:
    now = datetime(2027, 5, 1, 3, tzinfo=UTC)
    with database.writing() as session:
        made = make.make_engagement(session)
        ident = made.id
    with database.reading() as session:
        assert list(asking.list_due(session, now).lines()) == [
            f"ask (pulse_30): engagement {ident}"
        ]
    asking.keep(database, now)
    asking.keep(database, now)
    with database.reading() as session:
        assert len(session.scalars(sa.select(Review)).all()) == 2
        assert not asking.list_due(session, now)
