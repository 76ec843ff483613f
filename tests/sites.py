"""The real server with its worker, as processes on loopback."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from talentpool.config import Config
from talentpool.db import Database

from . import factories
from .commands import environ_of
from .databases import CONFIG, Databases, Lasting

ROOT = Path(__file__).resolve().parents[1]
START = 60  # seconds until the site must answer


@dataclass
class Site:
    """The address, the database behind it, and its commands."""

    address: str
    database: Database
    environment: dict[str, str]

    @property
    def port(self) -> int:
        return int(self.address.rsplit(":", 1)[1])

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "talentpool.cli", *arguments],
            env=self.environment, capture_output=True, text=True, check=False,
        )  # fmt: skip


@contextmanager
def served(config: Config, database: Database, folder: Path, **settings: str) -> Iterator[Site]:
    """`talentpool serve` with `config`; what it says is in `folder`, in site.log."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    environment = os.environ | environ_of(config) | {
        "PYTHONPATH": str(ROOT),
        "TALENTPOOL_INSTANCE": str(folder / "instance"),
        "TALENTPOOL_BASE_URL": address,
    } | settings  # fmt: skip
    command = [sys.executable, "-m", "talentpool.cli", "serve", "--port", str(port)]
    with (folder / "site.log").open("w") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        _wait(f"{address}/readyz", process)
        yield Site(address, database, environment)
    finally:
        process.terminate()
        process.wait(timeout=30)


@dataclass(frozen=True)
class LastingSite:
    """A site for many tests, each of which finds its database as new; none of them orders a job."""

    site: Site
    kept: Lasting

    def renewed(self) -> Site:
        factories.count_from_one()
        self.kept.empty()
        return self.site


@contextmanager
def lasting(databases: Databases, folder: Path) -> Iterator[LastingSite]:
    with databases.lasting() as kept:
        config = replace(CONFIG, database_url=kept.url)
        with closing(Database(config)) as database, served(config, database, folder) as site:
            yield LastingSite(site, kept)


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START
    while time.monotonic() < deadline:
        assert process.poll() is None, "the site has ended"
        try:
            with urllib.request.urlopen(address) as answer:
                assert answer.status == 200
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
    pytest.fail("the site does not answer")
