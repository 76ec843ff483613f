"""Migrations make what the models say, and go both ways, on both databases."""

from __future__ import annotations

import re
from pathlib import Path

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from talentpool import models, schema
from talentpool.db import Base, Database

assert models  # imported for all tables
LIST = re.compile(r"'[^']*'(?:::[a-z ]+)?(?:, '[^']*'(?:::[a-z ]+)?)+")


def _differences(database: Database) -> list[object]:
    with database.engine.connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection), Base.metadata))


def _tables(database: Database) -> set[str]:
    return set(sa.inspect(database.engine).get_table_names()) - {"alembic_version"}


def test_the_newest_migration_makes_the_tables_of_the_models(database: Database) -> None:
    assert schema.current(database) == schema.head()
    assert _differences(database) == []


def _conditions(database: Database) -> dict[tuple[str | None, str | None], str]:
    """(table, name) → CHECK or condition of a partial index, which Alembic does not compare."""
    inspector = sa.inspect(database.engine)
    where = f"{database.engine.dialect.name}_where"
    found = {
        (table, check["name"]): check["sqltext"]
        for (_, table), checks in inspector.get_multi_check_constraints().items()
        for check in checks
    }
    for (_, table), indexes in inspector.get_multi_indexes().items():
        for index in indexes:
            if where in index.get("dialect_options", {}):
                found[table, index["name"]] = str(index["dialect_options"][where])
    return {name: _plain(condition) for name, condition in found.items()}


def _plain(condition: str) -> str:
    """One text for one meaning: the order of a list says nothing, nor do line breaks and quotes of names."""
    text = " ".join(condition.replace('"', "").split())
    return LIST.sub(lambda found: ", ".join(sorted(found[0].split(", "))), text)


def test_the_newest_migration_makes_the_checks_and_partial_indexes_of_the_models(
    database: Database,
) -> None:
    migrated = _conditions(database)
    schema.downgrade(database, "base")
    Base.metadata.create_all(database.engine)
    assert {"ck_placement_seated", "uq_placement_live"} <= {name for _, name in migrated}
    assert _conditions(database) == migrated


def test_models_take_states_and_roles_from_their_tables() -> None:
    package = Path(schema.__file__).parent
    by_hand = re.compile(r"\b(?:state|role)\s+(?:=|<>|IN|NOT IN)[\s\"(]+'\w")
    assert by_hand.search("state NOT IN ('open')")
    found = {path for path in package.rglob("*.py") if by_hand.search(path.read_text("utf-8"))}
    assert found == set()


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
    known = schema.revisions()
    for below in (*reversed(known[:-1]), None):
        schema.downgrade(database, "-1")
        assert schema.current(database) == below
    schema.upgrade(database, "+1")
    assert schema.current(database) == known[0]
