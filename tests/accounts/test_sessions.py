from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from itsdangerous import URLSafeSerializer

from talentpool.accounts import directory, service
from talentpool.accounts.models import User, WebSession
from talentpool.accounts.sessions import SignedIn
from talentpool.db import Database
from talentpool.permissions import SYSTEM, Role
from talentpool.web.sessions import DatabaseSessions
from talentpool.web.unit import TalentpoolFlask
from tests.browsers import Browser, signed_in, stored_user
from tests.factories import NOW, PASSWORD, SAYO

NEW_PASSWORD = "a completely new phrase"


@pytest.fixture
def browser(app: TalentpoolFlask) -> Browser:
    browser = Browser(app)
    browser.sign_in(stored_user(app.database, Role.COORDINATOR))
    return browser


def is_signed_in(browser: Browser) -> bool:
    return browser.get("/account").status_code == 200


def only_user(database: Database) -> User:
    with database.reading() as session:
        return session.scalars(sa.select(User)).one()


def set_clock(app: TalentpoolFlask, **since: float) -> None:
    """Move the clock of the session interface forward by `since`."""
    sessions = app.session_interface
    assert isinstance(sessions, DatabaseSessions)
    then = sessions.now() + timedelta(**since)
    sessions.now = lambda: then


def test_a_copied_cookie_stops_working_at_sign_out(app: TalentpoolFlask, browser: Browser) -> None:
    thief = Browser(app)
    thief.take_cookie(browser.cookie or "")
    assert is_signed_in(thief)
    assert browser.post("/signout").status_code == 302
    assert not is_signed_in(thief)
    assert not is_signed_in(browser)


def test_the_secret_of_the_cookie_is_not_in_the_database(
    database: Database, browser: Browser
) -> None:
    assert len(browser.cookie or "") == 43
    with database.reading() as session:
        rows = session.execute(sa.select(WebSession)).scalars().all()
    assert [row.user_id for row in rows] == [only_user(database).id]
    assert all(str(browser.cookie) not in f"{row.token_hash} {row.content}" for row in rows)


def test_a_session_fixed_before_sign_in_is_never_signed_in(
    app: TalentpoolFlask,
) -> None:
    user = stored_user(app.database, Role.COORDINATOR)
    victim, attacker = Browser(app), Browser(app)
    victim.get("/signin")
    attacker.take_cookie(victim.cookie or "")
    before = victim.cookie
    victim.sign_in(user)
    assert victim.cookie != before
    assert is_signed_in(victim)
    assert not is_signed_in(attacker)


def test_an_invented_cookie_is_not_adopted(app: TalentpoolFlask) -> None:
    browser = Browser(app)
    browser.take_cookie("chosen-by-somebody-else")
    browser.get("/signin")
    assert browser.cookie != "chosen-by-somebody-else"


def _rows(database: Database) -> int:
    with database.reading() as session:
        return session.scalars(sa.select(sa.func.count()).select_from(WebSession)).one()


def test_a_visitor_leaves_no_session_behind(app: TalentpoolFlask, database: Database) -> None:
    visitor = Browser(app)
    paths = [rule.rule for rule in app.url_map.iter_rules() if not rule.arguments]
    for path in [*paths, "/nowhere"]:
        visitor.get(path)
    assert visitor.post("/signin", email="nobody@example.jp", password="x").status_code == 422
    assert visitor.post("/reset", email="nobody@example.jp").status_code == 302
    assert visitor.post("/signout").status_code == 302
    assert _rows(database) == 0


def test_who_signs_out_is_told_so_and_leaves_no_session_behind(
    database: Database, browser: Browser
) -> None:
    browser.post("/signout")
    assert _rows(database) == 0
    assert "ログアウトしました" in browser.get("/signin").text
    assert "ログアウトしました" not in browser.get("/signin").text


def test_a_visitor_is_nobody_whatever_the_cookie_says(app: TalentpoolFlask) -> None:
    user = stored_user(app.database, Role.COORDINATOR)
    sessions = app.session_interface
    assert isinstance(sessions, DatabaseSessions)
    claims = {"_user_id": SignedIn.of(user).get_id(), "_fresh": True}
    ends = (NOW + timedelta(days=1)).timestamp()
    visitor = Browser(app)
    for value in (
        sessions.visits.dumps([ends, claims]),  # even signed
        URLSafeSerializer("another key", salt="visit").dumps([ends, claims]),
        "no.signature",
        ".",
    ):
        visitor.take_cookie(str(value))
        assert not is_signed_in(visitor)
        assert not is_signed_in(visitor)


def test_the_token_of_a_visitor_lasts_for_twelve_hours(app: TalentpoolFlask) -> None:
    visitor = Browser(app)
    token = visitor.token()
    form = {"csrf_token": token, "email": "nobody@example.jp", "password": "x"}
    set_clock(app, hours=11)
    assert visitor.client.post("/signin", data=form).status_code == 422
    set_clock(app, hours=13)
    assert visitor.client.post("/signin", data=form).status_code == 403


def test_thirty_idle_minutes_end_the_session(app: TalentpoolFlask, browser: Browser) -> None:
    set_clock(app, minutes=29)
    assert is_signed_in(browser)
    set_clock(app, minutes=29)
    assert is_signed_in(browser)
    set_clock(app, minutes=30)
    assert not is_signed_in(browser)


def test_twelve_hours_end_even_an_active_session(app: TalentpoolFlask, browser: Browser) -> None:
    for _ in range(28):
        set_clock(app, minutes=25)
        assert is_signed_in(browser)
    set_clock(app, minutes=25)
    assert not is_signed_in(browser)


def test_an_unchanged_session_is_marked_as_seen_at_most_once_a_minute(
    app: TalentpoolFlask, database: Database, browser: Browser
) -> None:
    def seen() -> list[object]:
        with database.reading() as session:
            return list(session.scalars(sa.select(WebSession.seen_at)))

    browser.get("/account")
    first = seen()
    set_clock(app, seconds=50)
    browser.get("/account")
    assert seen() == first
    set_clock(app, seconds=20)
    browser.get("/account")
    assert seen() != first


def test_a_new_session_deletes_rows_a_day_past_their_end(
    app: TalentpoolFlask, database: Database
) -> None:
    signed_in(app, Role.COORDINATOR)
    set_clock(app, days=1, minutes=31)
    signed_in(app, Role.APPROVER)
    assert _rows(database) == 1


def test_a_disabled_account_is_signed_out_at_once(database: Database, browser: Browser) -> None:
    with database.writing() as session:
        user = session.get_one(User, only_user(database).id)
        service.disable_user(session, user, actor=SYSTEM, now=NOW)
    assert not is_signed_in(browser)
    assert browser.sign_in(user).status_code == 422


def test_a_change_of_role_ends_every_session(database: Database, browser: Browser) -> None:
    with database.writing() as session:
        user = session.get_one(User, only_user(database).id)
        service.change_role(session, user, Role.APPROVER, actor=SYSTEM, now=NOW)
    assert not is_signed_in(browser)


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(
    app: TalentpoolFlask, browser: Browser
) -> None:
    other = Browser(app)
    other.sign_in(only_user(app.database))
    before = browser.cookie
    answer = browser.post(
        "/account", present=PASSWORD, password=NEW_PASSWORD, repeated=NEW_PASSWORD
    )
    assert answer.status_code == 302, answer.text
    assert browser.cookie != before
    assert is_signed_in(browser)
    assert not is_signed_in(other)


def test_a_session_begun_with_the_old_password_ends_with_it(
    app: TalentpoolFlask, browser: Browser
) -> None:
    """The row may be inserted just after the change deleted all rows, so it names the password it began with."""
    with app.database.writing() as session:
        user = session.get_one(User, only_user(app.database).id)
        user.password_hash = service.hash_password(session, NEW_PASSWORD, email=user.email)
    assert not is_signed_in(browser)


def test_a_change_of_town_ends_the_session(app: TalentpoolFlask) -> None:
    browser = signed_in(app, Role.MUNICIPALITY)
    with app.database.writing() as session:
        user = session.scalars(sa.select(User).where(User.role == Role.MUNICIPALITY)).one()
        user.municipality_code = SAYO
    assert not is_signed_in(browser)


def test_over_https_the_cookie_is_secure_and_bound_to_the_host(
    app: TalentpoolFlask, monkeypatch: pytest.MonkeyPatch
) -> None:
    sessions = app.session_interface
    assert isinstance(sessions, DatabaseSessions)
    secure = DatabaseSessions(sessions.store, "s" * 32, is_secure=True, now=sessions.now)
    monkeypatch.setattr(app, "session_interface", secure)
    cookie = app.test_client().get("/signin", base_url="https://localhost").headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=")
    for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert part in cookie
    assert "Domain" not in cookie


def test_a_post_without_the_token_is_refused_with_a_page(browser: Browser) -> None:
    answer = browser.client.post("/signout")
    assert answer.status_code == 403
    assert "有効期限" in answer.text
    assert is_signed_in(browser)


def test_the_token_of_another_session_is_refused(app: TalentpoolFlask, browser: Browser) -> None:
    foreign = Browser(app).token()
    assert browser.client.post("/signout", data={"csrf_token": foreign}).status_code == 403


def test_eight_browsers_of_one_account_sign_in_at_the_same_moment(app: TalentpoolFlask) -> None:
    user = stored_user(app.database, Role.COORDINATOR)
    browsers = [Browser(app) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda browser: browser.sign_in(user).status_code, browsers))
    assert answers == [302] * 8
    assert all(map(is_signed_in, browsers))


def test_the_last_sign_in_is_shown(
    app: TalentpoolFlask, database: Database, browser: Browser
) -> None:
    Browser(app).sign_in(only_user(database))
    user = only_user(database)
    assert user.previous_sign_in_at is not None
    assert user.last_sign_in_at is not None
    assert user.previous_sign_in_at < user.last_sign_in_at
    assert "前回ログイン日時" in browser.get("/account").text


def test_a_session_row_shows_no_address(database: Database, browser: Browser) -> None:
    with database.reading() as session:
        user = directory.get_own(session, only_user(database).actor)
        content = session.scalars(sa.select(WebSession.content)).all()
    assert user.email not in str(content)
    assert user.email not in repr(user)
