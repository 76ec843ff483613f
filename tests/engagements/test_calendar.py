"""The calendar under a secret address: strict RFC 5545, no names, dead once it is revoked."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given, settings, strategies as st

from talentpool import clock, dates
from talentpool.accounts.models import User
from talentpool.db import Session
from talentpool.engagements import feeds
from talentpool.engagements.feeds import CalendarFeed
from talentpool.engagements.models import Outcome
from talentpool.errors import NotFound
from talentpool.ical import Event, write_calendar
from talentpool.permissions import Role
from talentpool.reference.service import load_catalogue
from talentpool.states import EngagementState
from talentpool.web.unit import TalentpoolFlask

from .. import factories as make
from ..browsers import Browser

NAME = re.compile(r"[A-Z-]+(;[A-Z-]+=[A-Za-z0-9/-]+)*")
ESCAPED = re.compile(r"\\([\\;,nN])")


def read(text: str) -> list[dict[str, str]]:
    """The events of a calendar as a strict reader takes them: names with parameters → unescaped values."""
    assert text.endswith("\r\n")
    raw = text.removesuffix("\r\n").split("\r\n")
    assert not any("\n" in line or "\r" in line for line in raw)
    assert all(len(line.encode()) <= 75 for line in raw)
    lines: list[str] = []
    for line in raw:
        if line.startswith(" "):
            lines[-1] += line[1:]
        else:
            lines.append(line)
    assert lines[:2] == ["BEGIN:VCALENDAR", "VERSION:2.0"]
    assert lines[-1] == "END:VCALENDAR"
    events: list[dict[str, str]] = []
    is_inside = False
    for line in lines[2:-1]:
        name, colon, value = line.partition(":")
        assert colon and NAME.fullmatch(name), line
        if line == "BEGIN:VEVENT":
            assert not is_inside
            is_inside = True
            events.append({})
        elif line == "END:VEVENT":
            assert is_inside
            is_inside = False
            assert {"UID", "DTSTAMP", "DTSTART;VALUE=DATE", "SUMMARY"} <= events[-1].keys()
        elif is_inside:
            assert name not in events[-1]
            events[-1][name] = ESCAPED.sub(lambda it: "\n" if it[1] in "nN" else it[1], value)
    assert not is_inside
    assert len({event["UID"] for event in events}) == len(events)
    return events


texts = st.text(
    st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from(["\n", "\\", ";", ","])
)


@given(st.lists(st.tuples(texts, st.dates(date(2000, 1, 1), date(2099, 1, 1))), max_size=4))
@settings(deadline=None)
def test_whatever_it_says_is_read_back(said: list[tuple[str, date]]) -> None:
    events = [
        Event(f"{n}@x", day, day, text, datetime(2027, 1, 1, tzinfo=dates.JST))
        for n, (text, day) in enumerate(said)
    ]
    found = read(write_calendar("暦", events))
    assert [row["SUMMARY"] for row in found] == [text for text, _ in said]
    assert [row["DTSTART;VALUE=DATE"] for row in found] == [f"{day:%Y%m%d}" for _, day in said]
    assert all(row["DTSTAMP"] == "20261231T150000Z" for row in found)


def test_a_title_adds_no_event() -> None:
    text = "会議\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:別の予定"
    event = Event(
        "1@x", date(2027, 4, 1), date(2027, 4, 30), text, datetime(2027, 1, 1, tzinfo=dates.JST)
    )
    (found,) = read(write_calendar("x", [event]))
    assert found["DTEND;VALUE=DATE"] == "20270501"
    assert found["SUMMARY"].startswith("会議\nEND:VEVENT")


def _events(session: Session, user: User) -> list[Event]:
    return feeds.list_events(session, user.actor, load_catalogue(session), now=clock.now())


def test_the_person_reads_the_town_and_the_town_a_number(session: Session) -> None:
    person = make.make_candidate(session, family_name="黒田", given_name="誰")
    need = make.make_need(session, title="窓口; 改革")
    engagement = make.make_engagement(session, need=need, candidate=person)
    town = make.make_user(session, Role.MUNICIPALITY)
    elsewhere = make.make_user(session, Role.MUNICIPALITY, municipality_code=make.SAYO)
    user = session.get_one(User, person.user_id)
    own, theirs = _events(session, user), _events(session, town)
    assert [event.uid for event in own] == [event.uid for event in theirs]
    assert len(own) == 6 + 1
    assert own[0].summary == "姫路市 窓口; 改革：約束4コマ"
    assert (own[0].first, own[0].last) == (date(2027, 4, 1), date(2027, 4, 30))
    assert own[-1].summary.endswith("最後の日")
    text = write_calendar("x", theirs)
    assert "黒田" not in text
    assert person.code in text
    assert _events(session, elsewhere) == []
    engagement.last_day = date(2027, 9, 15)
    assert max(event.last for event in _events(session, user)) == date(2027, 9, 15)


def test_the_days_of_a_log_that_was_sent_are_there(session: Session) -> None:
    person = make.make_candidate(session)
    log = make.make_sent_log(session, person)
    days = [
        event for event in _events(session, session.get_one(User, person.user_id)) if event.is_busy
    ]
    assert [event.first for event in days] == [log.days[0].day]
    assert "午前・オンライン" in days[0].summary


def test_what_is_over_keeps_only_the_days_that_were_worked(session: Session) -> None:
    person = make.make_candidate(session)
    log = make.make_sent_log(session, person)
    log.engagement.outcome, log.engagement.ended_at = Outcome.COMPLETED, clock.now()
    log.engagement.state = EngagementState.ENDED
    events = _events(session, session.get_one(User, person.user_id))
    assert [event.is_busy for event in events] == [True]


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.APPROVER, Role.AUDITOR])
def test_staff_have_none(session: Session, role: Role) -> None:
    with pytest.raises(NotFound):
        feeds.issue_feed(session, actor=make.make_user(session, role).actor, now=make.NOW)


def test_the_address_works_until_it_is_revoked_or_made_anew(app: TalentpoolFlask) -> None:
    with app.database.writing() as session:
        person = make.make_candidate(session, family_name="黒田")
        make.make_engagement(session, candidate=person)
        user = session.get_one(User, person.user_id)
    browser, stranger = Browser(app), app.test_client()
    browser.enter(user)

    def issue() -> str:
        assert browser.post("/calendar").status_code == 302
        found = re.search(r"/calendar/[\w-]+\.ics", browser.get("/calendar").text)
        assert found is not None
        return found[0]

    assert browser.post("/calendar/revoke").status_code == 404
    first = issue()
    assert first not in browser.get("/calendar").text  # said once
    answer = stranger.get(first)
    assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
    assert len(read(answer.text)) == 7
    assert "黒田" not in answer.text
    assert stranger.get(first).data == answer.data
    with app.database.reading() as session:
        stored = session.execute(sa.select(CalendarFeed.token_hash)).scalar_one()
        assert stored not in first and len(stored) == 64
    second = issue()
    assert stranger.get(first).status_code == 404
    assert stranger.get(second).status_code == 200
    assert browser.post("/calendar/revoke").status_code == 302
    assert stranger.get(second).status_code == 404


def test_an_account_that_is_disabled_shows_nothing_more(session: Session) -> None:
    user = make.make_user(session, Role.MUNICIPALITY)
    secret = feeds.issue_feed(session, actor=user.actor, now=make.NOW)
    session.flush()
    assert feeds.get_reader(session, secret)[0] == user.actor
    for wrong in ("", secret[:-1], secret.upper(), "x" * 5000, "\ud800"):
        with pytest.raises(NotFound):
            feeds.get_reader(session, wrong)
    user.disabled_at = clock.now() + timedelta(0)
    session.flush()
    with pytest.raises(NotFound):
        feeds.get_reader(session, secret)
