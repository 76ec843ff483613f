"""Errors of the database's surroundings are told from bugs."""

from __future__ import annotations

import sqlite3

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy import exc

from talentpool import troubles
from talentpool.db import Database, Session
from talentpool.troubles import ATTEMPTS, PATIENCE, Attempts, Trouble, trouble_of


def _of_sqlite(code: int) -> exc.DBAPIError:
    error = sqlite3.OperationalError()
    error.sqlite_errorcode = code
    return exc.OperationalError("", {}, error)


def _of_postgresql(state: str | None) -> exc.DBAPIError:
    error = psycopg.errors.lookup(state)() if state else psycopg.OperationalError()
    return exc.OperationalError("", {}, error)


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (_of_sqlite(sqlite3.SQLITE_BUSY_SNAPSHOT), Trouble.BUSY),
        (_of_sqlite(sqlite3.SQLITE_READONLY_DBMOVED), Trouble.READ_ONLY),
        (_of_sqlite(sqlite3.SQLITE_FULL), Trouble.FULL),
        (_of_sqlite(sqlite3.SQLITE_IOERR_FSYNC), Trouble.UNREACHABLE),
        (_of_sqlite(sqlite3.SQLITE_CONSTRAINT), None),
        (_of_sqlite(sqlite3.SQLITE_CORRUPT), None),
        (_of_postgresql("25006"), Trouble.READ_ONLY),
        (_of_postgresql("53100"), Trouble.FULL),
        (_of_postgresql("53300"), Trouble.BUSY),
        (_of_postgresql("55P03"), Trouble.BUSY),
        (_of_postgresql("57014"), Trouble.BUSY),
        (_of_postgresql("57P01"), Trouble.UNREACHABLE),
        (_of_postgresql("08006"), Trouble.UNREACHABLE),
        (_of_postgresql(None), Trouble.UNREACHABLE),
        (_of_postgresql("42P01"), None),
        (exc.TimeoutError(), Trouble.BUSY),
        (ValueError(), None),
    ],
)
def test_each_error_is_what_it_is(error: Exception, trouble: Trouble | None) -> None:
    assert trouble_of(error) is trouble


def test_a_bug_in_a_query_is_no_trouble(database: Database) -> None:
    with pytest.raises(exc.DBAPIError) as failed, database.reading() as session:
        session.connection().exec_driver_sql("SELECT nothing FROM nowhere")
    assert trouble_of(failed.value) is None


ON_POSTGRESQL = pytest.mark.parametrize(
    "databases", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True
)


@ON_POSTGRESQL
@pytest.mark.parametrize(("losses", "is_done"), [(1, True), (ATTEMPTS, False)])
def test_a_unit_whose_connection_is_cut_is_run_again(
    database: Database, losses: int, *, is_done: bool
) -> None:
    runs: list[int] = []

    def unit(session: Session) -> str:
        runs.append(session.scalars(sa.select(sa.func.pg_backend_pid())).one())
        if len(runs) <= losses:
            _end_backend(database, runs[-1])
        return session.scalars(sa.text("SELECT 'done'")).one()

    if is_done:
        assert database.repeat(unit) == "done"
    else:
        with pytest.raises(exc.OperationalError):
            database.repeat(unit)
    assert len(set(runs)) == len(runs) == min(losses + 1, ATTEMPTS)


@ON_POSTGRESQL
def test_a_unit_that_is_cut_while_it_commits_is_not_run_again(database: Database) -> None:
    runs: list[int] = []

    def unit(session: Session) -> None:
        runs.append(session.scalars(sa.select(sa.func.pg_backend_pid())).one())
        _end_backend(database, runs[-1])

    with pytest.raises(exc.OperationalError) as cut:
        database.repeat(unit)
    assert trouble_of(cut.value) is Trouble.UNREACHABLE
    assert len(runs) == 1


def _end_backend(database: Database, pid: int) -> None:
    """As the server does when it is restarted; returns when the backend is gone."""
    with database.engine.connect() as other:
        assert other.scalar(sa.text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})


def test_who_has_waited_once_for_a_lock_does_not_wait_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 0.0
    monkeypatch.setattr(troubles, "monotonic", lambda: now)
    locked = _of_postgresql("55P03")
    attempts = Attempts()
    assert [attempts.allow_another(locked) for _ in range(ATTEMPTS)] == [True, True, False]
    attempts = Attempts()
    now = PATIENCE
    assert not attempts.allow_another(locked)
