"""`talentpool demo` as a person starts it."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from talentpool.demo.accounts import PASSWORD, STAFF, staff_email

from .conftest import SEED


def start(instance: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "talentpool.cli", "demo", "--no-serve", *arguments]
    clean = {
        name: value for name, value in os.environ.items() if not name.startswith("TALENTPOOL_")
    }
    settings = clean | {"TALENTPOOL_INSTANCE": str(instance), "PYTHONUTF8": "1"} | environ
    return subprocess.run(command, env=settings, capture_output=True, text=True, check=False)


@pytest.fixture
def instance(demo_file: Path, tmp_path: Path) -> Path:
    """A filled demo as an earlier start has left it."""
    folder = tmp_path / "instance"
    folder.mkdir()
    for name in ("demo.db", "keys.json"):
        shutil.copy(demo_file.with_name(name), folder / name)
    return folder


def test_the_first_start_fills_a_pool_and_prints_its_plan_and_log_ins(tmp_path: Path) -> None:
    answer = start(tmp_path / "new", "--seed", "7")
    assert answer.returncode == 0, answer.stderr
    assert answer.stderr == ""
    assert "架空データ" in answer.stdout
    assert "最適" in answer.stdout
    assert "適合度" in answer.stdout
    assert "空き" in answer.stdout
    for baseline in ("割当案", "先着順", "適合度の高い順", "技能の数の順"):
        assert baseline in answer.stdout
    for role in STAFF:
        assert staff_email(role) in answer.stdout
    assert "sayo@example.lg.jp" in answer.stdout
    assert answer.stdout.count("@example.jp") == 2
    assert PASSWORD in answer.stdout
    assert "http://127.0.0.1:8000/" in answer.stdout
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["demo.db", "keys.json"]


def test_the_second_start_shows_the_same_pool(instance: Path) -> None:
    before = (instance / "demo.db").stat().st_ino
    first, second = start(instance), start(instance, "--seed", str(SEED))
    assert first.returncode == second.returncode == 0
    assert first.stdout == second.stdout
    assert (instance / "demo.db").stat().st_ino == before


def test_another_seed_needs_a_reset(instance: Path) -> None:
    answer = start(instance, "--seed", "2")
    assert answer.returncode == 2
    assert answer.stderr == "talentpool: the demo was filled with another seed: add --reset\n"


def test_a_demo_of_an_older_version_needs_a_reset(instance: Path) -> None:
    with closing(sqlite3.connect(instance / "demo.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0002'")
    answer = start(instance)
    assert answer.returncode == 2
    assert answer.stderr == "talentpool: the demo's database is of another version: add --reset\n"


@pytest.mark.parametrize("options", [(), ("--reset",)])
def test_a_database_that_somebody_has_set_is_not_touched(
    instance: Path, tmp_path: Path, options: tuple[str, ...]
) -> None:
    other = tmp_path / "other.db"
    sqlite3.connect(other).execute("CREATE TABLE precious (id INTEGER)").connection.close()
    before = other.read_bytes()
    answer = start(instance, *options, TALENTPOOL_DATABASE_URL=f"sqlite:///{other}")
    assert answer.returncode == 2
    assert "unset TALENTPOOL_DATABASE_URL" in answer.stderr
    assert other.read_bytes() == before


@pytest.mark.parametrize("options", [(), ("--reset",)])
def test_a_file_that_the_demo_did_not_make_is_not_touched(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    (tmp_path / "demo.db").write_text("my own notes", encoding="utf-8")
    answer = start(tmp_path, *options)
    assert answer.returncode == 2
    assert "was not made by the demo" in answer.stderr
    assert (tmp_path / "demo.db").read_text(encoding="utf-8") == "my own notes"


def test_other_keys_are_named_instead_of_a_log_in_that_fails(instance: Path) -> None:
    (instance / "keys.json").unlink()
    answer = start(instance)
    assert answer.returncode == 2
    assert "other keys" in answer.stderr


def test_production_has_no_demo(instance: Path) -> None:
    keys = {
        f"TALENTPOOL_{name}": "k" * 43 + "=" for name in ("SECRET_KEY", "FIELD_KEYS", "AUDIT_KEY")
    }
    answer = start(
        instance, TALENTPOOL_ENV="production", TALENTPOOL_BASE_URL="https://example.jp", **keys
    )
    assert answer.returncode == 2
    assert "production" in answer.stderr
