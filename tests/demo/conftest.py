"""One filled demo for all tests of it, also when several workers run them."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from talentpool.config import Config
from talentpool.db import Database, Session
from talentpool.demo.filling import fill
from talentpool.demo.place import settings

NOW = datetime(2026, 12, 1, 1, 0, tzinfo=UTC)
YEAR = 2026  # the fiscal year of NOW
SEED = 1


def config_of(path: Path) -> Config:
    """The settings with which the demo's file in `path` was filled."""
    with at(path.parent):
        return Config.from_environment(settings(path))


@contextmanager
def at(instance: Path) -> Iterator[None]:
    """The environment of a demo that keeps its files in `instance`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TALENTPOOL_INSTANCE", str(instance))
        yield


@pytest.fixture(autouse=True)
def day() -> None:
    """The real one, on which the pool was filled."""


@pytest.fixture(scope="session")
def demo_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.getbasetemp()
    shared = root.parent if root.name.startswith("popen-") else root
    path = shared / "demo" / "demo.db"
    path.parent.mkdir(exist_ok=True)
    with (shared / "demo.lock").open("w") as lock, at(path.parent):
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            fill(path, SEED, NOW)
    return path


@pytest.fixture(scope="session")
def demo(demo_file: Path) -> Iterator[Database]:
    opened = Database(config_of(demo_file))
    yield opened
    opened.close()


@pytest.fixture
def filled(demo: Database) -> Iterator[Session]:
    with demo.reading() as session:
        yield session
