"""Availability that nobody has confirmed for ninety days: asked once, flagged, left out of rounds, back with one tap."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings, strategies as st

from talentpool.accounts.models import User
from talentpool.audit import AuditEvent
from talentpool.candidates import availability, confirming, freshness
from talentpool.candidates.freshness import AvailabilityCheck, Freshness
from talentpool.candidates.models import Candidate
from talentpool.dates import JST, local_date
from talentpool.db import Database, Session
from talentpool.errors import Conflict, Forbidden
from talentpool.mail import MailOrder
from talentpool.permissions import Actor, Role
from talentpool.pool.reading import read_profiles
from talentpool.states import MembershipState
from talentpool.web.unit import TalentpoolFlask

from .. import factories as make
from ..browsers import Browser

DAY = timedelta(days=1)
JOINED = datetime(2026, 6, 1, 10, 0, tzinfo=JST)
ASKED = datetime(2026, 8, 30, 9, 0, tzinfo=JST)  # ninety days later, in the morning


def join(session: Session, **more: object) -> Candidate:
    person = make.make_candidate(session, now=JOINED, **more)  # type: ignore[arg-type]
    row = person.memberships[0]
    if row.active_from is not None:
        row.active_from, row.active_until = local_date(JOINED), local_date(JOINED + 900 * DAY)
    session.flush()
    session.execute(sa.delete(MailOrder))
    return person


@pytest.fixture
def person(session: Session) -> Candidate:
    return join(session)


def own(person: Candidate) -> Actor:
    return Actor(person.user_id, Role.CANDIDATE, make.HYOGO)


def state(session: Session, person: Candidate, now: datetime) -> Freshness:
    row = person.memberships[0]
    return freshness.list_fresh(session, [row], now)[row.id].is_what


def is_in_rounds(session: Session, person: Candidate, now: datetime) -> bool:
    return person.id in read_profiles(session, make.HYOGO, confirmed_at=now)


def test_the_days_after_the_last_confirmation(session: Session, person: Candidate) -> None:
    """Asked on day 90, once; flagged two weeks later; left out after thirty days."""
    asked, seen = [], {}
    for number in range(140):
        now = JOINED + number * DAY
        asked += [number for _ in confirming.remind(session, now)]
        seen[number] = (state(session, person, now), is_in_rounds(session, person, now))
    assert asked == [90, 113]  # and again a week before it is left out
    for number, found in seen.items():
        expected = (
            Freshness.CONFIRMED if number < 90
            else Freshness.ASKED if number < 104
            else Freshness.FLAGGED if number < 120
            else Freshness.LEFT_OUT
        )  # fmt: skip
        assert found == (expected, number < 120), number
    orders = session.scalars(sa.select(MailOrder).order_by(MailOrder.id)).all()
    assert {(order.recipient_id, order.link) for order in orders} == {
        (person.user_id, "/availability")
    }
    assert [order.template for order in orders] == [confirming.TEMPLATE, confirming.AGAIN]


@pytest.mark.parametrize(
    ("moment", "count"),
    [(ASKED - timedelta(minutes=1), 0), (ASKED, 1), (ASKED - DAY + timedelta(hours=14), 0)],
)
def test_the_question_goes_out_from_nine_on_the_ninetieth_day(
    session: Session, person: Candidate, moment: datetime, count: int
) -> None:
    assert len(confirming.list_due(session, moment)) == count


def test_one_tap_brings_the_person_back_and_starts_again(
    session: Session, person: Candidate
) -> None:
    confirming.remind(session, ASKED)
    late = ASKED + 40 * DAY
    assert state(session, person, late) is Freshness.LEFT_OUT
    confirming.confirm_availability(session, person, actor=own(person), now=late)
    assert state(session, person, late) is Freshness.CONFIRMED
    assert is_in_rounds(session, person, late)
    confirming.confirm_availability(session, person, actor=own(person), now=late)  # twice: as once
    asked = [n for n in range(1, 100) if confirming.remind(session, late + n * DAY)]
    assert asked == [90]
    assert session.scalar(sa.select(sa.func.count()).select_from(MailOrder)) == 2


def test_saving_the_months_confirms_them(session: Session, person: Candidate) -> None:
    confirming.remind(session, ASKED)
    said = availability.availability_of(person)
    availability.save_availability(session, person, said, actor=own(person), now=ASKED + DAY)
    assert state(session, person, ASKED + 50 * DAY) is Freshness.CONFIRMED
    assert confirming.list_due(session, ASKED + 50 * DAY) == []


def test_what_a_round_left_out_stays_so_for_its_moment(session: Session, person: Candidate) -> None:
    """The inputs of a round are those of its start, whatever the person says later."""
    confirming.remind(session, ASKED)
    run = ASKED + 35 * DAY
    confirming.confirm_availability(session, person, actor=own(person), now=run + DAY)
    assert not is_in_rounds(session, person, run)
    assert is_in_rounds(session, person, run + 2 * DAY)
    assert freshness.count_left_out(session, make.HYOGO, run) == 1
    assert freshness.count_left_out(session, make.HYOGO, run + 2 * DAY) == 0


def test_who_has_left_is_over_or_never_came_is_not_asked(session: Session) -> None:
    left, over = join(session), join(session)
    left.memberships[0].state = MembershipState.LEFT
    over.memberships[0].active_until = local_date(ASKED - DAY)
    join(session, state=MembershipState.APPLIED)
    join(session, state=MembershipState.DRAFT)
    session.flush()
    assert confirming.list_due(session, ASKED + DAY) == []


def test_somebody_in_two_pools_is_asked_once(session: Session, person: Candidate) -> None:
    other = make.make_candidate(session, now=JOINED, prefecture_code=make.OSAKA).memberships[0]
    other.candidate_id = person.id
    other.active_until = local_date(ASKED + 90 * DAY)
    session.flush()
    assert len(confirming.remind(session, ASKED)) == 1


def test_a_question_of_an_earlier_registration_does_not_leave_out(
    session: Session, person: Candidate
) -> None:
    confirming.remind(session, ASKED)
    person.memberships[0].applied_at = ASKED + 100 * DAY
    session.flush()
    assert state(session, person, ASKED + 130 * DAY) is Freshness.CONFIRMED


def test_staff_confirm_for_somebody_without_an_account(session: Session) -> None:
    person = join(session, has_account=False)
    officer = make.make_user(session, Role.COORDINATOR).actor
    session.execute(sa.delete(MailOrder))
    assert len(confirming.remind(session, ASKED)) == 1
    assert session.scalars(sa.select(MailOrder)).all() == []
    assert state(session, person, ASKED + 20 * DAY) is Freshness.FLAGGED
    confirming.confirm_availability(session, person, actor=officer, now=ASKED + 20 * DAY)
    assert state(session, person, ASKED + 20 * DAY) is Freshness.CONFIRMED


@pytest.mark.parametrize("role", [Role.MUNICIPALITY, Role.APPROVER, Role.AUDITOR, Role.ADMIN])
def test_nobody_else_confirms(session: Session, person: Candidate, role: Role) -> None:
    with pytest.raises(Forbidden):
        confirming.confirm_availability(
            session, person, actor=make.make_user(session, role).actor, now=ASKED
        )


def test_strangers_and_those_who_left_do_not_confirm(session: Session, person: Candidate) -> None:
    with pytest.raises(Forbidden):
        confirming.confirm_availability(session, person, actor=own(join(session)), now=ASKED)
    person.memberships[0].state = MembershipState.LEFT
    session.flush()
    with pytest.raises(Conflict):
        confirming.confirm_availability(session, person, actor=own(person), now=ASKED)


@given(
    asked=st.none() | st.integers(0, 400),
    confirmed=st.none() | st.integers(0, 400),
    today=st.integers(0, 500),
)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_sql_says_what_the_sentence_says(
    session: Session, person: Candidate, asked: int | None, confirmed: int | None, today: int
) -> None:
    """The rule in plain words, with days as numbers, against the queries."""
    session.execute(sa.delete(AvailabilityCheck))
    if asked is not None or confirmed is not None:
        moments = [None if n is None else ASKED + n * DAY for n in (asked, confirmed)]
        session.add(
            AvailabilityCheck(
                candidate_id=person.id, asked_at=moments[0],
                confirmed_at=moments[1] and moments[1] + timedelta(hours=1),
            )
        )  # fmt: skip
        session.flush()
    now = ASKED + today * DAY + timedelta(hours=2)
    answered = confirmed is not None and asked is not None and asked <= confirmed <= today
    open_for = None if asked is None or asked > today or answered else today - asked
    expected = (
        Freshness.CONFIRMED if open_for is None
        else Freshness.LEFT_OUT if open_for >= freshness.LEFT_OUT_AFTER
        else Freshness.FLAGGED if open_for >= freshness.FLAGGED_AFTER
        else Freshness.ASKED
    )  # fmt: skip
    assert state(session, person, now) is expected
    assert is_in_rounds(session, person, now) is (expected is not Freshness.LEFT_OUT)
    session.expire_all()


def test_a_link_that_is_followed_confirms_nothing(app: TalentpoolFlask, at: list[datetime]) -> None:
    with app.database.writing() as session:
        person = join(session)
        confirming.remind(session, ASKED)
        user = session.get_one(User, person.user_id)
    at[0] = ASKED + DAY
    browser = Browser(app)
    browser.enter(user)
    for page in ("/availability", "/home", "/profile"):
        assert "変わりありません" in browser.get(page).text
    assert browser.get("/availability/confirm").status_code == 405
    assert _confirmed(app.database) == [None]
    assert browser.post("/availability/confirm").status_code == 302
    assert _confirmed(app.database) == [ASKED + DAY]
    assert "変わりありません" not in browser.get("/home").text
    with app.database.reading() as session:
        event = session.scalars(
            sa.select(AuditEvent).where(AuditEvent.action == "candidate.confirm")
        ).one()
        assert event.actor_id == user.id


def _confirmed(database: Database) -> list[datetime | None]:
    with database.reading() as session:
        return list(session.scalars(sa.select(AvailabilityCheck.confirmed_at)))
