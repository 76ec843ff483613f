"""The log of a month: what can be written, what is refused at which field, who signs, returns and reopens it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, strategies as st

from talentpool import dates
from talentpool.db import Session
from talentpool.engagements import logs
from talentpool.engagements.log_content import MOST_TRAVEL, LogContent, as_before, content_of
from talentpool.engagements.logs import save_log, send_log
from talentpool.engagements.models import Engagement, Part, Place, WorkDay, WorkLog
from talentpool.errors import Conflict, Forbidden, Refused
from talentpool.mail import MailOrder
from talentpool.operations import check
from talentpool.permissions import Actor, Role
from talentpool.states import EngagementState, WorkLogState

from .. import factories as make

AT = (Part.MORNING, Place.ONLINE)
APRIL = make.FIRST
NOW = dates.start_of_day(date(2027, 5, 6)) + timedelta(hours=10)
THEME = "frontyard"


def _day(n: int) -> date:
    return dates.first_day(APRIL).replace(day=n)


def _content(*days: int, **more: Any) -> LogContent:
    values = {"days": {_day(n): AT for n in days}, "text": "聞き取り", "theme": THEME} | more
    return LogContent(**values)


class Cast:
    def __init__(self, session: Session, **need: Any) -> None:
        self.session = session
        made = make.make_need(session, half_days=4, **need)
        self.engagement = make.make_engagement(session, need=made)
        self.person = Actor(self.engagement.candidate.user_id, Role.CANDIDATE, make.HYOGO)
        self.town = make.make_user(session, Role.MUNICIPALITY).actor
        self.coordinator = make.make_user(session, Role.COORDINATOR).actor

    def send(self, content: LogContent, *, month: int = APRIL, now: datetime = NOW) -> WorkLog:
        log = send_log(self.session, self.engagement, month, content, actor=self.person, now=now)
        self.session.flush()
        return log


@pytest.fixture
def cast(session: Session) -> Cast:
    return Cast(session)


def _told(session: Session, template: str) -> list[int]:
    query = sa.select(MailOrder.recipient_id).where(MailOrder.template == template)
    return list(session.scalars(query))


def test_a_month_is_sent_signed_and_closed(cast: Cast, session: Session) -> None:
    log = cast.send(_content(6, 13, travel_yen=1200, remark="次は現地で"))
    assert (log.state, log.half_days, log.sent_at) == (WorkLogState.SENT, 2, NOW)
    assert _told(session, "work_log.send") == [cast.town.user_id]
    logs.sign_log(session, log, actor=cast.town, now=NOW)
    assert (log.state, log.signed_by) == (WorkLogState.CLOSED, cast.town.user_id)
    assert _told(session, "work_log.sign") == [cast.person.user_id]
    with pytest.raises(Conflict):
        cast.send(_content(6))
    session.commit()
    assert list(check.violations(session)) == []


def test_what_was_returned_is_corrected_and_sent_again(cast: Cast, session: Session) -> None:
    log = cast.send(_content(6, 13))
    logs.return_log(
        session, log, reason="days", comment="13日は休みでした", actor=cast.town, now=NOW
    )
    assert (log.state, log.return_reason) == (WorkLogState.RETURNED, "days")
    again = cast.send(_content(6))
    assert (again.id, again.state, again.return_reason) == (log.id, WorkLogState.SENT, None)
    assert [row.day for row in again.days] == [_day(6)]


def test_the_prefecture_reopens_a_closed_month_with_a_reason(cast: Cast, session: Session) -> None:
    log = cast.send(_content(6))
    logs.sign_log(session, log, actor=cast.town, now=NOW)
    for actor in (cast.town, cast.person):
        with pytest.raises(Forbidden):
            logs.reopen_log(session, log, reason="days", actor=actor, now=NOW)
    with pytest.raises(Refused):
        logs.reopen_log(session, log, reason=None, actor=cast.coordinator, now=NOW)
    logs.reopen_log(session, log, reason="days", actor=cast.coordinator, now=NOW)
    assert (log.state, log.signed_at) == (WorkLogState.RETURNED, None)
    assert sorted(_told(session, "work_log.reopen")) == sorted(
        [cast.person.user_id or 0, cast.town.user_id or 0]
    )


def test_until_it_is_signed_a_log_can_be_sent_again(cast: Cast) -> None:
    first = cast.send(_content(6))
    assert cast.send(_content(7, 8), now=NOW + timedelta(hours=1)).id == first.id
    assert [row.day for row in first.days] == [_day(7), _day(8)]


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (_content(1, 2, 6, 7, 8), "days"),  # five half-days of four
        (_content(6, text=" "), "text"),
        (_content(6, theme=""), "theme"),
        (_content(text=""), "text"),  # no day and no reason
        (_content(days={_day(6): (Part.DAY, None)}), "days"),
        (_content(days={_day(6): (None, Place.ONLINE)}), "days"),
        (_content(days={date(2027, 5, 6): AT}), "days"),  # of another month
        (_content(6, travel_yen=-1), "travel_yen"),
        (_content(theme="", travel_yen=800), "travel_yen"),  # of a month without a day
        (_content(), "days"),  # forgotten: a theme, and no day
        (_content(6, travel_yen=MOST_TRAVEL + 1), "travel_yen"),
        (_content(6, text="あ" * 201), "text"),
        (_content(6, remark="あ" * 1001), "remark"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_at_its_field_and_nothing_is_kept(
    cast: Cast, session: Session, content: LogContent, field: str
) -> None:
    session.commit()
    with pytest.raises(Refused) as refusal:
        cast.send(content)
    assert field in refusal.value.fields
    session.rollback()
    assert session.scalars(sa.select(WorkLog)).all() == []
    assert session.scalars(sa.select(WorkDay)).all() == []


def test_a_month_without_work_is_sent_with_a_reason(cast: Cast) -> None:
    log = cast.send(_content(text="庁舎の工事のため休み", theme=""))
    assert (log.half_days, log.state) == (0, WorkLogState.SENT)


def test_a_month_without_work_is_sent_when_it_is_over(cast: Cast) -> None:
    none = _content(text="休み", theme="")
    with pytest.raises(Refused) as refusal:
        cast.send(none, now=dates.start_of_day(_day(30)))
    assert "days" in refusal.value.fields
    assert cast.send(none, now=dates.start_of_day(date(2027, 5, 1))).half_days == 0


def test_nothing_is_worked_while_it_rests(cast: Cast, session: Session) -> None:
    cast.engagement.state = EngagementState.SUSPENDED
    cast.engagement.suspended_at = dates.start_of_day(_day(10))
    cast.engagement.suspend_reason = "health"
    session.flush()
    with pytest.raises(Refused) as refusal:
        cast.send(_content(6, 13))
    assert "days" in refusal.value.fields
    assert cast.send(_content(6, 9)).half_days == 2


def test_days_that_have_not_come_wait(cast: Cast) -> None:
    tenth = dates.start_of_day(_day(10))
    with pytest.raises(Refused) as refusal:
        cast.send(_content(11), now=tenth)
    assert "days" in refusal.value.fields
    assert cast.send(_content(10), now=tenth).half_days == 1


def test_an_engagement_that_was_not_started_has_no_logs(session: Session) -> None:
    engagement = make.make_engagement(session, state=EngagementState.PREPARING)
    person = Actor(engagement.candidate.user_id, Role.CANDIDATE, make.HYOGO)
    with pytest.raises(Conflict):
        send_log(session, engagement, APRIL, _content(6), actor=person, now=NOW)


@pytest.mark.parametrize("month", [APRIL - 1, APRIL + 2, make.LAST + 1])
def test_only_months_of_the_engagement_that_have_come_can_be_logged(cast: Cast, month: int) -> None:
    with pytest.raises(Conflict):
        cast.send(LogContent(text="なし"), month=month)


def test_a_month_is_copied_week_by_week() -> None:
    before = WorkLog(month=APRIL, text="聞き取り", theme=THEME)
    before.days = [WorkDay(day=_day(n), part=Part.DAY, place=Place.ONLINE) for n in (6, 13, 29)]
    copied = as_before(before, APRIL + 1, date(2027, 5, 31))
    assert list(copied.days) == [date(2027, 5, 11)]  # 5/4 is a holiday, a fifth Thursday is missing
    assert (copied.text, copied.theme) == ("", THEME)


def test_a_half_day_is_worked_for_one_town_only(session: Session) -> None:
    person = make.make_candidate(session)
    one = make.make_engagement(session, candidate=person)
    need = make.make_need(session, municipality_code=make.SAYO, place_code=make.SAYO)
    other = make.make_engagement(session, candidate=person, need=need)
    actor = Actor(person.user_id, Role.CANDIDATE, make.HYOGO)

    def send(engagement: Engagement, part: Part) -> WorkLog:
        content = _content(days={_day(6): (part, Place.ONLINE)})
        return send_log(session, engagement, APRIL, content, actor=actor, now=NOW)

    send(one, Part.MORNING)
    for part in (Part.MORNING, Part.DAY):
        with pytest.raises(Refused), session.begin_nested():
            send(other, part)
    assert send(other, Part.AFTERNOON).half_days == 1
    assert logs.list_elsewhere(session, one, APRIL) == {_day(6): (make.SAYO, Part.AFTERNOON)}


def test_a_draft_keeps_what_is_not_finished(cast: Cast, session: Session) -> None:
    content = _content(
        days={_day(6): (None, Place.ON_SITE), _day(7): (None, None)}, text="", theme=""
    )
    log = save_log(session, cast.engagement, APRIL, content, actor=cast.person, now=NOW)
    session.commit()
    session.expire_all()
    assert content_of(log) == content
    assert log.state is WorkLogState.DRAFT
    assert _told(session, "work_log.send") == []


def test_what_was_sent_does_not_become_a_draft(cast: Cast, session: Session) -> None:
    cast.send(_content(6))
    with pytest.raises(Conflict):
        save_log(session, cast.engagement, APRIL, _content(7), actor=cast.person, now=NOW)


def test_only_the_person_writes_and_only_the_town_signs(cast: Cast, session: Session) -> None:
    for actor in (cast.town, cast.coordinator, make.make_user(session, Role.CANDIDATE).actor):
        with pytest.raises(Forbidden):
            send_log(session, cast.engagement, APRIL, _content(6), actor=actor, now=NOW)
    log = cast.send(_content(6))
    foreign = make.make_user(session, Role.MUNICIPALITY, municipality_code=make.SAYO).actor
    for actor in (cast.person, cast.coordinator, foreign):
        with pytest.raises(Forbidden):
            logs.sign_log(session, log, actor=actor, now=NOW)
    assert log.state is WorkLogState.SENT


@given(
    st.integers(min_value=dates.month_number(2025, 1), max_value=dates.month_number(2032, 12)),
    st.sets(st.integers(min_value=1, max_value=31)),
)
def test_as_before_keeps_weekday_and_week_and_makes_no_day_up(
    month: int, numbers: set[int]
) -> None:
    last = dates.last_day(month - 1)
    before = WorkLog(month=month - 1, text="同じこと", theme=THEME)
    before.days = [
        WorkDay(day=last.replace(day=n), part=Part.DAY, place=Place.ONLINE)
        for n in sorted(numbers) if n <= last.day
    ]  # fmt: skip
    copied = as_before(before, month, dates.last_day(month))
    assert len(copied.days) <= len(before.days)
    weeks = {(row.day.weekday(), (row.day.day - 1) // 7) for row in before.days}
    assert {(day.weekday(), (day.day - 1) // 7) for day in copied.days} <= weeks
    assert all(dates.month_of(day) == month for day in copied.days)
    assert copied.text == ""  # what was done is not guessed
    closed = {day for day in copied.days if not dates.is_business_day(day)}
    open_weeks = {
        (row.day.weekday(), (row.day.day - 1) // 7)
        for row in before.days
        if dates.is_business_day(row.day)
    }
    assert all((day.weekday(), (day.day - 1) // 7) not in open_weeks for day in closed)
    assert as_before(before, month, dates.first_day(month) - timedelta(days=1)).days == {}
