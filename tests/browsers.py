"""The browsers people sit at in tests."""

from __future__ import annotations

import re
from typing import Any

from flask import session
from flask_wtf.csrf import generate_csrf
from werkzeug.http import parse_cookie
from werkzeug.test import TestResponse

from talentpool import clock
from talentpool.accounts import signing_in
from talentpool.accounts.models import User
from talentpool.accounts.views.blueprint import begin_session
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
    """A test client that sends the CSRF token of its session, read once from a page."""

    def __init__(self, app: TalentpoolFlask) -> None:
        self.app = app
        self.client = app.test_client()
        self._tokens: dict[str | None, str] = {}  # by the cookie of the session

    def get(self, path: str) -> TestResponse:
        return self.client.get(path)

    def post(self, path: str, **fields: Any) -> TestResponse:
        return self.client.post(path, data={"csrf_token": self.token(), **fields})

    def token(self) -> str:
        if self.cookie not in self._tokens:
            page = self.client.get("/signin", follow_redirects=True)
            found = _TOKEN.search(page.text)
            assert found is not None
            self._tokens[self.cookie] = found[1]
        return self._tokens[self.cookie]

    def sign_in(self, user: User, password: str = PASSWORD) -> TestResponse:
        return self.post("/signin", email=user.email, password=password)

    def enter(self, user: User) -> None:
        """What signing in leaves behind, without its pages: for tests of what comes after."""
        proof = signing_in.Proof(user.id, user.password_hash or "")
        with self.app.database.writing() as unit:
            entered = signing_in.sign_in(unit, proof, now=clock.now())
        answer = self.app.response_class()
        with self.app.test_request_context():
            begin_session(entered)
            token = generate_csrf()
            self.app.session_interface.save_session(self.app, session, answer)
        self.take_cookie(parse_cookie(answer.headers["Set-Cookie"])["session"])
        self._tokens[self.cookie] = token

    @property
    def cookie(self) -> str | None:
        found = self.client.get_cookie("session")
        return found.value if found else None

    def take_cookie(self, value: str) -> None:
        self.client.set_cookie("session", value)


def signed_in(app: TalentpoolFlask, role: Role, **more: Any) -> Browser:
    """The browser of a new account of that role."""
    browser = Browser(app)
    browser.enter(stored_user(app.database, role, **more))
    return browser
