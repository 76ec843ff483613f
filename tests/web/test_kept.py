"""What is typed survives the end of the session, for whoever typed it and for nobody else."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import partial

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from wtforms import PasswordField

from talentpool import clock
from talentpool.accounts.keeping import KeptForms, prune
from talentpool.accounts.models import KeptForm, User, WebSession
from talentpool.needs.models import Need
from talentpool.permissions import Role
from talentpool.web.forms import Form
from talentpool.web.kept import FLAG, PASSWORDS
from talentpool.web.unit import TalentpoolFlask
from tests.browsers import Browser, stored_user
from tests.factories import PASSWORD
from tests.placements.test_races import at_once

KOBE = "281000"
TITLE = "窓口の待ち時間を半分にしたい"


@pytest.fixture
def officer(app: TalentpoolFlask) -> User:
    return stored_user(app.database, Role.MUNICIPALITY, municipality_code=KOBE)


@pytest.fixture
def browser(app: TalentpoolFlask, officer: User) -> Browser:
    browser = Browser(app)
    browser.sign_in(officer)
    return browser


def go_away(app: TalentpoolFlask, **ago: float) -> None:
    """As if nobody had touched any browser for so long."""
    then = clock.now() - timedelta(**(ago or {"minutes": 31}))
    with app.database.writing() as session:
        session.execute(sa.update(WebSession).values(seen_at=then))


def kept(app: TalentpoolFlask) -> list[KeptForm]:
    with app.database.reading() as session:
        return list(session.scalars(sa.select(KeptForm)))


def send_need(browser: Browser, token: str, **more: object) -> object:
    fields = {
        "csrf_token": token,
        "title": TITLE,
        "outcome_wanted": "一行目\n二行目",
        "password": "x",
    }
    return browser.client.post("/needs/new", data={**fields, **more})


def test_a_form_sent_after_the_session_was_over_comes_back(
    app: TalentpoolFlask, browser: Browser, officer: User
) -> None:
    token = browser.token()
    go_away(app)
    answer = send_need(browser, token)
    assert answer.location == "/signin?next=/needs/new"
    assert "預かっていて" in browser.get(answer.location).text
    entered = browser.post(answer.location, email=officer.email, password=PASSWORD)
    assert entered.location == "/needs/new"
    page = browser.get("/needs/new").text
    assert TITLE in page
    assert "一行目\n二行目" in page
    assert "まだ保存されていません" in page
    assert TITLE not in browser.get("/needs/new").text  # once
    assert kept(app) == []
    with app.database.reading() as session:
        assert session.scalar(sa.select(sa.func.count(Need.id))) == 0


def test_a_refused_form_makes_no_promise_to_who_signs_in(
    app: TalentpoolFlask, browser: Browser, officer: User
) -> None:
    """It is found by its address; no page has to look for it, and signing in brings nothing back."""
    assert browser.post("/needs/new", title=TITLE, seats="?").status_code == 422
    go_away(app)
    assert "預かっていて" not in browser.get("/signin").text
    browser.sign_in(officer)
    with app.database.reading() as session:
        own = sa.select(WebSession.content).where(WebSession.user_id == officer.id)
        flags = [FLAG in content for content in session.scalars(own)]
    assert flags == [False, False]  # of the session that is over and of the new one
    assert len(kept(app)) == 1


def test_what_is_kept_is_encrypted_and_holds_no_password(
    app: TalentpoolFlask, browser: Browser
) -> None:
    token = browser.token()
    go_away(app)
    send_need(browser, token, present="geheim", repeated="geheim")
    with app.database.reading() as session:
        raw = session.execute(sa.text("SELECT typed FROM kept_form")).scalar_one()
    assert TITLE.encode() not in bytes(raw)
    (row,) = kept(app)
    assert TITLE in row.typed
    assert "geheim" not in row.typed
    assert token not in row.typed


def test_every_password_field_is_known_by_its_name() -> None:
    def classes(base: type[Form]) -> list[type[Form]]:
        return [base, *(deeper for one in base.__subclasses__() for deeper in classes(one))]

    names = {
        name
        for one in classes(Form)
        for name in dir(one)
        if getattr(getattr(one, name), "field_class", None) is PasswordField
    }
    assert names == PASSWORDS


def test_nothing_is_kept_for_an_unknown_cookie_or_a_signed_out_one(
    app: TalentpoolFlask, browser: Browser, officer: User
) -> None:
    token = browser.token()
    stranger = Browser(app)
    stranger.take_cookie("a" * 43)
    send_need(stranger, token)
    browser.post("/signout")
    send_need(browser, token)
    assert kept(app) == []


def test_nothing_is_kept_without_the_token_of_that_session(
    app: TalentpoolFlask, browser: Browser
) -> None:
    foreign = Browser(app).token()
    go_away(app)
    send_need(browser, foreign)
    send_need(browser, "")
    assert kept(app) == []


def test_nothing_is_kept_for_an_account_that_was_closed_or_changed(
    app: TalentpoolFlask, browser: Browser, officer: User
) -> None:
    token = browser.token()
    go_away(app)
    with app.database.writing() as session:
        session.execute(sa.update(User).values(password_hash="other"))
    send_need(browser, token)
    with app.database.writing() as session:
        session.execute(sa.update(User).values(disabled_at=clock.now()))
    send_need(browser, token)
    assert kept(app) == []


def test_another_account_on_the_same_browser_is_given_nothing(
    app: TalentpoolFlask, browser: Browser
) -> None:
    token = browser.token()
    go_away(app)
    send_need(browser, token)
    other = stored_user(app.database, Role.MUNICIPALITY, municipality_code=KOBE)
    browser.sign_in(other)
    assert TITLE not in browser.get("/needs/new").text
    assert len(kept(app)) == 1


def test_at_most_five_pages_a_day_and_one_mebibyte(app: TalentpoolFlask, officer: User) -> None:
    store, now = KeptForms(app.database), clock.now()
    for number in range(8):
        store.keep(officer.id, f"/needs/{number}/edit", [("title", "x")], now=now)
    assert [row.page for row in kept(app)] == [f"/needs/{n}/edit" for n in range(3, 8)]
    store.keep(officer.id, "/needs/5/edit", [("title", "y")], now=now)
    assert len(kept(app)) == 5
    tomorrow = now + timedelta(days=1, seconds=1)
    assert store.take(officer.id, "/needs/5/edit", now=tomorrow) is None
    with app.database.writing() as session:
        prune(session, now=tomorrow)
    assert kept(app) == []


def test_one_page_sent_from_many_browsers_at_once_is_kept_once(
    app: TalentpoolFlask, officer: User
) -> None:
    store, now, page = KeptForms(app.database), clock.now(), "/needs/new"

    at_once([partial(store.keep, officer.id, page, [("title", "x")], now=now) for _ in range(8)])
    assert [row.page for row in kept(app)] == [page]
    assert store.take(officer.id, page, now=now) == [("title", "x")]


def test_a_form_that_is_too_long_is_not_kept(app: TalentpoolFlask, browser: Browser) -> None:
    token = browser.token()
    go_away(app)
    send_need(browser, token, background="x" * (1024 * 1024))
    assert kept(app) == []


def test_the_page_warns_before_its_session_is_over(browser: Browser) -> None:
    found = re.search(r'data-ends="(\d+)"', browser.get("/needs/new").text)
    assert found is not None
    assert 1700 < int(found[1]) <= 1800


def test_a_form_that_was_accepted_says_so_when_its_copy_cannot_be_dropped(
    app: TalentpoolFlask, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = browser.token()
    refused = browser.client.post(
        "/needs/new", data={"csrf_token": token, "title": TITLE, "noscript": ""}
    )

    def lose_the_database(*_: object) -> None:
        raise OperationalError("DELETE", None, Exception("gone"))

    monkeypatch.setattr(KeptForms, "drop", lose_the_database)
    form = {"csrf_token": token, "title": TITLE, "save": ""}
    answer = browser.client.post(refused.location, data=form)
    assert answer.status_code == 302
    assert TITLE in browser.get(answer.location).text
