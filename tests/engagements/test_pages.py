"""What the pages of engagements show to whom, and what their forms do."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from talentpool import clock, dates
from talentpool.accounts.models import User
from talentpool.db import Database
from talentpool.engagements.models import Engagement, Part, Place, WorkDay, WorkLog
from talentpool.permissions import Role
from talentpool.states import EngagementState, WorkLogState
from talentpool.web.unit import TalentpoolFlask
from tests.browsers import Browser, signed_in
from tests.counting import counted_queries
from tests.pages import version_in

from .. import factories as make

VERSION = r'name="version" value="([^"]+)"'
TODAY = dates.local_date(make.NOW)
MONTH = dates.month_of(TODAY)


@pytest.fixture
def log(database: Database) -> WorkLog:
    """Sent and not signed, of the month of today."""
    with database.writing() as session:
        made = make.make_sent_log(session, make.make_candidate(session))
        made.days = [WorkDay(day=dates.first_day(MONTH), part=Part.DAY, place=Place.ONLINE)]
        session.flush()
        session.refresh(made)
        _ = made.engagement.candidate.name
        return made


def _person(app: TalentpoolFlask, engagement: Engagement) -> Browser:
    with app.database.reading() as session:
        user = session.get_one(User, engagement.candidate.user_id)
    browser = Browser(app)
    browser.enter(user)
    return browser


def _state(database: Database, log: WorkLog) -> WorkLogState:
    with database.reading() as session:
        return session.get_one(WorkLog, log.id).state


def test_each_reader_finds_the_engagement_in_their_list(app: TalentpoolFlask, log: WorkLog) -> None:
    page = f"/engagements/{log.engagement_id}"
    name = log.engagement.candidate.name
    for role in (Role.MUNICIPALITY, Role.COORDINATOR, Role.APPROVER, Role.AUDITOR):
        browser = signed_in(app, role)
        assert f'href="{page}"' in browser.get("/engagements").text
        shown = browser.get(page).text
        assert name in shown
        assert ("推薦を見る" in shown) == (role is not Role.MUNICIPALITY)
    shown = _person(app, log.engagement).get(page).text
    assert "終了を決める" in shown
    assert signed_in(app, Role.ADMIN).get("/engagements").status_code == 403
    foreign = signed_in(app, Role.MUNICIPALITY, municipality_code=make.SAYO)
    assert foreign.get(page).status_code == 404
    assert f'href="{page}"' not in foreign.get("/engagements?state=all").text


def test_a_town_signs_and_the_month_is_closed(
    app: TalentpoolFlask, database: Database, log: WorkLog
) -> None:
    page = f"/engagements/{log.engagement_id}/logs/{dates.month_text(MONTH)}"
    town = signed_in(app, Role.MUNICIPALITY)
    path = f"/work_logs/{log.id}/sign"
    version = version_in(town.get(page).text, path)
    assert town.post(path, version=version).status_code == 302
    assert _state(database, log) is WorkLogState.CLOSED
    late = town.post(
        path.replace("sign", "return"), version=version, reason="days", comment="6日は休み"
    )
    assert late.status_code == 409
    assert "6日は休み" in late.text  # nothing typed is lost
    written = _person(app, log.engagement).get(page).text
    assert "確認済み" in written
    assert 'name="days"' not in written


def test_a_person_writes_a_month_again_until_it_is_signed(
    app: TalentpoolFlask, database: Database, log: WorkLog
) -> None:
    page = f"/engagements/{log.engagement_id}/logs/{dates.month_text(MONTH)}"
    person = _person(app, log.engagement)
    form = person.get(page).text
    assert 'id="day-1" name="days" value="1" checked' in form
    version = re.search(VERSION, form)
    assert version is not None
    sent = {
        "days": ["1"],
        "part_1": "morning",
        "place_1": "on_site",
        "text": "研修の準備",
        "theme": "bpr",
    }
    assert person.post(page, version=version[1], submit="1", **sent).status_code == 302
    with database.reading() as session:
        rows = session.scalars(sa.select(WorkDay)).all()
        assert [(row.part, row.place) for row in rows] == [(Part.MORNING, Place.ON_SITE)]
    late = person.post(page, version=version[1], submit="1", **(sent | {"text": "書き直し"}))
    assert late.status_code == 409, late.text
    assert 'value="書き直し"' in late.text


def test_what_was_typed_stays_in_a_refused_log(app: TalentpoolFlask, log: WorkLog) -> None:
    page = f"/engagements/{log.engagement_id}/logs/{dates.month_text(MONTH)}"
    person = _person(app, log.engagement)
    version = re.search(VERSION, person.get(page).text)
    assert version is not None
    answer = person.post(
        page, version=version[1], submit="1", days=["1"], part_1="day", remark="来月は2日に"
    )
    assert answer.status_code == 422
    for kept in ('value="1" checked', 'value="day" checked', "来月は2日に</textarea>"):
        assert kept in answer.text


def test_the_month_before_fills_a_new_one_when_asked(
    app: TalentpoolFlask, database: Database
) -> None:
    before = dates.first_day(MONTH - 1)
    with database.writing() as session:
        person = make.make_candidate(session, first_month=MONTH - 1, last_month=MONTH)
        need = make.make_need(session, first_month=MONTH - 1, last_month=MONTH)
        engagement = make.make_engagement(session, need=need, candidate=person)
        session.add(
            WorkLog(
                engagement_id=engagement.id, prefecture_code=make.HYOGO, candidate_id=person.id,
                municipality_code=need.municipality_code, month=MONTH - 1, text="聞き取り", theme="bpr",
                sent_at=clock.now(), state=WorkLogState.DRAFT, created_at=clock.now(),
                days=[WorkDay(day=before, part=Part.DAY, place=Place.ONLINE)],
            )
        )  # fmt: skip
        session.flush()
        _ = engagement.candidate
    browser = _person(app, engagement)
    page = f"/engagements/{engagement.id}/logs/{dates.month_text(MONTH)}"
    blank = browser.get(page).text
    assert "先月と同じ" in blank
    assert " checked" not in blank
    first = dates.first_day(MONTH)
    same = first + timedelta(days=(before.weekday() - first.weekday()) % 7)
    filled = browser.get(f"{page}?as=before").text
    assert (f'value="{same.day}" checked' in filled) == (same <= TODAY)
    assert "先月：聞き取り" in filled
    assert 'value="聞き取り"' not in filled  # what was done is not guessed
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count(WorkLog.id))) == 1  # looking stores nothing


@pytest.mark.parametrize("month", ["2027-13", "nothing", "27-4", "2027-4", "1999-01", "9999-01"])
def test_a_month_that_is_none_of_the_engagement_is_not_found(
    app: TalentpoolFlask, log: WorkLog, month: str
) -> None:
    person = _person(app, log.engagement)
    assert person.get(f"/engagements/{log.engagement_id}/logs/{month}").status_code == 404


def test_a_draft_is_only_its_writers(
    app: TalentpoolFlask, database: Database, log: WorkLog
) -> None:
    with database.writing() as session:
        session.get_one(WorkLog, log.id).state = WorkLogState.DRAFT
    page = f"/engagements/{log.engagement_id}/logs/{dates.month_text(MONTH)}"
    for role, verb in (
        (Role.MUNICIPALITY, "sign"),
        (Role.COORDINATOR, "reopen"),
        (Role.AUDITOR, "sign"),
    ):
        browser = signed_in(app, role)
        assert browser.get(page).status_code == 404
        refused = browser.post(f"/work_logs/{log.id}/{verb}", version="1", reason="days")
        assert refused.status_code in {403, 404}
        assert "手順の聞き取り" not in browser.get(f"/engagements/{log.engagement_id}").text
    assert "手順の聞き取り" in _person(app, log.engagement).get(page).text


def test_an_end_says_who_is_told_and_frees_what_follows(
    app: TalentpoolFlask, database: Database
) -> None:
    with database.writing() as session:
        person = make.make_candidate(session, first_month=MONTH, last_month=MONTH + 3)
        need = make.make_need(session, first_month=MONTH, last_month=MONTH + 3)
        engagement = make.make_engagement(session, need=need, candidate=person)
        ident = engagement.id
    office, page = signed_in(app, Role.COORDINATOR), f"/engagements/{ident}/end"
    last = dates.last_day(MONTH + 1)
    form = office.get(f"{page}?last_day={last.isoformat()}").text
    assert "登録者本人" in form
    version = re.search(VERSION, form)
    assert version is not None
    day = last.isoformat()
    sent = {"version": version[1], "last_day": day, "seen": day, "reason": "budget"}
    assert office.post(page, **sent).status_code == 302
    shown = office.get(f"/engagements/{ident}").text
    assert "予算の都合" in shown
    late = office.post(page, **(sent | {"comment": "予算の見直し"}))
    assert late.status_code == 409
    assert "予算の見直し" in late.text
    with database.reading() as session:
        row = session.get_one(Engagement, ident)
        assert (row.state, row.last_day) == (EngagementState.ACTIVE, last)


@pytest.mark.parametrize("role", [Role.MUNICIPALITY, Role.COORDINATOR])
def test_pages_take_few_queries(app: TalentpoolFlask, log: WorkLog, role: Role) -> None:
    browser = signed_in(app, role)
    for page in ("/engagements", f"/engagements/{log.engagement_id}"):
        browser.get(page)
        with counted_queries(app.database) as seen:
            assert browser.get(page).status_code == 200
        assert len(seen) <= 18, "\n".join(seen)
