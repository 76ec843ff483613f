from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from talentpool import audit
from talentpool.accounts.models import Pool, User
from talentpool.audit import Anchor, AuditEvent, AuditHead
from talentpool.db import Database, Session
from talentpool.errors import ConfigError
from talentpool.permissions import SYSTEM, Actor, Role, visible
from talentpool.states import ENTRIES, MACHINES
from tests.factories import HYOGO, NOW, OSAKA, make_prefecture_pool, make_user

LENGTH = 12
RENAME, CLOSE, WAVE = (
    audit.Entry(code, "試験", "Test") for code in ("pool.rename", "pool.close", "account.wave")
)
Forgery = Callable[[Session, bytes], None]


@pytest.fixture
def anchored(database: Database) -> Anchor:
    """A chain of twelve events whose head has been noted elsewhere."""
    with database.writing() as session:
        pool = make_prefecture_pool(session)
        for number in range(LENGTH - 1):
            audit.record(session, RENAME, pool, actor=SYSTEM, now=NOW, detail={"number": number})
    with database.reading() as session:
        noted = audit.anchor(session)
    assert noted is not None
    return noted


def faults(database: Database, *anchors: Anchor) -> list[str]:
    with database.reading() as session:
        return list(audit.verify(session, anchors))


def disarm(session: Session) -> None:
    """What the owner of the database can do to it."""
    if session.get_bind().dialect.name == "sqlite":
        triggers = sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for name in session.scalars(triggers).all():
            session.execute(sa.text(f"DROP TRIGGER {name}"))
    else:
        for table in ("audit_event", "audit_head"):
            session.execute(sa.text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))


def rows(session: Session) -> list[dict[str, Any]]:
    found = session.execute(sa.select(AuditEvent.__table__).order_by(AuditEvent.seq))
    return [dict(row._mapping) for row in found]


def rewrite(session: Session, seq: int, **values: Any) -> None:
    session.execute(
        sa.update(AuditEvent)
        .where(AuditEvent.seq == seq)
        .values(values)
        .execution_options(synchronize_session=False)
    )


def set_head(session: Session, seq: int, digest: str) -> None:
    session.execute(
        sa.update(AuditHead)
        .values(seq=seq, hash=digest)
        .execution_options(synchronize_session=False)
    )


def restamp(session: Session, key: bytes) -> None:
    """Give every event the hash that its present content would have had under `key`."""
    digest = audit.GENESIS
    for row in rows(session):
        digest = audit.chain_hash(key, digest, row)
        rewrite(session, row["seq"], hash=digest)
    set_head(session, row["seq"], digest)


def edit(session: Session, _key: bytes) -> None:
    rewrite(session, 5, detail={"number": 99})


def backdate(session: Session, _key: bytes) -> None:
    rewrite(session, 5, at=NOW.replace(year=2020))


def blame_another(session: Session, _key: bytes) -> None:
    rewrite(session, 5, actor_id=1)


def delete(session: Session, _key: bytes) -> None:
    session.execute(sa.delete(AuditEvent).where(AuditEvent.seq == 5))


def delete_the_first(session: Session, _key: bytes) -> None:
    session.execute(sa.delete(AuditEvent).where(AuditEvent.seq == 1))


def insert(session: Session, _key: bytes) -> None:
    last = rows(session)[-1]
    session.execute(sa.insert(AuditEvent).values(last | {"seq": LENGTH + 1}))
    set_head(session, LENGTH + 1, last["hash"])


def swap(session: Session, _key: bytes) -> None:
    third, fourth = rows(session)[2:4]
    rewrite(session, 3, detail=fourth["detail"], hash=fourth["hash"])
    rewrite(session, 4, detail=third["detail"], hash=third["hash"])


def swap_without_hashes(session: Session, _key: bytes) -> None:
    third, fourth = rows(session)[2:4]
    rewrite(session, 3, detail=fourth["detail"])
    rewrite(session, 4, detail=third["detail"])


def restamp_without_the_key(session: Session, _key: bytes) -> None:
    edit(session, b"")
    restamp(session, b"guessed key")


def forget_the_head(session: Session, _key: bytes) -> None:
    set_head(session, LENGTH - 1, rows(session)[-2]["hash"])


def cut_the_tail(session: Session, _key: bytes) -> None:
    session.execute(sa.delete(AuditEvent).where(AuditEvent.seq > LENGTH - 3))
    last = rows(session)[-1]
    set_head(session, last["seq"], last["hash"])


def cut_everything(session: Session, _key: bytes) -> None:
    session.execute(sa.delete(AuditEvent))
    set_head(session, 0, audit.GENESIS)


def restamp_with_the_key(session: Session, key: bytes) -> None:
    edit(session, key)
    restamp(session, key)


def cut_and_grow_again(session: Session, key: bytes) -> None:
    cut_the_tail(session, key)
    pool = session.get_one(Pool, HYOGO)
    for _ in range(5):
        audit.record(session, RENAME, pool, actor=SYSTEM, now=NOW, detail={"number": 7})


SEEN_BY_ITSELF = [
    edit, backdate, blame_another, delete, delete_the_first, insert, swap, swap_without_hashes,
    restamp_without_the_key, forget_the_head,
]  # fmt: skip
SEEN_BY_THE_ANCHOR = [cut_the_tail, cut_everything, restamp_with_the_key, cut_and_grow_again]


def forge(database: Database, forgery: Forgery) -> None:
    with database.writing() as session:
        disarm(session)
        forgery(session, session.info["audit_key"])


def test_an_honest_chain_has_no_faults(database: Database, anchored: Anchor) -> None:
    assert anchored.seq == LENGTH
    assert faults(database) == []
    assert faults(database, anchored) == []


def test_an_empty_chain_has_no_faults(database: Database) -> None:
    assert faults(database) == []


def test_an_old_anchor_still_holds_when_the_chain_has_grown(
    database: Database, anchored: Anchor
) -> None:
    with database.writing() as session:
        make_user(session, Role.AUDITOR)
    assert faults(database, anchored) == []


@pytest.mark.parametrize("forgery", SEEN_BY_ITSELF)
def test_the_chain_itself_shows_the_forgery(
    database: Database, anchored: Anchor, forgery: Forgery
) -> None:
    forge(database, forgery)
    assert faults(database)
    assert faults(database, anchored)


@pytest.mark.parametrize("forgery", SEEN_BY_THE_ANCHOR)
def test_the_anchor_shows_what_the_chain_cannot(
    database: Database, anchored: Anchor, forgery: Forgery
) -> None:
    forge(database, forgery)
    assert faults(database) == []
    assert faults(database, anchored)


def test_a_fault_names_the_event(database: Database, anchored: Anchor) -> None:
    forge(database, edit)
    assert faults(database, anchored) == ["audit: event 5 does not match its hash"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET action = 'x'",
        "DELETE FROM audit_event",
        "DELETE FROM audit_head",
        "UPDATE audit_head SET seq = seq - 1",
        "UPDATE audit_head SET id = 1, seq = 0, hash = '0'",
        "INSERT INTO audit_head (id, seq, hash) VALUES (1, 0, '0')",
    ],
)
@pytest.mark.usefixtures("anchored")
def test_the_database_refuses_to_change_an_event_or_to_step_back(
    database: Database, statement: str
) -> None:
    with pytest.raises(DBAPIError, match="append-only"), database.writing() as session:
        session.execute(sa.text(statement))
    assert faults(database) == []


def test_the_database_refuses_another_event_in_the_place_of_one(
    database: Database, anchored: Anchor
) -> None:
    replacing = {
        "sqlite": [
            "INSERT OR REPLACE INTO audit_head (id, seq, hash) VALUES (1, 99, '0')",
            "INSERT OR REPLACE INTO audit_event SELECT * FROM audit_event WHERE seq = 5",
        ],
        "postgresql": ["TRUNCATE audit_head", "TRUNCATE audit_event"],
    }
    for statement in replacing[database.engine.dialect.name]:
        with pytest.raises(DBAPIError, match="append-only"), database.writing() as session:
            session.execute(sa.text(statement))
    assert faults(database, anchored) == []


def test_a_lost_head_is_a_fault_and_stops_the_record(database: Database, anchored: Anchor) -> None:
    forge(database, lambda session, _key: session.execute(sa.delete(AuditHead)))
    assert faults(database, anchored) == ["audit: the head of the chain is missing"]
    with database.reading() as session:
        assert audit.anchor(session) is None
        assert audit.length(session) == LENGTH
    with pytest.raises(ConfigError, match="head of the chain"), database.writing() as session:
        make_user(session, Role.ADMIN)
    with database.reading() as session:
        assert session.scalars(sa.select(User)).all() == []


def test_a_rolled_back_unit_leaves_no_event(database: Database, anchored: Anchor) -> None:
    session = database.session(read_only=False)
    make_user(session, Role.ADMIN)
    audit.seal(session)
    session.rollback()
    session.commit()
    session.close()
    with pytest.raises(RuntimeError), database.writing() as failing:
        make_user(failing, Role.ADMIN)
        raise RuntimeError
    with database.reading() as reading:
        assert audit.anchor(reading) == anchored
        assert reading.scalars(sa.select(User)).all() == []


def test_an_event_forgotten_by_a_rollback_does_not_come_with_the_next_commit(
    database: Database,
) -> None:
    with database.writing() as session:
        pool = make_prefecture_pool(session)
    with database.writing() as session:
        audit.record(session, RENAME, pool, actor=SYSTEM, now=NOW)
        session.rollback()
        audit.record(session, CLOSE, pool, actor=SYSTEM, now=NOW)
    with database.reading() as session:
        assert session.scalars(sa.select(AuditEvent.action).order_by(AuditEvent.seq)).all() == [
            "pool.open", "pool.close",
        ]  # fmt: skip


def test_an_event_says_who_did_what_to_which_object(database: Database) -> None:
    with database.writing() as session:
        admin = make_user(session, Role.ADMIN)
        audit.record(session, WAVE, admin, actor=admin.actor, now=NOW, detail={"times": 3})
    with database.reading() as session:
        event = session.scalars(
            sa.select(AuditEvent).order_by(AuditEvent.seq.desc()).limit(1)
        ).one()
    assert (event.actor_id, event.actor_role, event.prefecture_code) == (admin.id, "admin", HYOGO)
    assert (event.object_type, event.object_id) == ("user_account", str(admin.id))
    assert (event.action, event.at, event.detail) == ("account.wave", NOW, {"times": 3})


def test_auditors_see_the_events_of_their_prefecture(database: Database) -> None:
    with database.writing() as session:
        make_user(session, Role.ADMIN)
        make_user(session, Role.ADMIN, prefecture_code=OSAKA)
    auditor = Actor(1, Role.AUDITOR, HYOGO)
    with database.reading() as session:
        seen = session.scalars(visible(auditor, AuditEvent)).all()
        assert {event.prefecture_code for event in seen} == {HYOGO}
        assert session.scalars(visible(Actor(1, Role.COORDINATOR, HYOGO), AuditEvent)).all() == []


def test_neither_names_nor_addresses_are_in_the_record(database: Database) -> None:
    with database.writing() as session:
        user = make_user(session, Role.COORDINATOR, email="hanako@example.jp")
        user.display_name = "山田 花子"
        audit.record(session, WAVE, user, actor=user.actor, now=NOW)
    with database.reading() as session:
        assert "hanako" not in str(rows(session))
        assert "山田" not in str(rows(session))
    assert "hanako" not in repr(user)
    assert "山田" not in repr(user)


def test_whatever_can_be_recorded_has_a_label_in_both_languages() -> None:
    assert {"need.create", "placement.suggest", "need.publish"} <= ENTRIES.keys()
    for code, entry in ENTRIES.items():
        assert re.fullmatch(r"[a-z_]+\.[a-z_]+", code)
        assert re.search(r"[぀-ヿ一-鿿]", entry.ja), code
        assert re.fullmatch(r"[A-Z][a-z ,]+", entry.en), code


def test_auditors_read_labels_in_words_of_both_languages() -> None:
    assert (ENTRIES["need.create"].ja, ENTRIES["need.publish"].en) == ("募集の作成", "Publish")


def test_nothing_is_recorded_that_has_no_label() -> None:
    """`record` takes entries, and all of them stand in two tables."""
    makers = {
        path.name
        for path in Path(audit.__file__).parent.rglob("*.py")
        if re.search(r"\bEntry\(f?\"", path.read_text("utf-8"))
    }
    assert makers == {"states.py"}
    assert len({deed.code for deed in audit.Deed}) == len(audit.Deed)
    assert len(ENTRIES) == len(audit.Deed) + sum(
        len({step.verb for step in machine.transitions}) for machine in MACHINES.values()
    )
