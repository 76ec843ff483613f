"""Meetings are seen by whom they are for, told of when they change, and stand in calendars; towns find towns."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from talentpool.accounts.models import User
from talentpool.db import Database, Session
from talentpool.engagements.feeds import list_events
from talentpool.errors import Conflict, Forbidden, NotFound, Refused
from talentpool.ical import write_calendar
from talentpool.listing import Asked
from talentpool.mail import MailOrder
from talentpool.meetings import companions, service
from talentpool.meetings.calendar import event_of
from talentpool.meetings.models import Circle, Companion, Meeting, MeetingInterest
from talentpool.meetings.service import When, save_meeting, say_interest
from talentpool.meetings.soundness import violations
from talentpool.permissions import Actor, Role, visible
from talentpool.reference.catalogue import Catalogue
from tests import factories as make
from tests.meetings.made import make_companion, make_meeting

CATALOGUE = Catalogue.shipped()
DAY = timedelta(days=1)


def person(session: Session) -> Actor:
    return session.get_one(User, make.make_candidate(session).user_id).actor


def test_a_meeting_is_seen_by_whom_it_is_for(session: Session) -> None:
    rows = {circle: make_meeting(session, circle=circle) for circle in Circle}
    make_meeting(session, prefecture_code=make.OSAKA)
    town, staff = (
        make.make_user(session, role).actor for role in (Role.MUNICIPALITY, Role.COORDINATOR)
    )

    def seen(actor: Actor) -> set[int]:
        return {row.id for row in service.list_ahead(session, actor, make.NOW)}

    assert seen(person(session)) == {rows[Circle.PEOPLE].id, rows[Circle.BOTH].id}
    assert seen(town) == {rows[Circle.TOWNS].id, rows[Circle.BOTH].id}
    assert seen(staff) == {row.id for row in rows.values()}
    assert service.list_ahead(session, staff, make.NOW + 10 * DAY) == []
    service.cancel_meeting(session, rows[Circle.BOTH], actor=staff, now=make.NOW)
    for when, n in ((When.AHEAD, 2), (When.CANCELLED, 1), (When.PAST, 0)):
        asked = Asked(values={"when": str(when)})
        found = service.list_meetings(session, staff, asked, now=make.NOW).page(1).rows
        assert len(found) == n
        assert all(service.when_of(row, make.NOW) is when for row in found)
    with pytest.raises(Forbidden):
        service.cancel_meeting(session, rows[Circle.TOWNS], actor=town, now=make.NOW)


@pytest.mark.parametrize(
    ("field", "content"),
    [
        ("title", {"title": ""}), ("day", {"begins_at": make.NOW}), ("ends", {"ends_at": make.NOW}),
        ("place", {"place": ""}), ("address", {"address": "x"}), ("theme", {"theme": "moon"}),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_at_its_field(
    session: Session, field: str, content: dict[str, Any]
) -> None:
    with pytest.raises(Refused) as refused:
        make_meeting(session, **content)
    assert list(refused.value.fields) == [field]


def test_who_wants_to_come_is_told_of_a_change_and_of_the_end(session: Session) -> None:
    meeting, own = make_meeting(session), person(session)
    town = make.make_user(session, Role.MUNICIPALITY).actor
    staff = make.make_user(session, Role.COORDINATOR).actor
    for actor, comes in ((own, True), (own, True), (town, True), (town, False)):
        say_interest(session, meeting, comes=comes, actor=actor, now=make.NOW)
    assert [row.user_id for row in meeting.interests] == [own.user_id]
    assert list(violations(session)) == []
    content = replace(service.content_of(meeting), place="公民館")
    for _ in range(2):
        save_meeting(
            session, meeting, content, catalogue=CATALOGUE, actor=staff, now=make.NOW + DAY
        )
    service.cancel_meeting(session, meeting, actor=staff, now=make.NOW + 2 * DAY)
    told = sa.select(MailOrder.template, MailOrder.recipient_id).order_by(MailOrder.id)
    assert session.execute(told).all() == [
        ("meeting.change", own.user_id), ("meeting.cancel", own.user_id),
    ]  # fmt: skip
    with pytest.raises(Conflict, match="中止"):
        say_interest(session, meeting, comes=False, actor=own, now=make.NOW)
    over = make_meeting(session)
    with pytest.raises(Conflict, match="終わりました"):
        say_interest(session, over, comes=True, actor=own, now=make.NOW + 10 * DAY)
    with pytest.raises(Forbidden):
        say_interest(session, over, comes=True, actor=staff, now=make.NOW)
    for_towns = make_meeting(session, circle=Circle.TOWNS)
    with pytest.raises(Forbidden):
        say_interest(session, for_towns, comes=True, actor=own, now=make.NOW)
    session.add(MeetingInterest(meeting_id=over.id, user_id=staff.user_id, said_at=make.NOW))
    session.flush()
    assert len(list(violations(session))) == 1


def test_nobody_who_wants_to_come_is_left_out_of_the_circle(session: Session) -> None:
    meeting, staff = make_meeting(session), make.make_user(session, Role.COORDINATOR).actor
    town, own = make.make_user(session, Role.MUNICIPALITY).actor, person(session)

    def change(**content: Any) -> Meeting:
        typed = replace(service.content_of(meeting), **content)
        return save_meeting(session, meeting, typed, catalogue=CATALOGUE, actor=staff, now=make.NOW)

    for actor, circle in ((town, Circle.PEOPLE), (own, Circle.TOWNS)):
        say_interest(session, meeting, comes=True, actor=actor, now=make.NOW)
        with pytest.raises(Refused) as refused:
            change(circle=circle)
        assert list(refused.value.fields) == ["circle"]
        meeting.circle = circle
        session.flush()
        assert len(list(violations(session))) == 1
        meeting.circle = Circle.BOTH
        say_interest(session, meeting, comes=False, actor=actor, now=make.NOW)
        assert change(circle=circle).circle is circle
        change(circle=Circle.BOTH)


def test_a_meeting_that_runs_can_be_corrected(session: Session) -> None:
    meeting, staff = make_meeting(session), make.make_user(session, Role.COORDINATOR).actor
    content, now = service.content_of(meeting), make.NOW + 9 * DAY + timedelta(hours=1)
    later = replace(content, place="別の会議室", ends_at=content.ends_at + timedelta(hours=1))
    save_meeting(session, meeting, later, catalogue=CATALOGUE, actor=staff, now=now)
    assert meeting.place == "別の会議室"
    moved = replace(later, begins_at=content.begins_at - timedelta(minutes=1))
    with pytest.raises(Refused):
        save_meeting(session, meeting, moved, catalogue=CATALOGUE, actor=staff, now=now)


def test_a_meeting_stands_in_the_calendar_with_its_hours(session: Session) -> None:
    meeting, own = make_meeting(session, title="集まり、夜", text="持ち物\n名刺"), person(session)
    make_meeting(session, circle=Circle.TOWNS)
    say_interest(session, meeting, comes=True, actor=own, now=make.NOW)
    (event,) = list_events(session, own, CATALOGUE, now=make.NOW)
    assert event == event_of(meeting, own.user_id)
    lines = write_calendar("x", [event]).split("\r\n")
    assert f"DTSTART:{make.NOW + 9 * DAY:%Y%m%dT%H%M%SZ}" in lines
    assert f"DTEND:{make.NOW + 9 * DAY + timedelta(hours=2):%Y%m%dT%H%M%SZ}" in lines
    assert {"LOCATION:県庁", "TRANSP:OPAQUE", "DESCRIPTION:持ち物\\n名刺"} <= set(lines)
    assert not event_of(meeting, None).is_busy
    assert list_events(session, own, CATALOGUE, now=make.NOW + 10 * DAY) == []


def test_towns_see_those_whose_theme_they_have_named(session: Session) -> None:
    sayo, himeji = make_companion(session, make.SAYO), make_companion(session)
    make_companion(session, make.ASAGO, "frontyard")
    make_companion(session, "271403")
    make.make_need(session)
    make.make_need(session, theme="frontyard")
    town = session.get_one(User, himeji.said_by).actor
    assert companions.list_companions(session, town) == [himeji, sayo]
    assert companions.suggest_themes(session, town) == ["frontyard"]
    stranger = make.make_user(session, Role.MUNICIPALITY, municipality_code="282090").actor
    assert companions.list_companions(session, stranger) == []
    staff = make.make_user(session, Role.COORDINATOR).actor
    assert len(companions.list_companions(session, staff)) == 3
    for theme, contact, field in (
        ("moon", "課", "theme"),
        ("frontyard", " ", "contact"),
        ("bpr", "課", "theme"),
    ):
        with pytest.raises(Refused) as refused:
            companions.name_theme(
                session, theme, contact, catalogue=CATALOGUE, actor=town, now=make.NOW
            )
        assert list(refused.value.fields) == [field]
    with pytest.raises(Conflict):
        companions.drop_theme(session, sayo.id, actor=town, now=make.NOW)
    with pytest.raises(NotFound):
        companions.drop_theme(session, sayo.id, actor=stranger, now=make.NOW)
    companions.drop_theme(session, himeji.id, actor=town, now=make.NOW)
    assert session.scalars(visible(town, Companion)).all() == []
    with pytest.raises(NotFound):
        companions.drop_theme(session, himeji.id, actor=town, now=make.NOW)


def test_the_database_refuses_what_cannot_be(database: Database) -> None:
    with database.writing() as session:
        make_meeting(session)
    with pytest.raises(IntegrityError), database.writing() as session:
        session.execute(sa.update(Meeting).values(ends_at=Meeting.begins_at))
