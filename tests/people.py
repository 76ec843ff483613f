"""Accounts for tests, and the browsers they sit at."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import count
from typing import Any

from werkzeug.test import TestResponse

from talentpool.accounts import passwords, service
from talentpool.accounts.models import Pool, User
from talentpool.db import Database, Session
from talentpool.permissions import SYSTEM, Role
from talentpool.web.unit import TalentpoolFlask

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
PASSWORD = "correct horse battery"  # noqa: S105 - of accounts that live for one test
HYOGO, OSAKA = "28", "27"
KOBE, HIMEJI = "281000", "282014"
DOMAINS = {KOBE: "city.kobe.lg.jp", HIMEJI: "city.himeji.lg.jp"}
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_numbers = count(1)


def open_pool(session: Session, prefecture_code: str = HYOGO) -> Pool:
    """The pool of a prefecture, opened if it is not open yet."""
    pool = session.get(Pool, prefecture_code)
    return pool or service.open_pool(session, prefecture_code, actor=SYSTEM, now=NOW)


def add_user(
    session: Session,
    role: Role,
    *,
    prefecture_code: str = HYOGO,
    municipality_code: str | None = None,
    email: str | None = None,
) -> User:
    """An account of the pool with PASSWORD; an officer of Kobe when no other town is named."""
    open_pool(session, prefecture_code)
    if role is Role.MUNICIPALITY and municipality_code is None:
        municipality_code = KOBE
    domain = DOMAINS.get(municipality_code or "", "example.jp")
    user = service.create_user(
        session,
        email=email or f"person{next(_numbers)}@{domain}",
        role=role,
        prefecture_code=prefecture_code,
        municipality_code=municipality_code,
        password_hash=passwords.of(session).hash(PASSWORD),
        actor=SYSTEM,
        now=NOW,
    )
    session.flush()
    return user


def stored_user(database: Database, role: Role, **more: Any) -> User:
    """The same, committed."""
    with database.writing() as session:
        return add_user(session, role, **more)


class Browser:
    """A test client that sends the CSRF token of the pages it has been shown."""

    def __init__(self, app: TalentpoolFlask) -> None:
        self.client = app.test_client()

    def get(self, path: str) -> TestResponse:
        return self.client.get(path)

    def post(self, path: str, **fields: Any) -> TestResponse:
        return self.client.post(path, data={"csrf_token": self.token(), **fields})

    def token(self) -> str:
        page = self.client.get("/signin", follow_redirects=True)
        found = _TOKEN.search(page.text)
        assert found is not None
        return found[1]

    def sign_in(self, user: User, password: str = PASSWORD) -> TestResponse:
        return self.post("/signin", email=user.email, password=password)

    @property
    def cookie(self) -> str | None:
        found = self.client.get_cookie("session")
        return found.value if found else None

    def take_cookie(self, value: str) -> None:
        self.client.set_cookie("session", value)


def signed_in(app: TalentpoolFlask, role: Role, **more: Any) -> Browser:
    """The browser of a new account of that role."""
    browser = Browser(app)
    answer = browser.sign_in(stored_user(app.database, role, **more))
    assert answer.status_code == 302, answer.text
    return browser
