"""What the pages of reviews show to whom, and what their forms do."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from talentpool import clock
from talentpool.accounts.models import User
from talentpool.candidates.models import Candidate
from talentpool.db import Database
from talentpool.permissions import Role
from talentpool.reviews.models import Kind, Review, ReviewSide
from talentpool.states import ReviewState
from talentpool.web.unit import TalentpoolFlask
from tests import factories as make
from tests.browsers import Browser, signed_in
from tests.counting import counted_queries
from tests.pages import version_in
from tests.reviews.made import make_reviews

Ids = dict[ReviewSide, int]
ANSWERS = {"first": "2", "second": "4", "third": "5", "overall": "3"}


@pytest.fixture
def ids(database: Database) -> Ids:
    with database.writing() as session:
        rows = make_reviews(session, Kind.END, now=clock.now())
        return {side: row.id for side, row in rows.items()}


def person_of(app: TalentpoolFlask, ids: Ids) -> Browser:
    with app.database.reading() as session:
        review = session.get_one(Review, ids[ReviewSide.PERSON])
        user = session.get_one(User, review.candidate.user_id)
    browser = Browser(app)
    browser.enter(user)
    return browser


def answer(browser: Browser, ident: int, text: str) -> None:
    path = f"/reviews/{ident}/answer"
    version = version_in(browser.get(path).text, path)
    sent = browser.post(path, version=version, comment=text, **ANSWERS)
    assert sent.status_code == 302, sent.text


def state(database: Database, ident: int) -> ReviewState:
    with database.reading() as session:
        return session.get_one(Review, ident).state


def test_both_sides_answer_and_only_then_read_each_other(
    app: TalentpoolFlask, database: Database, ids: Ids
) -> None:
    person, town = person_of(app, ids), signed_in(app, Role.MUNICIPALITY)
    own, theirs = ids[ReviewSide.PERSON], ids[ReviewSide.TOWN]
    assert f"/reviews/{own}/answer" in person.get("/home").text
    assert "回答を待っている振り返り" in town.get("/home").text
    answer(town, theirs, "市町の言葉")
    assert f"/reviews/{own}/answer" in person.get(f"/reviews/{own}").text
    for path in (f"/reviews/{theirs}", f"/reviews/{theirs}/answer"):
        assert person.get(path).status_code == 404
    assert "市町の言葉" not in person.get(f"/reviews/{own}").text
    assert "市町の言葉" in signed_in(app, Role.COORDINATOR).get(f"/reviews/{own}").text
    answer(person, own, "本人の言葉")
    for browser in (person, town):
        page = browser.get(f"/reviews/{theirs}").text
        assert "市町の言葉" in page
        assert "本人の言葉" in page
        assert "2 あまりそう思わない" in page
    assert person.get(f"/reviews/{own}/answer").location == f"/reviews/{own}"
    assert f"/reviews/{own}/answer" not in person.get("/home").text


def test_a_contest_waits_in_the_queue_and_is_decided(
    app: TalentpoolFlask, database: Database, ids: Ids
) -> None:
    person, town = person_of(app, ids), signed_in(app, Role.MUNICIPALITY)
    officer = signed_in(app, Role.COORDINATOR)
    theirs = ids[ReviewSide.TOWN]
    answer(town, theirs, "遅れた")
    answer(person, ids[ReviewSide.PERSON], "")
    page = f"/reviews/{theirs}"
    reply = version_in(person.get(page).text, f"{page}/reply")
    assert person.post(f"{page}/reply", version=reply, reply="延ばした").status_code == 302
    assert "延ばした" in town.get(page).text
    path = f"{page}/contest"
    assert path not in town.get(page).text
    version = version_in(person.get(page).text, path)
    assert person.post(path, version=version, comment="双方で決めた").status_code == 302
    assert "異議のある振り返り" in officer.get("/home").text
    assert page in officer.get("/reviews?state=contested").text
    path = f"{page}/void"
    version = version_in(officer.get(page).text, path)
    sent = officer.post(path, version=version, reason="disagrees", comment="記録にある")
    assert sent.status_code == 302
    assert state(database, theirs) is ReviewState.VOID
    late = officer.post(path, version=version, reason="disagrees", comment="もう一度")
    assert late.status_code == 409
    assert "もう一度" in late.text
    for browser in (person, town):
        assert "記録にある" in browser.get(page).text


def test_a_pulse_does_not_say_that_it_counts(app: TalentpoolFlask, database: Database) -> None:
    with database.writing() as session:
        rows = make_reviews(session, Kind.PULSE_30, now=clock.now())
        ids = {side: row.id for side, row in rows.items()}
    person, town = person_of(app, ids), signed_in(app, Role.MUNICIPALITY)
    for browser, side in ((town, ReviewSide.TOWN), (person, ReviewSide.PERSON)):
        answer(browser, ids[side], "")
    page = person.get(f"/reviews/{ids[ReviewSide.TOWN]}").text
    assert "異議を申し立てる" in page
    assert "活動の実績" not in page
    office, own = signed_in(app, Role.COORDINATOR), f"/reviews/{ids[ReviewSide.TOWN]}"
    for is_offered in (False, True):
        if is_offered:
            with database.writing() as session:
                session.execute(sa.update(Candidate).values(user_id=None))
        shown = office.get(own).text
        assert [f"{own}/{verb}" in shown for verb in ("contest", "reply")] == [is_offered] * 2


def test_the_engagement_shows_its_reviews_to_each_reader(
    app: TalentpoolFlask, database: Database, ids: Ids
) -> None:
    with database.reading() as session:
        ident = session.get_one(Review, ids[ReviewSide.PERSON]).engagement_id
    for browser in (
        person_of(app, ids),
        *(signed_in(app, role) for role in (Role.MUNICIPALITY, Role.COORDINATOR, Role.AUDITOR)),
    ):
        assert "終了の振り返り" in browser.get(f"/engagements/{ident}").text
    foreign = signed_in(app, Role.MUNICIPALITY, municipality_code=make.SAYO)
    for one in ids.values():
        assert foreign.get(f"/reviews/{one}").status_code == 404
    assert signed_in(app, Role.ADMIN).get("/reviews").status_code == 403


def test_the_list_has_the_rows_as_a_file_too_and_asks_few_questions(
    app: TalentpoolFlask, database: Database, ids: Ids
) -> None:
    officer = signed_in(app, Role.COORDINATOR)
    page = officer.get("/reviews")
    assert page.text.count("<tr>") == 3  # a head and both sides
    with database.reading() as session:
        name = session.get_one(Review, ids[ReviewSide.PERSON]).candidate.name
    file = officer.get("/reviews?side=town&format=csv&purpose=確認")
    assert file.data.decode("utf-8").count(name) == 1
    with counted_queries(database) as few:
        officer.get("/reviews")
    with database.writing() as session:
        for _ in range(5):
            make_reviews(session, Kind.END, now=clock.now())
    officer.get("/reviews")  # the first look at a person leaves a line
    with counted_queries(database) as more:
        officer.get("/reviews")
    assert len(more) == len(few) <= 15


def test_an_overdue_answer_waits_in_the_queue_of_the_prefecture(
    app: TalentpoolFlask, database: Database, ids: Ids
) -> None:
    officer = signed_in(app, Role.COORDINATOR)
    assert "期限を過ぎた振り返り" not in officer.get("/home").text
    with database.writing() as session:
        session.execute(sa.update(Review).values(due_on=sa.text("'2020-01-01'")))
    assert "期限を過ぎた振り返り" in officer.get("/home").text
