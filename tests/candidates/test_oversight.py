"""What auditors learn of views: what one officer saw, who saw one person, and whom an officer did nothing for."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from talentpool import clock
from talentpool.accounts.models import User
from talentpool.audit import Deed, record, seal
from talentpool.candidates import oversight
from talentpool.candidates.models import ProfileView
from talentpool.candidates.oversight import Period
from talentpool.candidates.viewing import EXPORT, LIST, PROFILE, record_views
from talentpool.dates import local_date
from talentpool.db import Session
from talentpool.permissions import Actor, Role
from talentpool.states import PlacementState
from talentpool.web.unit import TalentpoolFlask

from .. import factories as make
from ..browsers import Browser, signed_in

AUDITOR = Actor(None, Role.AUDITOR, make.HYOGO)
DAY = timedelta(days=1)


def test_what_an_officer_saw_is_counted_by_day_and_purpose(session: Session) -> None:
    officer = make.make_user(session, Role.COORDINATOR)
    other = make.make_user(session, Role.COORDINATOR)
    people = [make.make_candidate(session) for _ in range(3)]
    now = make.NOW
    record_views(session, officer.actor, [p.id for p in people], LIST, now=now)
    record_views(session, officer.actor, [people[0].id], PROFILE, now=now - DAY)
    record_views(session, officer.actor, [people[1].id], EXPORT, now=now - 40 * DAY)
    record_views(session, other.actor, [people[2].id], PROFILE, now=now)
    today = local_date(now)
    sight = oversight.sum_up(session, AUDITOR, officer.id, Period.of(None, None, today=today))
    assert (sight.views, sight.people) == (4, 3)
    assert sight.by_purpose == {LIST: 3, PROFILE: 1}
    assert len(sight.by_day) == oversight.USUAL
    assert dict(sight.by_day)[today] == 3
    assert dict(sight.by_day)[today - DAY] == 1
    assert sum(count for _, count in sight.by_day) == sight.views


def test_who_was_opened_without_any_deed_is_named(session: Session) -> None:
    officer = make.make_user(session, Role.COORDINATOR)
    strange, listed, proposed = (make.make_candidate(session) for _ in range(3))
    now = make.NOW
    for person in (strange, proposed):
        record_views(session, officer.actor, [person.id], PROFILE, now=now)
    record_views(session, officer.actor, [listed.id], LIST, now=now)
    row = make.make_placement(
        session, make.make_need(session), proposed, state=PlacementState.SUGGESTED
    )
    record(session, Deed.PLACEMENT_SUGGEST, row, actor=officer.actor, now=now)
    seal(session)
    period = Period.of(None, None, today=local_date(now))
    (found,) = oversight.sum_up(session, AUDITOR, officer.id, period).strangers
    assert (found.code, found.times) == (strange.code, 1)


def test_another_prefecture_sees_nothing(session: Session) -> None:
    officer = make.make_user(session, Role.COORDINATOR)
    person = make.make_candidate(session)
    record_views(session, officer.actor, [person.id], PROFILE, now=make.NOW)
    period = Period.of(None, None, today=local_date(make.NOW))
    stranger = Actor(None, Role.AUDITOR, make.OSAKA)
    assert oversight.sum_up(session, stranger, officer.id, period).views == 0
    assert oversight.list_looks(session, stranger, person.code, period) == []
    assert len(oversight.list_looks(session, AUDITOR, person.code, period)) == 1


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (None, None, (date(2026, 11, 17), date(2026, 11, 30))),
        (date(2026, 12, 24), None, (date(2026, 12, 24), date(2026, 12, 24))),
        (date(2026, 11, 20), date(2026, 11, 10), (date(2026, 11, 10), date(2026, 11, 10))),
        (date(1900, 1, 1), date(2026, 11, 30), (date(2025, 11, 30), date(2026, 11, 30))),
    ],
)
def test_a_period_is_bounded_and_never_backwards(
    first: date | None, last: date | None, expected: tuple[date, date]
) -> None:
    found = Period.of(first, last, today=date(2026, 11, 30))
    assert (found.first, found.last) == expected


def test_the_page_answers_for_an_officer_and_for_a_person(app: TalentpoolFlask) -> None:
    with app.database.writing() as session:
        person = make.make_candidate(session)
        officer = make.make_user(session, Role.COORDINATOR)
    coordinator, auditor = Browser(app), signed_in(app, Role.AUDITOR)
    coordinator.enter(officer)
    coordinator.get(f"/candidates/{person.id}")
    assert "職員か、登録者の番号を選んでください。" in auditor.get("/oversight").text
    told = auditor.get(f"/oversight?officer={officer.id}").text
    assert f"{officer.display_name}が見た登録者" in told
    assert "1名を1回見ました。" in told
    assert person.code in told.split("手続きをしていない人の登録情報 1名")[1]
    assert person.name not in told
    number = person.code.removeprefix("C-").lstrip("0")
    seen = auditor.get(f"/oversight?person=c{number}").text
    assert f"{person.code}を見た人 1回" in seen
    assert officer.display_name in seen
    with app.database.reading() as session:
        assert {row.viewer_id for row in session.query(ProfileView)} == {officer.id}


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("officer=1&last_on=9999-12-31", 200), ("last_on=0001-01-05&officer=1", 200),
        ("first_on=9999-12-31&officer=1", 200), ("person=abc", 422), ("first_on=2026-13-01", 422), ("officer=999999", 200), ("person=C-999999", 200),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_asked_for_again(
    app: TalentpoolFlask, query: str, status: int
) -> None:
    assert signed_in(app, Role.AUDITOR).get(f"/oversight?{query}").status_code == status


def test_it_is_for_auditors_alone(app: TalentpoolFlask) -> None:
    for role in (Role.COORDINATOR, Role.APPROVER, Role.ADMIN, Role.MUNICIPALITY, Role.CANDIDATE):
        assert signed_in(app, role).get("/oversight").status_code == 403


def test_the_person_reads_the_same_log_in_words(app: TalentpoolFlask) -> None:
    now = clock.now()
    with app.database.writing() as session:
        person = make.make_candidate(session)
        officer = make.make_user(session, Role.COORDINATOR)
        town = make.make_user(session, Role.MUNICIPALITY, municipality_code=make.SAYO)
        record_views(session, officer.actor, [person.id], PROFILE, now=now)
        record_views(session, officer.actor, [person.id], LIST, now=now - 2 * DAY)
        record_views(session, town.actor, [person.id], PROFILE, now=now - 60 * DAY)
    with app.database.reading() as session:
        own = Browser(app)
        own.enter(session.get_one(User, person.user_id))
    page = own.get("/views").text
    assert "この30日に、県の職員1名が、あなたの情報を2回見ました。" in page
    assert page.count("見たもの：登録情報") == 2
    assert page.count("見たもの：一覧などの氏名") == 1
    assert officer.display_name in page
    of_town = own.get("/views?who=town").text
    assert "佐用町" in of_town
    assert "見たもの：一覧などの氏名" not in of_town
    assert own.get("/views?who=nonsense").text.count("見たもの：") == 3
