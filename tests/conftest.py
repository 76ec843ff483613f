"""Real databases for every test: SQLite always, PostgreSQL where the machine has it."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from hypothesis import Phase, settings

from talentpool import clock
from talentpool.accounts.views.sending import LETTERS
from talentpool.app import create_app
from talentpool.config import Config
from talentpool.db import Database, Session
from talentpool.gaps import tracking
from talentpool.pool import kept
from talentpool.preferences import timing
from talentpool.web.sessions import DatabaseSessions
from talentpool.web.unit import TalentpoolFlask
from talentpool.worker import Engine

from . import drawn, factories, left_out, ordering, postbox as postboxes, servers
from .commands import environ_of
from .databases import CONFIG, Databases, PostgreSQLDatabases, SQLiteDatabases
from .pages import CheckedClient
from .postbox import Postbox

# The long set: pytest tests/matching --hypothesis-profile=long
settings.register_profile("quick", max_examples=60, deadline=None)
settings.register_profile("long", max_examples=2500, deadline=None)
# For changed copies of the engine (mutmut): the same draws every time, and none is made small.
settings.register_profile(
    "mutants", max_examples=15, deadline=None, derandomize=True, phases=[Phase.generate]
)
settings.load_profile("quick")


def pytest_addoption(parser: pytest.Parser) -> None:
    drawn.add_option(parser)
    ordering.add_option(parser)


def pytest_report_header(config: pytest.Config) -> list[str]:
    return [drawn.header(config), *ordering.header(config)]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    left_out.take_out(config, items)
    drawn.choose(config, items)
    ordering.arrange(config, items)


def pytest_collection_finish() -> None:
    """What is there before the first test stays to the end: no garbage collection looks at it again."""
    gc.freeze()


@pytest.fixture(autouse=True)
def day(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is always the day of the factories, an hour later; processes of their own read the real clock."""
    started = time.monotonic()

    def now() -> datetime:
        return factories.NOW + timedelta(hours=1, seconds=time.monotonic() - started)

    monkeypatch.setattr(clock, "now", now)


@pytest.fixture(scope="session")
def sqlite_databases(tmp_path_factory: pytest.TempPathFactory) -> SQLiteDatabases:
    return SQLiteDatabases(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgresql_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a running cluster, one for all workers of this run."""
    binaries = servers.find_postgresql()
    assert binaries is not None, "PostgreSQL is missing: apt-get install -y postgresql"
    server = servers.PostgreSQL(servers.shared_home(tmp_path_factory.getbasetemp()), binaries)
    yield server.start()
    server.stop()


@pytest.fixture(scope="session")
def postgresql_databases(
    request: pytest.FixtureRequest, postgresql_server: str
) -> Iterator[PostgreSQLDatabases]:
    worker = getattr(request.config, "workerinput", {}).get("workerid", "alone")
    databases = PostgreSQLDatabases(postgresql_server, worker)
    yield databases
    databases.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def databases(request: pytest.FixtureRequest) -> Databases:
    found: Databases = request.getfixturevalue(f"{request.param}_databases")
    return found


@pytest.fixture
def config(databases: Databases) -> Config:
    """Settings of a new database with schema and reference tables, whatever tests came before."""
    factories.count_from_one()
    kept.forget()
    tracking.forget()
    timing.forget()
    return replace(CONFIG, database_url=databases.renew())


@pytest.fixture
def environment(config: Config, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The settings as a command finds them, in a folder of its own."""
    for name, value in environ_of(config).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)


@cache
def _opened(config: Config) -> Database:
    """Kept for all tests of a worker: its engine compiles a statement only once."""
    return Database(config)


@pytest.fixture
def database(config: Config) -> Iterator[Database]:
    opened = _opened(config)
    yield opened
    opened.close()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A writing unit of work; commit it to let others see."""
    opened = database.session(read_only=False)
    yield opened
    opened.close()


@cache
def _created(config: Config, database: Database) -> TalentpoolFlask:
    """Kept likewise: its routes and templates are compiled only once."""
    created = create_app(config, database)
    created.testing = True
    created.test_client_class = CheckedClient  # every page of every test is read strictly
    return created


@pytest.fixture
def app(config: Config, database: Database) -> Iterator[TalentpoolFlask]:
    created = _created(config, database)
    engine = created.extensions["talentpool_engine"] = Engine(config, database)
    sessions = created.session_interface
    assert isinstance(sessions, DatabaseSessions)
    now = sessions.now
    sessions.now = clock.now
    yield created
    created.session_interface, sessions.now = sessions, now  # a test may have moved the clock
    for thread in threading.enumerate():
        if thread.name == LETTERS:  # what it writes belongs to this test's database
            thread.join()
    engine.close()


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    with postboxes.opened() as box:
        yield box


@pytest.fixture
def office(config: Config, postbox: Postbox) -> Iterator[Database]:
    """A database whose installation has a mail server."""
    opened = Database(replace(config, smtp_url=postbox.url))
    yield opened
    opened.close()


@pytest.fixture
def at(day: None, monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The time of the clock, which the test moves."""
    now = [clock.now()]
    monkeypatch.setattr(clock, "now", lambda: now[0])
    return now
