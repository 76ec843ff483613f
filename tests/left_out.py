"""What this machine cannot run is taken out of the run by its mark, and said aloud at the end."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from . import servers


@dataclass(frozen=True)
class Need:
    """A mark of tests, what they are called, and Debian's package for what they need."""

    mark: str
    name: str
    package: str


BROWSER = Need("browser", "the tests in a browser", "chromium")
POSTGRESQL = Need("postgresql", "the tests on PostgreSQL", "postgresql")
REDIS = Need("redis", "the tests on Redis", "redis-server")
NGINX = Need("nginx", "the tests behind a proxy", "nginx")


def missing() -> list[Need]:
    found = {
        BROWSER: servers.find_browser(),
        POSTGRESQL: servers.find_postgresql(),
        REDIS: servers.find_redis(),
        NGINX: servers.find_nginx(),
    }
    return [need for need, place in found.items() if place is None]


def sentence(needs: list[Need]) -> str:
    names = " and ".join(need.name for need in needs)
    packages = " ".join(need.package for need in needs)
    return f"Left out: {names}. To run them: apt-get install -y {packages}"


def take_out(config: pytest.Config, items: list[pytest.Item]) -> None:
    marks = {need.mark for need in missing()}
    out = [item for item in items if marks & {mark.name for mark in item.iter_markers()}]
    if out:
        config.hook.pytest_deselected(items=out)
        items[:] = [item for item in items if item not in set(out)]
