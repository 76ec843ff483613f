"""Migrations, the check and the audit chain from the command line: exit codes and one line for a refusal."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from talentpool import schema
from talentpool.accounts.models import Pool
from talentpool.db import Database
from tests import factories as make
from tests.commands import run

pytestmark = pytest.mark.usefixtures("environment")
Capture = pytest.CaptureFixture[str]


def _pool(database: Database) -> None:
    with database.writing() as session:
        make.make_prefecture_pool(session)
        make.make_need(session)


def test_the_check_ends_with_1_only_when_something_is_wrong(
    database: Database, capsys: Capture
) -> None:
    _pool(database)
    assert run("check") == 0
    assert capsys.readouterr().out == "0 violations\n"
    with database.writing() as session:
        session.execute(sa.text("UPDATE need SET version = 0, state = 'on_hold'"))
    assert run("check") == 1
    said = capsys.readouterr().out.splitlines()
    assert said[-1] == f"{len(said) - 1} violations"
    assert any(line.startswith("audit: need") for line in said)


def test_migrations_go_down_and_up_and_say_where_they_are(
    database: Database, capsys: Capture
) -> None:
    first = schema.revisions()[0]
    for arguments in (
        ["downgrade", first],
        ["downgrade", "base"],
        ["current"],
        ["upgrade", first],
    ):
        assert run("db", *arguments) == 0
    with database.reading() as session:
        assert not session.scalar(sa.text("SELECT count(*) FROM prefecture"))  # not yet the newest
    assert run("db", "upgrade") == 0
    with database.reading() as session:
        assert session.scalar(sa.text("SELECT count(*) FROM prefecture")) == 47
    assert capsys.readouterr().out.split("\n") == [
        f"schema {first}", "schema empty", "schema empty", f"schema {first}",
        f"schema {schema.head()}", "",
    ]  # fmt: skip


@pytest.mark.parametrize("verb", ["upgrade", "downgrade"])
def test_a_revision_that_is_not_there_is_refused_in_one_line(
    database: Database, capsys: Capture, verb: str
) -> None:
    assert run("db", verb, "9999") == 1
    assert capsys.readouterr().err == "talentpool: Can't locate revision identified by '9999'\n"
    assert schema.current(database) == schema.head()


COMMANDS = [
    ["check"],
    ["audit", "verify"],
    ["audit", "anchor"],
    ["round", "run", "1"],
    ["round", "show", "1"],
    ["prefecture", "add", "28"],
    ["user", "disable", "nobody@example.jp"],
    ["export", "needs", "needs.csv"],
]


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_every_command_says_in_one_line_that_the_schema_is_behind(
    database: Database, capsys: Capture, arguments: list[str]
) -> None:
    schema.downgrade(database, "-1")
    assert run(*arguments) == 2
    assert capsys.readouterr().err == (
        "talentpool: the schema is not up to date: run talentpool db upgrade\n"
    )


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        ("0002", "the database has schema 0002, from before the first release: make it anew"),
        ("9999", "the database has schema 9999 of a newer version: update talentpool"),
    ],
)
@pytest.mark.parametrize(
    "arguments", [["check"], ["db", "upgrade"], ["db", "downgrade", "base"]], ids=" ".join
)
def test_a_database_of_another_age_is_named_with_what_to_do(
    database: Database, capsys: Capture, arguments: list[str], found: str, sentence: str
) -> None:
    with database.writing() as session:
        session.execute(
            sa.text("UPDATE alembic_version SET version_num = :found"), {"found": found}
        )
    assert run(*arguments) == 2
    assert capsys.readouterr().err == f"talentpool: {sentence}\n"


@pytest.mark.parametrize("arguments", [*COMMANDS, ["db", "upgrade"], ["worker"]], ids=" ".join)
def test_a_database_that_does_not_answer_is_one_line_without_its_password(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture, arguments: list[str]
) -> None:
    monkeypatch.setenv(
        "TALENTPOOL_DATABASE_URL", "postgresql+psycopg://talent:hidden@127.0.0.1:1/pool"
    )
    assert run(*arguments) == 2
    said = capsys.readouterr().err
    assert said.startswith("talentpool: the database does not answer: ")
    assert said.count("\n") == 1
    assert "hidden" not in said


@pytest.mark.parametrize("address", ["nonsense", "mysql://u:hidden@127.0.0.1/pool"])
def test_an_address_that_is_none_is_one_line_without_its_password(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture, address: str
) -> None:
    monkeypatch.setenv("TALENTPOOL_DATABASE_URL", address)
    assert run("check") == 2
    said = capsys.readouterr().err
    assert said.startswith("talentpool: TALENTPOOL_DATABASE_URL must be ")
    assert "hidden" not in said


def test_a_noted_anchor_proves_that_the_chain_was_not_cut(
    database: Database, tmp_path: Path, capsys: Capture
) -> None:
    _pool(database)
    assert run("audit", "anchor") == 0
    anchor = capsys.readouterr().out
    seq, _, digest = anchor.strip().partition(" ")
    (tmp_path / "anchors").write_text(anchor, "ascii")
    assert run("audit", "verify") == 0
    assert run("audit", "verify", "--anchor", "anchors") == 0
    assert capsys.readouterr().out == f"0 faults in {seq} events\n" * 2
    (tmp_path / "anchors").write_text(f"{int(seq) + 1} {digest}\n", "ascii")
    assert run("audit", "verify", "--anchor", "anchors") == 1
    assert capsys.readouterr().out.splitlines()[-1] == f"1 faults in {seq} events"


def test_a_lost_head_of_the_chain_is_a_finding(database: Database, capsys: Capture) -> None:
    _pool(database)
    schema.downgrade(database, "0006")  # below the guard
    with database.writing() as session:
        session.execute(sa.text("DELETE FROM audit_head"))
    schema.upgrade(database)
    assert run("audit", "verify") == 1
    assert capsys.readouterr().out.startswith("audit: the head of the chain is missing\n1 faults")
    assert run("audit", "anchor") == 1
    assert capsys.readouterr().err == "talentpool: the head of the chain is missing\n"
    assert run("check") == 1
    assert run("prefecture", "add", "27") == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("content", [b"one two", b"1", b"1 short", b"\xff\xfe\0", b"\n"])
def test_a_file_that_holds_no_anchor_is_refused_with_its_line(
    tmp_path: Path, capsys: Capture, content: bytes
) -> None:
    (tmp_path / "anchors").write_bytes(content)
    assert run("audit", "verify", "--anchor", "anchors") == 1
    assert capsys.readouterr().err == "talentpool: line 1 of the anchor file is no anchor\n"


def test_an_anchor_file_without_a_line_proves_nothing(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "anchors").touch()
    assert run("audit", "verify", "--anchor", "anchors") == 1
    assert capsys.readouterr().err == "talentpool: the anchor file is empty\n"
    assert run("audit", "verify", "--anchor", str(tmp_path)) == 2


def test_a_pool_opens_once(database: Database, capsys: Capture) -> None:
    assert run("prefecture", "add", "28") == 0
    assert run("prefecture", "add", "28") == 1
    assert capsys.readouterr().err.count("\n") == 1
    with database.reading() as session:
        assert session.scalars(sa.select(Pool.prefecture_code)).all() == ["28"]
