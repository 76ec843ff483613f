"""Migrations make what the models say, and go both ways, on both databases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from talentpool import models, schema
from talentpool.db import Base, Database

assert models  # imported for all tables


def _differences(database: Database) -> list[object]:
    with database.engine.connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection), Base.metadata))


def _tables(database: Database) -> set[str]:
    return set(sa.inspect(database.engine).get_table_names()) - {"alembic_version"}


def test_the_newest_migration_makes_the_tables_of_the_models(database: Database) -> None:
    assert schema.current(database) == schema.head()
    assert _differences(database) == []


def test_migrations_go_down_to_nothing_and_up_again(database: Database) -> None:
    before = _tables(database)
    schema.downgrade(database, "base")
    assert _tables(database) == set()
    assert sa.inspect(database.engine).get_view_names() == []
    assert schema.current(database) is None
    schema.upgrade(database)
    assert _tables(database) == before
    assert _differences(database) == []


def test_each_migration_can_be_taken_back_alone(database: Database) -> None:
    for number in range(int(schema.head()), 0, -1):
        schema.downgrade(database, "-1")
        below = f"{number - 1:04}" if number > 1 else None
        assert schema.current(database) == below
    schema.upgrade(database, "+1")
    assert schema.current(database) == "0001"
