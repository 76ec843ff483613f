"""Databases for tests: each test finds one as a new installation has it."""

from __future__ import annotations

import shutil
import sqlite3
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Protocol

import psycopg
from sqlalchemy.exc import DBAPIError

from talentpool import schema
from talentpool.audit import GENESIS
from talentpool.config import Config
from talentpool.db import Database, Session
from talentpool.reference.service import load_reference
from talentpool.troubles import Trouble, trouble_of

CONFIG = Config(
    database_url="",
    secret_key="s" * 32,
    field_keys=(urlsafe_b64encode(b"k" * 32).decode(),),
    audit_key="a" * 32,
    environment="test",
)


_numbers = count(1)  # of lasting databases


@dataclass(frozen=True)
class Lasting:
    """A database that stays as long as those who are connected to it."""

    url: str
    empty: Callable[[], object]  # as new again, under everybody's feet


class Databases(Protocol):
    """The databases of one worker, all of one kind."""

    def renew(self) -> str:
        """The address of the worker's own database, which is as new again."""

    def another(self) -> AbstractContextManager[str]:
        """The address of a second new database, dropped at the end."""

    def lasting(self) -> AbstractContextManager[Lasting]:
        """A database of its own, dropped at the end."""


def insist(database: Database, unit: Callable[[Session], None]) -> None:
    """Do a unit as people do who are told, on a slow machine, that the database is busy: try again."""
    while True:
        try:
            return database.repeat(unit)
        except DBAPIError as error:
            if trouble_of(error) is not Trouble.BUSY:
                raise


def install(url: str) -> None:
    """The schema by its migrations, and the reference tables."""
    with closing(Database(replace(CONFIG, database_url=url))) as database:
        schema.upgrade(database)
        with database.writing() as session:
            load_reference(session)


class SQLiteDatabases:
    """Copies of one file."""

    def __init__(self, folder: Path) -> None:
        self.template, self.file = folder / "template.db", folder / "talentpool.db"
        install(f"sqlite:///{self.template}")

    def renew(self) -> str:
        for path in self.file.parent.glob(f"{self.file.stem}.*"):  # its log and its queue too
            path.unlink()
        shutil.copy(self.template, self.file)
        return f"sqlite:///{self.file}"

    @contextmanager
    def another(self) -> Iterator[str]:
        path = self.file.with_name("another.db")
        shutil.copy(self.template, path)
        yield f"sqlite:///{path}"
        path.unlink()

    @contextmanager
    def lasting(self) -> Iterator[Lasting]:
        path = self.file.with_name(f"lasting-{next(_numbers)}.db")
        shutil.copy(self.template, path)
        yield Lasting(f"sqlite:///{path}", lambda: _pour(self.template, path))


def _pour(template: Path, path: Path) -> None:
    """One transaction, which waits for whoever is writing."""
    with closing(sqlite3.connect(template)) as full, closing(sqlite3.connect(path)) as filled:
        full.backup(filled)


class PostgreSQLDatabases:
    """One database, emptied between tests: the server makes another one in ten times as long."""

    def __init__(self, server: str, worker: str) -> None:
        self.server = server
        self.template, self.name = f"template_{worker}", f"test_{worker}"
        self._create(self.template, "template0")
        install(f"{server}/{self.template}")
        self._owner: _Owner | None = None

    def renew(self) -> str:
        if self._owner is None or not self._owner.empty():
            self.close()
            self._create(self.name, self.template)
            self._owner = _Owner(_plain(f"{self.server}/{self.name}"))
        return f"{self.server}/{self.name}"

    @contextmanager
    def another(self) -> Iterator[str]:
        name = f"another_{self.name}"
        self._create(name, self.template)
        yield f"{self.server}/{name}"
        self._run(f"DROP DATABASE {name} WITH (FORCE)")

    @contextmanager
    def lasting(self) -> Iterator[Lasting]:
        name = f"lasting_{next(_numbers)}_{self.name}"
        self._create(name, self.template)
        owner = _Owner(_plain(f"{self.server}/{name}"))
        yield Lasting(f"{self.server}/{name}", owner.empty_beside_others)
        owner.connection.close()
        self._run(f"DROP DATABASE {name} WITH (FORCE)")

    def close(self) -> None:
        if self._owner is not None:
            self._owner.connection.close()
            self._owner = None
            self._run(f"DROP DATABASE {self.name} WITH (FORCE)")

    def _create(self, name: str, template: str) -> None:
        self._run(f"CREATE DATABASE {name} TEMPLATE {template}")

    def _run(self, statement: str) -> None:
        with psycopg.connect(_plain(f"{self.server}/postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())


# A row that is written, also one of a catalogue, gets a newer xmin; one that is gone changes the count.
SIGNATURE = "SELECT (count(*), max(xmin::text::bigint))::text FROM {}"
CATALOGUES = (
    "pg_attribute", "pg_class", "pg_constraint", "pg_index", "pg_proc", "pg_rewrite",
    "pg_sequence", "pg_trigger", "pg_type",
)  # fmt: skip
END_OTHERS = """
    SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
ARE_BUSY = """
    SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()
        AND pid <> pg_backend_pid() AND backend_type = 'client backend' AND xact_start IS NOT NULL)
"""
EMPTY = """
    CREATE FUNCTION pg_temp.empty() RETURNS void LANGUAGE plpgsql AS $$
    DECLARE used text;
    BEGIN
        {deletes}
        UPDATE audit_head SET seq = 0, hash = '{genesis}';
        FOR used IN SELECT format('%I.%I', schemaname, sequencename) FROM pg_sequences
            WHERE last_value IS NOT NULL
        LOOP
            PERFORM setval(used, 1, false);
        END LOOP;
    END $$
"""


class _Owner:
    """A connection of the database's owner, who empties it and sees what no emptying brings back."""

    def __init__(self, address: str) -> None:
        self.connection = psycopg.connect(address, autocommit=True)
        self.connection.execute("SET session_replication_role = replica")  # past keys and triggers
        tables = [name for (name,) in self.connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
        )]  # fmt: skip
        filled = [name for name in tables if self._has_rows(name)]
        deletes = " ".join(f'DELETE FROM "{name}";' for name in tables if name not in filled)
        empty = EMPTY.format(deletes=deletes, genesis=GENESIS)
        self.connection.execute(empty.encode())
        kept = [name for name in filled if name != "audit_head"]
        parts = ", ".join(f"({SIGNATURE.format(name)})" for name in (*CATALOGUES, *kept))
        self._signatures = f"SELECT {parts}".encode()
        self._first = self._see()

    def empty(self) -> bool:
        """Remove what a test has left; False where it has changed the schema or the reference tables."""
        self.connection.execute(END_OTHERS)
        if self._see() != self._first:
            return False
        self.connection.execute("SELECT pg_temp.empty()")
        return True

    def empty_beside_others(self) -> None:
        """Remove what a test has left, once nobody is in the middle of a transaction."""
        while self.connection.execute(ARE_BUSY).fetchone() == (True,):
            time.sleep(0.02)
        self.connection.execute("SELECT pg_temp.empty()")

    def _see(self) -> tuple[str, ...] | None:
        return self.connection.execute(self._signatures).fetchone()

    def _has_rows(self, table: str) -> bool:
        found = self.connection.execute(f'SELECT EXISTS (SELECT FROM "{table}")'.encode())
        return found.fetchone() == (True,)


def _plain(url: str) -> str:
    return url.replace("+psycopg", "")
