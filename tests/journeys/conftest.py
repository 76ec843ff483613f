"""A real site on loopback, with its worker, and a real browser in front of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, sync_playwright

from talentpool.accounts.models import User
from talentpool.config import Config
from talentpool.db import Database
from talentpool.jobs import Job
from talentpool.permissions import Role
from tests import servers
from tests.browsers import stored_user
from tests.databases import Databases, PostgreSQLDatabases, SQLiteDatabases
from tests.factories import PASSWORD
from tests.sites import LastingSite, Site, lasting, served

QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(autouse=True)
def day() -> None:
    """The real one, as the site and the browser have it."""


@pytest.fixture(scope="session")
def sqlite_site(
    sqlite_databases: SQLiteDatabases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LastingSite]:
    with lasting(sqlite_databases, tmp_path_factory.mktemp("sqlite-site")) as opened:
        yield opened


@pytest.fixture(scope="session")
def postgresql_site(
    postgresql_databases: PostgreSQLDatabases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LastingSite]:
    with lasting(postgresql_databases, tmp_path_factory.mktemp("postgresql-site")) as opened:
        yield opened


@pytest.fixture
def site(databases: Databases, request: pytest.FixtureRequest) -> Iterator[Site]:
    """Started once for all tests of a worker; those that order a job take `own_site`."""
    kind = "sqlite" if isinstance(databases, SQLiteDatabases) else "postgresql"
    kept: LastingSite = request.getfixturevalue(f"{kind}_site")
    opened = kept.renewed()
    yield opened
    with opened.database.reading() as session:
        assert session.scalars(sa.select(Job)).all() == [], "a job that may outlive its test"


@pytest.fixture
def own_site(config: Config, database: Database, tmp_path: Path) -> Iterator[Site]:
    with served(config, database, tmp_path) as opened:
        yield opened


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = servers.find_browser()
    assert path is not None, "Chromium is missing: apt-get install -y chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        browser.close()


WIDTHS = (1280, 390)


@dataclass
class Inspector:
    """Has axe-core look at every kind of page once, on a desk and on a telephone."""

    is_on: bool
    known: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)

    def inspect(self, page: Page) -> None:
        place = re.sub(r"[0-9]+|confirm/[^/]+$", "N", urlsplit(page.url).path)
        kind = f"{place} {page.locator('main').get_by_role('button').all_inner_texts()}"
        if not self.is_on or kind in self.known:
            return
        self.known.add(kind)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            if overflow > 0:
                self.faults.append(f"{place} at {width}: {overflow} px too wide")
            if page.locator("h1").count() != 1 or not page.title().strip():
                self.faults.append(f"{place}: wants one h1 and a title")
            found = Axe().run(page).response["violations"]
            self.faults += [
                f"{place} at {width}: {fault['id']} {fault['nodes'][0]['html'][:200]}"
                for fault in found
            ]
        page.set_viewport_size({"width": WIDTHS[0], "height": 900})


@dataclass
class Visitor:
    """Somebody at a browser of their own. Finds buttons and links by what they are called."""

    page: Page
    site: Site
    inspector: Inspector
    seen: list[str] = field(default_factory=list)  # the HTML of every page that was shown

    def go(self, path: str) -> Visitor:
        self.page.goto(f"{self.site.address}{path}")
        return self._look()

    def fill(self, fields: dict[str, Any]) -> Visitor:
        """Type, choose and tick by the names of the fields."""
        for name, value in fields.items():
            control = self.page.locator(f'main [name="{name}"]')
            kind = control.first.evaluate("e => e.tagName + ':' + e.type")
            if kind.startswith("SELECT"):
                control.select_option(value)
            elif kind.endswith((":checkbox", ":radio")):
                wanted = value if isinstance(value, list) else [value]
                for one in control.all():
                    is_wanted = one.get_attribute("value") in wanted
                    one.evaluate("(box, on) => box.checked === on || box.click()", is_wanted)
            else:
                control.first.fill(str(value))
        return self

    def press(self, name: str, *, within: str = "main") -> Visitor:
        button = self.page.locator(within).get_by_role("button", name=name, exact=True)
        with self.page.expect_navigation():
            button.locator("visible=true").last.click()
        return self._look()

    def follow(self, name: str) -> Visitor:
        with self.page.expect_navigation():
            self.page.get_by_role("link", name=name).first.click()
        return self._look()

    def sign_in(self, email: str, password: str = PASSWORD) -> Visitor:
        self.go("/signin").fill({"email": email, "password": password})
        return self.press("ログイン")

    @property
    def text(self) -> str:
        return self.page.locator("main").inner_text()

    @property
    def number(self) -> int:
        """The number at the end of the address."""
        return int(self.page.url.rstrip("/").rsplit("/", 1)[1].split("?")[0])

    def _look(self) -> Visitor:
        self.seen.append(self.page.content())
        self.inspector.inspect(self.page)
        return self


@dataclass
class Door:
    """Lets visitors in; every one has cookies and a window of their own."""

    chromium: Browser
    site: Site
    has_scripts: bool
    inspector: Inspector
    visitor_class: type[Visitor] = Visitor
    visitors: list[Visitor] = field(default_factory=list)

    def visitor(self) -> Visitor:
        context = self.chromium.new_context(
            java_script_enabled=self.has_scripts, locale="ja-JP", viewport={"width": 1280, "height": 900}
        )  # fmt: skip
        context.set_default_timeout(30_000)  # of a busy machine
        visitor = self.visitor_class(context.new_page(), self.site, self.inspector)
        self.visitors.append(visitor)
        return visitor

    def officer(self, role: Role, **more: Any) -> Visitor:
        return self.visitor().sign_in(self.account(role, **more).email)

    def account(self, role: Role, **more: Any) -> User:
        return stored_user(self.site.database, role, **more)

    def close(self) -> None:
        for visitor in self.visitors:
            visitor.page.context.close()


@pytest.fixture
def door(chromium: Browser, site: Site, request: pytest.FixtureRequest) -> Iterator[Door]:
    has_scripts = not site.database.engine.dialect.name.startswith("postgresql")
    door = Door(chromium, site, has_scripts, Inspector(is_on=has_scripts))
    yield door
    door.close()
