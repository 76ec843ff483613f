"""Migrations as plain functions, so that commands and tests need no alembic.ini, and databases opened for commands.

Alembic is imported where something migrates: ten megabytes that a web process never needs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, exc

from .config import Config
from .db import Database
from .errors import ConfigError, Refused

HERE = Path(__file__).parent
DIGITS = 4  # of a revision: the start of its file's name


@contextmanager
def reached(config: Config) -> Iterator[Database]:
    """A database at whatever revision, closed at the end; ConfigError when it does not answer."""
    with closing(Database(config)) as database:
        try:
            yield database
        except exc.OperationalError as error:
            line = str(error.orig).partition("\n")[0]
            raise ConfigError(f"the database does not answer: {line}") from error


@contextmanager
def opened(config: Config) -> Iterator[Database]:
    """A database at the newest revision, closed at the end; ConfigError for any other."""
    with reached(config) as database:
        found = current(database)
        _check_known(found)
        if found != head():
            raise ConfigError("the schema is not up to date: run talentpool db upgrade")
        yield database


def upgrade(database: Database, revision: str = "head") -> None:
    from alembic import command  # noqa: PLC0415

    _migrate(database, command.upgrade, revision)


def downgrade(database: Database, revision: str) -> None:
    from alembic import command  # noqa: PLC0415

    _migrate(database, command.downgrade, revision)


def _migrate(database: Database, step: Callable[[Any, str], None], target: str) -> None:
    """All steps or none; Refused for a target that no file has."""
    from alembic.util import CommandError  # noqa: PLC0415

    _check_known(current(database))
    try:
        with database.engine.begin() as connection:
            step(_alembic(connection), target)
    except CommandError as error:
        raise Refused(str(error)) from error


def current(database: Database) -> str | None:
    """The revision the database is at; none when it is empty."""
    with database.engine.connect() as connection:
        return revision(connection)


def revision(connection: Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(sa.text("SELECT version_num FROM alembic_version"))
    return found.scalar_one_or_none()


def head() -> str:
    """The newest revision of the code."""
    return revisions()[-1]


def revisions() -> list[str]:
    """The revisions of the code, oldest first, by the numbers of the files."""
    return sorted(path.name[:DIGITS] for path in (_folder() / "versions").glob("[0-9]*.py"))


def _check_known(found: str | None) -> None:
    """ConfigError for a revision from which no file leads on."""
    known = revisions()
    if found is None or found in known:
        return
    if found < known[0]:
        raise ConfigError(
            f"the database has schema {found}, from before the first release: make it anew"
        )
    raise ConfigError(f"the database has schema {found} of a newer version: update talentpool")


def _alembic(connection: Connection) -> Any:
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_folder()))
    config.attributes["connection"] = connection
    return config


def _folder() -> Path:
    """Inside the package when installed, beside it in a checkout."""
    inside = HERE / "migrations"
    return inside if inside.is_dir() else HERE.parent / "migrations"
