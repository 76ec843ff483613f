"""Columns and units of work: the same on SQLite and PostgreSQL, and quiet about what they hold."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from talentpool import clock, worker
from talentpool.accounts.models import Pool, User
from talentpool.candidates.models import Candidate
from talentpool.config import Config
from talentpool.db import (
    Database,
    Json,
    Session,
    UnsafeValue,
    UtcDateTime,
    canonical_json,
)
from talentpool.errors import ConfigError
from talentpool.permissions import Role
from talentpool.troubles import ATTEMPTS
from tests import factories as make

SECRET = "秘密の氏名"


@pytest.mark.parametrize("text", ["\0", "a\0b", "\ud800"])
@pytest.mark.parametrize("field", ["phone", "home_code"])  # encrypted, and plain
def test_no_column_takes_a_nul_or_half_a_letter(session: Session, field: str, text: str) -> None:
    person = make.make_candidate(session)
    setattr(person, field, text)
    with pytest.raises(UnsafeValue, match="使えない文字"):
        session.flush()


def test_private_fields_are_not_readable_in_the_table(session: Session) -> None:
    person = make.make_candidate(session, phone="078-341-7711")
    make.make_candidate(session, phone=None)
    session.commit()
    stored = session.execute(
        sa.text("SELECT phone FROM candidate WHERE id = :id"), {"id": person.id}
    ).scalar_one()
    assert b"341" not in bytes(stored)
    phones = session.scalars(sa.select(Candidate.phone).order_by(Candidate.id)).all()
    assert phones == ["078-341-7711", None]


def test_an_instant_without_a_zone_is_a_bug(session: Session) -> None:
    pool = make.make_prefecture_pool(session)
    pool.opened_at = datetime(2026, 11, 1)  # noqa: DTZ001 - what is refused
    with pytest.raises((TypeError, sa.exc.StatementError), match="without a time zone"):
        session.flush()


def test_nothing_stays_nothing_in_every_kind_of_column(session: Session) -> None:
    columns = [sa.literal(None, kind) for kind in (Json(), UtcDateTime())]
    assert session.execute(sa.select(*columns)).one() == (None, None)


def test_a_document_that_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="JSON"):
        canonical_json({"fit": float("nan")})


def test_an_error_of_the_database_does_not_say_what_was_to_be_stored(database: Database) -> None:
    """It ends up in logs: no parameters, and nothing of the row that PostgreSQL quotes."""
    with database.writing() as session:
        first, second = (make.make_user(session, Role.ADMIN) for _ in range(2))
    for broken in ({"email_lookup": first.email_lookup}, {"municipality_code": "281000"}):
        with pytest.raises(sa.exc.IntegrityError) as failed, database.writing() as session:
            one = sa.update(User).where(User.id == second.id)
            session.execute(one.values(display_name=SECRET, **broken))
        said = f"{failed.value} {failed.value.orig}"
        assert "constraint" in said
        assert SECRET not in said
        assert first.email_lookup not in said
        assert "DETAIL" not in said


def test_a_row_shows_its_number_only(session: Session) -> None:
    person = make.make_candidate(session, family_name=SECRET)
    assert repr(person) == f"<Candidate ({person.id},)>"


def test_a_field_of_another_installation_is_refused_by_name(session: Session) -> None:
    person = make.make_candidate(session, phone="078-341-7711")
    session.flush()
    session.execute(
        sa.text("UPDATE candidate SET phone = :token WHERE id = :id"),
        {"token": b"not ours", "id": person.id},
    )
    session.expire_all()
    with pytest.raises(ConfigError, match="a private field does not open"):
        _ = person.phone


def test_a_reading_session_cannot_write(database: Database) -> None:
    with database.reading() as session:
        session.add(Pool(prefecture_code="28", name="x", opened_at=clock.now()))
        with pytest.raises(sa.exc.DBAPIError):
            session.flush()


def test_a_unit_that_fails_leaves_nothing(database: Database) -> None:
    with pytest.raises(RuntimeError), database.writing() as session:
        make.make_prefecture_pool(session)
        session.flush()
        raise RuntimeError
    with database.reading() as session:
        assert session.scalars(sa.select(Pool)).all() == []


class Locked(sa.exc.OperationalError):
    def __init__(self) -> None:
        super().__init__("", {}, Exception("database is locked"))


def test_a_unit_is_repeated_while_the_database_asks_for_it(database: Database) -> None:
    tries = []

    def come_third(session: Session) -> str:
        tries.append(session)
        if len(tries) < ATTEMPTS:
            raise Locked
        return "done"

    assert database.repeat(come_third) == "done"
    assert len(set(map(id, tries))) == ATTEMPTS


def test_a_unit_is_not_repeated_for_ever_nor_for_what_will_not_pass(database: Database) -> None:
    tries = []

    def lock(session: Session) -> None:
        tries.append(1)
        raise Locked

    with pytest.raises(Locked):
        database.repeat(lock)
    assert len(tries) == ATTEMPTS

    def ask_nonsense(session: Session) -> None:
        tries.append(1)
        session.execute(sa.text("SELECT nothing FROM nowhere"))

    with pytest.raises(sa.exc.DBAPIError):
        database.repeat(ask_nonsense)
    assert len(tries) == ATTEMPTS + 1


def test_the_files_of_a_new_database_are_their_owners_only(config: Config, tmp_path: Path) -> None:
    folder = tmp_path / "new"
    folder.mkdir()
    before = os.umask(0)
    try:
        here = replace(config, database_url=f"sqlite:///{folder / 'talentpool.db'}")
        database, engine = Database(here), worker.Engine(here, Database(here))
        with database.writing() as session:
            session.execute(sa.text("CREATE TABLE t (x)"))
            engine.wake(1)
            names = {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}
        engine.close()
        database.close()
    finally:
        os.umask(before)
    assert {"talentpool.db", "talentpool.db-wal", "talentpool.db-shm"} < names.keys()
    assert {"talentpool.queue", "talentpool.queue-wal"} < names.keys()
    assert set(names.values()) == {0o600}
