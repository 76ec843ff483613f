"""What a test leaves in its database is gone before the next one, whatever it was."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from talentpool import schema
from talentpool.db import Base, Database

from . import factories as make
from .databases import CONFIG, Databases


@contextmanager
def renewed(databases: Databases) -> Iterator[Database]:
    with closing(Database(replace(CONFIG, database_url=databases.renew()))) as database:
        yield database


def contents(database: Database) -> dict[str, Any]:
    """Every column and row there is, also of tables that the product does not know."""
    inspector = sa.inspect(database.engine)
    names = sorted([*inspector.get_table_names(), *inspector.get_view_names()])
    columns = {name: [one["name"] for one in inspector.get_columns(name)] for name in names}
    with database.reading() as session:
        rows = {
            table.name: sorted(map(tuple, session.execute(sa.select(table))), key=repr)
            for table in Base.metadata.sorted_tables
        }
    return {"revision": schema.current(database), "columns": columns, "rows": rows}


def test_rows_and_numbers_begin_again(databases: Databases) -> None:
    seen = []
    for _ in range(2):
        with renewed(databases) as database:
            found = contents(database)
            with database.writing() as session:
                need, person = make.make_need(session), make.make_candidate(session)
                placement = make.make_placement(session, need, person)
            seen.append((found, need.id, person.id, placement.id))
    assert seen[0] == seen[1]


def test_a_lasting_database_is_new_again_for_who_stays_connected(databases: Databases) -> None:
    seen = []
    with (
        databases.lasting() as kept,
        closing(Database(replace(CONFIG, database_url=kept.url))) as database,
    ):
        for _ in range(2):
            make.count_from_one()
            found = contents(database)
            with database.writing() as session:
                need, person = make.make_need(session), make.make_candidate(session)
                placement = make.make_placement(session, need, person)
            seen.append((found, need.id, person.id, placement.id))
            kept.empty()
    assert seen[0] == seen[1]


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE left_over (id integer)",
        "ALTER TABLE need ADD COLUMN left_over integer",
        "DROP VIEW {view}",
        "UPDATE municipality SET name_ja = 'x' WHERE code = '282014'",
        "DELETE FROM term",
        "UPDATE audit_head SET seq = 7",
        "UPDATE alembic_version SET version_num = '0001'",
    ],
)
def test_schema_and_reference_tables_are_as_they_were(databases: Databases, statement: str) -> None:
    with renewed(databases) as database:
        before = contents(database)
        view = sa.inspect(database.engine).get_view_names()[0]
        with database.writing() as session:
            session.execute(sa.text(statement.format(view=view)))
    with renewed(databases) as database:
        assert contents(database) == before


def test_who_still_holds_a_lock_does_not_hold_up_the_next_test(databases: Databases) -> None:
    with renewed(databases) as database:
        holder = database.session(read_only=False)
        make.make_need(holder)
        with renewed(databases) as again, again.writing() as session:
            make.make_need(session)
        holder.invalidate()
