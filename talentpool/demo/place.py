"""Where the demo keeps its data: one SQLite file of its own, marked, and no other database."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from ..config import DEMO_FILE, PREFIX
from ..errors import ConfigError

MARK = 0x64656D6F  # SQLite's application_id of a file that the demo made: "demo"


def find_place() -> Path:
    """The demo's file, made or not; ConfigError when a database that is not the demo's stands there or is set."""
    instance = Path(os.environ.get(PREFIX + "INSTANCE", "instance")).resolve()
    path = instance / DEMO_FILE
    if os.environ.get(PREFIX + "DATABASE_URL") not in {None, "", address(path)}:
        raise ConfigError("the demo has a database of its own: unset TALENTPOOL_DATABASE_URL")
    if path.exists() and not _is_ours(path):
        raise ConfigError(f"{path} was not made by the demo: move it away")
    instance.mkdir(parents=True, exist_ok=True)
    return path


def address(path: Path) -> str:
    return f"sqlite:///{path}"


def settings(path: Path) -> dict[str, str]:
    """The environment of this process, turned to the demo's file; the queue lies beside it."""
    given = dict(os.environ) | {PREFIX + "DATABASE_URL": address(path), PREFIX + "DEMO": "1"}
    given.pop(PREFIX + "QUEUE_URL", None)
    return given


def sign(path: Path, seed: int) -> None:
    """Mark a finished file as the demo's, with its seed."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA application_id = {MARK}")
        connection.execute(f"PRAGMA user_version = {seed}")


def seed_of(path: Path) -> int:
    return _pragma(path, "user_version")


def remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _is_ours(path: Path) -> bool:
    with suppress(sqlite3.DatabaseError):
        return _pragma(path, "application_id") == MARK
    return False


def _pragma(path: Path, name: str) -> int:
    with closing(sqlite3.connect(path)) as connection:
        value: int = connection.execute(f"PRAGMA {name}").fetchone()[0]
        return value
