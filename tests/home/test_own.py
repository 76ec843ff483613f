"""Home of a person: the offer that waits, the months, the engagements, and what happened lately."""

from __future__ import annotations

from datetime import timedelta

from talentpool import clock, dates
from talentpool.accounts.models import User
from talentpool.candidates.models import Candidate
from talentpool.db import Database
from talentpool.permissions import Role
from talentpool.states import PlacementState
from talentpool.web.unit import TalentpoolFlask
from tests import factories as make
from tests.browsers import Browser, signed_in
from tests.counting import counted_queries


def enter(app: TalentpoolFlask, database: Database, person: Candidate) -> Browser:
    with database.reading() as session:
        user = session.get_one(User, person.user_id)
    browser = Browser(app)
    browser.sign_in(user)
    return browser


def test_the_nearest_deadline_is_the_card_and_others_are_named(
    app: TalentpoolFlask, database: Database
) -> None:
    now = clock.now()
    with database.writing() as session:
        person = make.make_candidate(session, now=now)
        for town, days in ((make.ASAGO, 6), (make.SAYO, 2)):
            need = make.make_need(session, municipality_code=town, half_days=2)
            make.make_placement(
                session, need, person, state=PlacementState.OFFERED,
                offer_until=now + timedelta(days=days),
            )  # fmt: skip
    page = enter(app, database, person).get("/home").text
    assert "佐用町から打診が届いています" in page
    assert "朝来市からも打診が届いています" in page
    assert page.count("内容を見て返事をする") == 1
    assert "佐用町にお名前は伝わりません。" in page


def test_free_half_days_and_engagements_are_facts(app: TalentpoolFlask, database: Database) -> None:
    this_month = dates.month_of(dates.local_date(clock.now()))
    with database.writing() as session:
        person = make.make_candidate(session, first_month=this_month, last_month=this_month + 5)
        need = make.make_need(
            session, municipality_code=make.SAYO, first_month=this_month,
            last_month=this_month + 1, half_days=3,
        )  # fmt: skip
        make.make_placement(session, need, person, state=PlacementState.CONFIRMED)
        name = person.name
    page = enter(app, database, person).get("/home").text
    assert f"<h1>{name}さん</h1>" in page
    facts = page.partition('class="facts-list"')[2].partition("</dl>")[0]
    assert facts.count("<strong>5コマ</strong>") == 2
    assert "佐用町</a> 月3コマ" in facts


def test_what_happened_lately_names_every_look_of_a_day_once(
    app: TalentpoolFlask, database: Database
) -> None:
    with database.writing() as session:
        person = make.make_candidate(session)
    office = signed_in(app, Role.COORDINATOR)
    for _ in range(2):
        office.get(f"/candidates/{person.id}")
    page = enter(app, database, person).get("/home").text
    assert page.count("県担当者が登録情報を見ました") == 1


def test_home_of_a_busy_person_takes_few_queries(app: TalentpoolFlask, database: Database) -> None:
    with database.writing() as session:
        person = make.make_candidate(session)
        for _ in range(6):
            need = make.make_need(session, half_days=1)
            make.make_placement(session, need, person, state=PlacementState.CONFIRMED)
    browser = enter(app, database, person)
    with counted_queries(database) as seen:
        assert browser.get("/home").status_code == 200
    assert len(seen) <= 18, seen  # one for each thing that can wait
