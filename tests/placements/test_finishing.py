"""How an engagement ends: before its time, with its last day, and what is free then."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa

from talentpool import dates, schema
from talentpool.db import Database, Session
from talentpool.engagements.log_content import LogContent
from talentpool.engagements.logs import return_log, save_log, send_log
from talentpool.engagements.models import Engagement, Outcome, Part, Place
from talentpool.errors import Conflict, Refused
from talentpool.ledger import service as ledger
from talentpool.ledger.models import LedgerMonth
from talentpool.mail import MailOrder
from talentpool.needs.models import Need
from talentpool.permissions import Actor, Role
from talentpool.placements import lapsing
from talentpool.placements.closing import close_need, count_confirmed
from talentpool.placements.finishing import complete_over, end_engagement, list_over
from talentpool.placements.models import Placement
from talentpool.states import EngagementState, PlacementState

from .. import factories as make
from .cast import Cast, assert_sound

PS, ES = PlacementState, EngagementState
JUNE = dates.month_number(2027, 6)
NOON = dates.start_of_day(date(2027, 6, 10)) + timedelta(hours=12)


@pytest.fixture
def cast(session: Session) -> Cast:
    return Cast.of(session)


def _engaged(session: Session, **columns: object) -> tuple[Engagement, Placement]:
    engagement = make.make_engagement(session, **columns)  # type: ignore[arg-type]
    return engagement, session.get_one(Placement, engagement.placement_id)


def _end(
    session: Session, engagement: Engagement, last: date | None, actor: Actor, *, reason: str | None = "budget",
    now: datetime = NOON,
) -> None:  # fmt: skip
    end_engagement(session, engagement, last=last, reason=reason, actor=actor, now=now)
    session.flush()


def _booked(session: Session, candidate_id: int) -> dict[int, int]:
    query = sa.select(LedgerMonth.month, LedgerMonth.booked).where(
        LedgerMonth.candidate_id == candidate_id, LedgerMonth.booked > 0
    )
    return dict(session.execute(query).all())


def test_a_last_day_ahead_frees_the_months_behind_it_and_keeps_the_seat(
    cast: Cast, session: Session
) -> None:
    engagement, placement = _engaged(session)
    _end(session, engagement, date(2027, 7, 15), cast.coordinator)
    assert (engagement.state, engagement.last_day) == (ES.ACTIVE, date(2027, 7, 15))
    assert placement.state is PS.CONFIRMED
    assert max(_booked(session, engagement.candidate_id)) == JUNE + 1
    query = sa.select(MailOrder.recipient_id).where(MailOrder.template == "engagement.end")
    told = session.scalars(query).all()
    assert {engagement.candidate.user_id, cast.town.user_id} <= set(told)
    assert cast.coordinator.user_id not in told
    assert_sound(session)
    after = dates.start_of_day(date(2027, 7, 16))
    assert list_over(session, after - timedelta(seconds=1)) == []
    assert complete_over(session, after) == [engagement]
    assert (engagement.outcome, placement.state, placement.end_reason) == (
        Outcome.EARLY, PS.FINISHED, "budget",
    )  # fmt: skip
    assert_sound(session)


@pytest.mark.parametrize("role", [Role.CANDIDATE, Role.MUNICIPALITY, Role.COORDINATOR])
def test_either_side_ends_it_today_and_the_next_alternate_is_asked(
    cast: Cast, session: Session, role: Role
) -> None:
    need = make.make_need(session)
    engagement, placement = _engaged(session, need=need)
    alternate = make.make_placement(
        session, need, make.make_candidate(session), state=PS.APPROVED, seat=1, rank=2
    )
    actor = {
        Role.CANDIDATE: cast.person(placement), Role.MUNICIPALITY: cast.town,
        Role.COORDINATOR: cast.coordinator,
    }[role]  # fmt: skip
    _end(session, engagement, date(2027, 6, 10), actor, reason="health")
    assert (engagement.state, engagement.outcome) == (ES.ENDED, Outcome.EARLY)
    assert placement.state is PS.FINISHED
    assert alternate.state is PS.OFFERED
    held = sa.select(LedgerMonth.month).where(
        LedgerMonth.candidate_id == alternate.candidate_id, LedgerMonth.held > 0
    )
    assert min(session.scalars(held)) == JUNE  # not the months that are over
    assert_sound(session)


def test_pair_and_seat_are_free_when_it_is_over(cast: Cast, session: Session) -> None:
    need = make.make_need(session)
    engagement, placement = _engaged(session, need=need)
    _end(session, engagement, date(2027, 6, 10), cast.coordinator)
    again = make.make_placement(
        session, need, placement.candidate, state=PS.PROPOSED, seat=placement.seat
    )
    assert again.id != placement.id


@pytest.mark.parametrize(
    ("last", "reason", "field"),
    [
        (None, "budget", "last_day"),
        (date(2027, 3, 31), "budget", "last_day"),
        (date(2027, 10, 1), "budget", "last_day"),
        (date(2027, 6, 30), None, "reason"),
        (date(2027, 6, 1), None, "reason"),
        (date(2027, 6, 30), "other", "comment"),
    ],
)
def test_an_end_that_cannot_be_is_refused_at_its_field(
    cast: Cast, session: Session, last: date | None, reason: str | None, field: str
) -> None:
    engagement, _ = _engaged(session)
    before = _booked(session, engagement.candidate_id)
    with pytest.raises(Refused) as refusal:
        _end(session, engagement, last, cast.coordinator, reason=reason)
    assert field in refusal.value.fields
    assert _booked(session, engagement.candidate_id) == before


def test_work_that_was_logged_is_not_cut_off(cast: Cast, session: Session) -> None:
    engagement, placement = _engaged(session)
    content = LogContent(
        days={date(2027, 6, 8): (Part.MORNING, Place.ONLINE)}, text="聞き取り", theme="frontyard"
    )
    log = send_log(session, engagement, JUNE, content, actor=cast.person(placement), now=NOON)
    return_log(session, log, reason="other", comment="場所", actor=cast.town, now=NOON)
    save_log(session, engagement, JUNE, content, actor=cast.person(placement), now=NOON)
    with pytest.raises(Refused):  # though it is corrected now
        _end(session, engagement, date(2027, 6, 7), cast.coordinator)
    _end(session, engagement, date(2027, 6, 8), cast.coordinator)
    assert engagement.state is ES.ENDED


def test_months_that_are_over_are_not_cut_off(cast: Cast, session: Session) -> None:
    begun, _ = _engaged(session)
    with pytest.raises(Refused) as refusal:
        _end(session, begun, date(2027, 4, 30), cast.coordinator)
    assert "last_day" in refusal.value.fields
    _end(session, begun, date(2027, 5, 20), cast.coordinator)
    assert set(_booked(session, begun.candidate_id)) == {make.FIRST, make.FIRST + 1}
    never, _ = _engaged(session, state=ES.PREPARING)
    _end(session, never, date(2027, 4, 30), cast.coordinator)
    assert never.state is ES.ENDED


def test_a_draft_stops_no_end_and_a_month_without_work_does(cast: Cast, session: Session) -> None:
    engagement, placement = _engaged(session)
    person = cast.person(placement)
    day = LogContent(days={date(2027, 6, 9): (Part.MORNING, Place.ONLINE)})
    save_log(session, engagement, JUNE, day, actor=person, now=NOON)
    none = LogContent(text="庁舎の工事のため休み")
    send_log(session, engagement, JUNE - 1, none, actor=person, now=NOON)
    with pytest.raises(Refused):
        _end(session, engagement, date(2027, 4, 30), cast.coordinator)
    _end(session, engagement, date(2027, 6, 1), cast.coordinator)
    assert engagement.state is ES.ENDED


def test_what_was_logged_is_not_undone(cast: Cast, session: Session) -> None:
    engagement, placement = _engaged(session)
    placement.undo_until = NOON
    none = LogContent(text="庁舎の工事のため休み")
    log = send_log(session, engagement, JUNE - 1, none, actor=cast.person(placement), now=NOON)
    return_log(session, log, reason="other", comment="理由", actor=cast.town, now=NOON)
    save_log(session, engagement, JUNE - 1, none, actor=cast.person(placement), now=NOON)
    with pytest.raises(Conflict):  # though it is corrected now
        cast.step(placement, "undo", reason="mistake", now=NOON)
    assert placement.state is PS.CONFIRMED


def test_an_alternate_is_judged_by_the_months_ahead(cast: Cast, session: Session) -> None:
    """Busy in the months that are over, free in those that come."""
    need = make.make_need(session, half_days=8)
    engagement, _ = _engaged(session, need=need)
    busy = make.make_candidate(session)
    other = make.make_need(
        session, municipality_code=make.SAYO, first_month=make.FIRST, last_month=make.FIRST + 1,
        half_days=4,
    )  # fmt: skip
    make.make_placement(session, other, busy, state=PS.CONFIRMED)
    busy.most_at_once = 5
    alternate = make.make_placement(session, need, busy, state=PS.APPROVED, seat=1, rank=2)
    _end(session, engagement, date(2027, 6, 10), cast.coordinator)
    assert (alternate.state, alternate.passed_why) == (PS.OFFERED, None)
    assert_sound(session)


def test_held_months_that_are_over_are_not_booked(cast: Cast, session: Session) -> None:
    placement = make.make_placement(
        session, make.make_need(session), make.make_candidate(session), state=PS.AGREED
    )
    cast.step(placement, "confirm", now=NOON)
    assert min(_booked(session, placement.candidate_id)) == JUNE
    assert make.find_engagement(session, placement).first_month == JUNE
    assert_sound(session)


def test_a_finished_placement_goes_down_and_up_again(
    database: Database, cast: Cast, session: Session
) -> None:
    need = make.make_need(session)
    first, _ = _engaged(session, need=need)
    _end(session, first, date(2027, 6, 10), cast.coordinator)
    make.make_placement(session, need, make.make_candidate(session), state=PS.CONFIRMED, seat=1)
    alone, _ = _engaged(session)
    _end(session, alone, date(2027, 6, 10), cast.coordinator)
    ids = first.placement_id, alone.placement_id
    session.commit()
    session.close()
    schema.downgrade(database, "0017")
    with database.engine.connect() as connection:
        rows = connection.execute(sa.text("SELECT id, state FROM placement ORDER BY id")).all()
        outcomes = connection.scalars(sa.text("SELECT outcomes FROM decision_paper")).all()
    assert dict(rows)[ids[0]] == "revoked"
    assert dict(rows)[ids[1]] == "confirmed"
    assert not any("finished" in text for text in outcomes)
    schema.upgrade(database)
    with database.reading() as unit:
        engagements = unit.scalars(sa.select(Engagement)).all()
        assert {row.outcome for row in engagements if row.placement_id == ids[1]} == {None}


def test_it_ends_once(cast: Cast, session: Session) -> None:
    engagement, _ = _engaged(session)
    _end(session, engagement, date(2027, 6, 10), cast.coordinator)
    with pytest.raises(Conflict):
        _end(session, engagement, date(2027, 6, 9), cast.coordinator)


def test_the_timer_ends_what_is_over_once_and_says_how(
    database: Database, session: Session
) -> None:
    begun, _ = _engaged(session)
    never, _ = _engaged(session, state=ES.PREPARING)
    session.commit()
    after = dates.start_of_day(dates.last_day(make.LAST) + timedelta(days=1))
    for _round in range(2):
        lapsing.keep_time(database, after)
    session.expire_all()
    assert (begun.outcome, never.outcome) == (Outcome.COMPLETED, Outcome.NOT_BEGUN)
    states = session.scalars(sa.select(Placement.state))
    assert set(states) == {PS.FINISHED}
    assert {row.end_reason for row in session.scalars(sa.select(Placement))} == {"period_over"}
    mails = sa.select(sa.func.count()).where(MailOrder.template == "engagement.complete")
    people = {begun.candidate.user_id, never.candidate.user_id}
    assert session.scalar(mails.where(MailOrder.recipient_id.in_(people))) == 2
    assert set(_booked(session, begun.candidate_id)) == set(dates.months(make.FIRST, make.LAST))
    assert_sound(session)


def test_an_undone_confirmation_ends_its_engagement(cast: Cast, session: Session) -> None:
    placement = make.make_placement(
        session, make.make_need(session), make.make_candidate(session), state=PS.CONFIRMED
    )
    cast.step(placement, "undo", reason="mistake")
    engagement = make.find_engagement(session, placement)
    assert (engagement.state, engagement.outcome) == (ES.ENDED, Outcome.UNDONE)
    assert ledger.list_booked(session, placement.id) == {}
    assert_sound(session)


def test_what_was_served_counts_when_a_need_is_closed(cast: Cast, session: Session) -> None:
    engagement, _ = _engaged(session)
    _end(session, engagement, date(2027, 6, 10), cast.coordinator)
    need = session.get_one(Need, engagement.need_id)
    assert count_confirmed(session, need) == 1
    close_need(session, need, reason="filled", actor=cast.coordinator, now=NOON)
    assert_sound(session)
