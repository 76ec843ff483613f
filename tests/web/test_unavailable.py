"""A database that is away, locked, read-only or full: what can be read is, the rest says so, and it passes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import sqlalchemy as sa
from sqlalchemy import event, exc

from talentpool import audit, schema
from talentpool.app import create_app
from talentpool.candidates.models import ProfileView
from talentpool.config import Config
from talentpool.db import Base, Database
from talentpool.home import readiness
from talentpool.permissions import SYSTEM, Role
from talentpool.reference.service import load_reference
from talentpool.web.unit import TalentpoolFlask
from tests import servers
from tests.accounts.test_sessions import set_clock
from tests.browsers import Browser, signed_in
from tests.factories import NOW, make_candidate, make_prefecture_pool
from tests.pages import CheckedClient

Trouble = Callable[[Database], AbstractContextManager[None]]


@pytest.fixture
def site(app: TalentpoolFlask, monkeypatch: pytest.MonkeyPatch) -> TalentpoolFlask:
    """As it is in production: errors become pages. It is asked for its readiness anew each time."""
    app.testing = False
    app.database.patience = 0.3
    monkeypatch.setattr(readiness, "KEPT", 0.0)
    return app


@pytest.fixture
def person(site: TalentpoolFlask) -> int:
    with site.database.writing() as session:
        return make_candidate(session).id


@contextmanager
def locked(database: Database) -> Iterator[None]:
    """Somebody else holds what every writer needs."""
    with closing(sa.create_engine(database.engine.url).connect()) as other:
        if database.engine.dialect.name == "sqlite":
            other.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            tables = ", ".join(Base.metadata.tables)
            other.exec_driver_sql(f"LOCK TABLE {tables} IN EXCLUSIVE MODE")
        yield
    other.engine.dispose()


@contextmanager
def read_only(database: Database) -> Iterator[None]:
    """SQLite's file is opened as one that nobody may write; PostgreSQL stands by."""
    url = database.engine.url
    if url.get_backend_name() == "sqlite":
        own, database.engine = database.engine, _sqlite_read_only(database)
        yield
        database.engine.dispose()
        database.engine = own
        return
    _tell(database, f"ALTER DATABASE {url.database} SET default_transaction_read_only = on")
    yield
    _tell(database, f"ALTER DATABASE {url.database} SET default_transaction_read_only = off")


def _sqlite_read_only(database: Database) -> sa.Engine:
    path = f"file:{database.engine.url.database}?mode=ro&uri=true"
    return Database(replace(database.config, database_url=f"sqlite:///{path}")).engine


def _tell(database: Database, statement: str) -> None:
    """By an administrator, and heard by every connection from now on."""
    with closing(
        sa.create_engine(database.engine.url, isolation_level="AUTOCOMMIT").connect()
    ) as it:
        it.exec_driver_sql("SET default_transaction_read_only = off")
        it.exec_driver_sql(statement)
    it.engine.dispose()
    database.engine.dispose()


@contextmanager
def full(database: Database) -> Iterator[None]:
    """SQLite may not grow, and uses up what is left; PostgreSQL answers as it does without room."""
    if database.engine.dialect.name == "postgresql":
        _tell(database, _NO_ROOM)
        yield
        _tell(database, "DROP FUNCTION no_room CASCADE")
        return

    @event.listens_for(database.engine, "begin")
    def stay_small(connection: sa.Connection) -> None:
        connection.exec_driver_sql("PRAGMA max_page_count = 1")  # as many as there are

    for table in (audit.AuditEvent, ProfileView):
        with pytest.raises(exc.OperationalError, match="full"):
            while True:
                _add_one(database, table)
    yield
    event.remove(database.engine, "begin", stay_small)
    event.listen(database.engine, "begin", _grow)


def _add_one(database: Database, table: type[Base]) -> None:
    with database.writing() as session:
        if table is audit.AuditEvent:
            audit.record(
                session, audit.Deed.POOL_OPEN, make_prefecture_pool(session), actor=SYSTEM, now=NOW
            )
        else:
            columns = [column for column in ProfileView.__table__.columns if column.name != "id"]
            copied = sa.select(*columns).limit(1)
            session.execute(sa.insert(ProfileView).from_select(columns, copied))


def _grow(connection: sa.Connection) -> None:
    connection.exec_driver_sql("PRAGMA max_page_count = 1000000")


_NO_ROOM = """
    CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100';
    END $$;
    CREATE TRIGGER no_room BEFORE INSERT ON audit_event EXECUTE FUNCTION no_room();
    CREATE TRIGGER no_room BEFORE INSERT ON profile_view EXECUTE FUNCTION no_room();
    CREATE TRIGGER no_room BEFORE INSERT ON web_session EXECUTE FUNCTION no_room()
"""


def _readiness(visitor: Browser) -> tuple[int, str]:
    answer = visitor.get("/readyz")
    assert answer.json is not None
    return answer.status_code, answer.json["status"]


@pytest.mark.parametrize(
    ("trouble", "told"), [(locked, "busy"), (read_only, "read-only"), (full, "full")]
)
def test_what_cannot_be_stored_is_said_and_what_can_be_read_is_shown(
    site: TalentpoolFlask, person: int, trouble: Trouble, told: str
) -> None:
    officer = signed_in(site, Role.COORDINATOR)
    assert officer.get(f"/candidates/{person}").status_code == 200
    with trouble(site.database):
        set_clock(site, minutes=2)  # the session would be noted as seen
        assert officer.get("/account").status_code == 200
        assert officer.get("/needs/").status_code == 200
        assert Browser(site).get("/").status_code == 200
        named = officer.get(f"/candidates/{person}")
        assert named.status_code == 503
        assert "氏名" not in named.text
        refused = officer.post("/signout")
        assert refused.status_code == 503
        assert int(refused.headers["Retry-After"]) > 0
        assert "Set-Cookie" not in refused.headers
        assert _readiness(officer) == (503, told)
        assert officer.get("/healthz").status_code == 200
    assert _readiness(officer) == (200, "ok")
    assert officer.get(f"/candidates/{person}").status_code == 200
    assert officer.post("/signout").status_code == 302


@dataclass
class Away:
    """A site of its own, how to take its database away, and how to bring it back."""

    site: TalentpoolFlask
    take: Callable[[], None]
    bring: Callable[[], None]


@pytest.fixture
def away(config: Config) -> Iterator[Away]:
    if config.database_url.startswith("sqlite"):
        yield from _without_its_file(config)
    else:
        yield from _with_a_server_of_its_own(config)


def _without_its_file(config: Config) -> Iterator[Away]:
    path = Path(config.database_url.removeprefix("sqlite:///"))
    elsewhere = path.with_suffix(".away")

    def take() -> None:
        database.engine.dispose()
        path.rename(elsewhere)
        path.mkdir()

    def bring() -> None:
        path.rmdir()
        elsewhere.rename(path)

    with closing(Database(config)) as database:
        yield Away(_site(database), take, bring)


def _with_a_server_of_its_own(config: Config) -> Iterator[Away]:
    binaries = servers.find_postgresql()
    assert binaries is not None
    with TemporaryDirectory() as folder:  # not pytest's, which another run may clear away
        server = servers.PostgreSQL(Path(folder) / "home", binaries)
        address = f"{server.start()}/postgres"
        with closing(Database(replace(config, database_url=address))) as database:
            schema.upgrade(database)
            with database.writing() as session:
                load_reference(session)
            yield Away(_site(database), server.halt, server.resume)
        server.stop()


def _site(database: Database) -> TalentpoolFlask:
    site = create_app(database.config, database)
    site.test_client_class = CheckedClient
    return site


def test_a_database_that_is_away_stops_all_but_the_sign_of_life_and_comes_back(
    away: Away, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readiness, "KEPT", 0.0)
    officer = signed_in(away.site, Role.COORDINATOR)
    away.take()
    for answer in (officer.get("/account"), officer.get("/needs/"), officer.client.post("/signin")):
        assert answer.status_code == 503
        assert "ただいま利用できません" in answer.text
        assert "Temporarily unavailable" in answer.text
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Content-Security-Policy"]
    assert _readiness(officer) == (503, "unreachable")
    assert officer.get("/healthz").json == {"status": "ok"}
    assert Browser(away.site).get("/signin").status_code == 200  # until the password is sent
    away.bring()
    assert _readiness(officer) == (200, "ok")
    assert officer.get("/account").status_code == 200


def test_a_queue_that_is_away_is_told(config: Config, database: Database) -> None:
    away = replace(config, queue_url="redis://127.0.0.1:1/0")
    assert _readiness(Browser(create_app(away, database))) == (503, "queue")
