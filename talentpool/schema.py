"""Migrations as plain functions, so that commands and tests need no alembic.ini.

Alembic is imported where something migrates: ten megabytes that a web process never needs.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from .db import Database

HERE = Path(__file__).parent
DIGITS = 4  # of a revision: the start of its file's name


def upgrade(database: Database, revision: str = "head") -> None:
    from alembic import command  # noqa: PLC0415

    with database.engine.begin() as connection:
        command.upgrade(_alembic(connection), revision)


def downgrade(database: Database, revision: str) -> None:
    from alembic import command  # noqa: PLC0415

    with database.engine.begin() as connection:
        command.downgrade(_alembic(connection), revision)


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
    """The newest revision of the code, by the numbers of the files."""
    return max(path.name[:DIGITS] for path in (_folder() / "versions").glob("[0-9]*.py"))


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
