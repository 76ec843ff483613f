"""Real databases for every test: SQLite always, PostgreSQL where the machine has it."""

from __future__ import annotations

import shutil
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import psycopg
import pytest
from hypothesis import Phase, settings

from talentpool import schema
from talentpool.app import create_app
from talentpool.config import Config
from talentpool.db import Database, Session
from talentpool.reference.service import load_reference
from talentpool.web.unit import TalentpoolFlask

from . import servers
from .commands import environ_of
from .left_out import pytest_collection_modifyitems
from .pages import CheckedClient

# The long set: pytest tests/matching --hypothesis-profile=long
settings.register_profile("quick", max_examples=60, deadline=None)
settings.register_profile("long", max_examples=2500, deadline=None)
# For changed copies of the engine (mutmut): the same draws every time, and none is made small.
settings.register_profile(
    "mutants", max_examples=15, deadline=None, derandomize=True, phases=[Phase.generate]
)
settings.load_profile("quick")

__all__ = ["pytest_collection_modifyitems"]  # a hook of pytest, found by its name here

CONFIG = Config(
    database_url="",
    secret_key="s" * 32,
    field_keys=(urlsafe_b64encode(b"k" * 32).decode(),),
    audit_key="a" * 32,
    environment="test",
)
_numbers = count(1)


def _prepare(url: str) -> None:
    """Schema by the migrations, and the reference tables."""
    database = Database(replace(CONFIG, database_url=url))
    schema.upgrade(database)
    with database.writing() as session:
        load_reference(session)
    database.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    _prepare(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgresql_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a running cluster, one for all workers of this run."""
    binaries = servers.find_postgresql()
    assert binaries is not None, "PostgreSQL is missing: apt-get install -y postgresql"
    server = servers.PostgreSQL(servers.shared_home(tmp_path_factory.getbasetemp()), binaries)
    address = server.start()
    yield address
    server.stop()


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: str, worker_name: str) -> str:
    name = f"template_{worker_name}"
    _statement(postgresql_server, f"CREATE DATABASE {name}")
    _prepare(f"{postgresql_server}/{name}")
    return name


@pytest.fixture(scope="session")
def worker_name(request: pytest.FixtureRequest) -> str:
    configured = getattr(request.config, "workerinput", {})
    return str(configured.get("workerid", "alone"))


def _statement(server: str, statement: str) -> None:
    address = server.replace("+psycopg", "") + "/postgres"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(statement.encode())


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def config(request: pytest.FixtureRequest, tmp_path: Path, worker_name: str) -> Iterator[Config]:
    """Settings of a fresh database with schema and reference tables."""
    if request.param == "sqlite":
        path = tmp_path / "talentpool.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield replace(CONFIG, database_url=f"sqlite:///{path}")
        return
    server: str = request.getfixturevalue("postgresql_server")
    template: str = request.getfixturevalue("postgresql_template")
    name = f"test_{worker_name}_{next(_numbers)}"
    _statement(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield replace(CONFIG, database_url=f"{server}/{name}")
    _statement(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def environment(config: Config, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The settings as a command finds them, in a folder of its own."""
    for name, value in environ_of(config).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def database(config: Config) -> Iterator[Database]:
    opened = Database(config)
    yield opened
    opened.close()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A writing unit of work; commit it to let others see."""
    opened = database.session(read_only=False)
    yield opened
    opened.close()


@pytest.fixture
def app(config: Config, database: Database) -> Iterator[TalentpoolFlask]:
    created = create_app(config, database)
    created.testing = True
    created.test_client_class = CheckedClient  # every page of every test is read strictly
    yield created
    created.extensions["talentpool_engine"].close()
