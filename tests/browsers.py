"""The browsers people sit at in tests."""

from __future__ import annotations

import re
from typing import Any

from werkzeug.test import TestResponse

from talentpool.accounts.models import User
from talentpool.db import Database
from talentpool.permissions import Role
from talentpool.web.unit import TalentpoolFlask

from .factories import PASSWORD, make_user

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def stored_user(database: Database, role: Role, **more: Any) -> User:
    """A committed account with the password of all accounts in tests."""
    with database.writing() as session:
        return make_user(session, role, **more)


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
