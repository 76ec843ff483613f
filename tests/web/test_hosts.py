"""The site answers to its own names only."""

from __future__ import annotations

from dataclasses import replace

import pytest

from talentpool.app import create_app
from talentpool.config import Config
from talentpool.db import Database

OWN = ["pool.example.jp", "pool.example.jp:443", "POOL.example.jp.", "dx.example.lg.jp"]
THIS_MACHINE = ["localhost:8000", "127.0.0.1", "[::1]:8000"]
ADDRESSES = ["192.168.1.5:8000", "[fe80::1]"]
STRANGERS = [
    "", "evil.example.com", "pool.example.jp.evil.example.com", "xpool.example.jp", "a@b", "[::1",
    "pool.example.jp:443@evil.example.com", "pool.example.jp/evil", "pool.example.jp, evil.example",
]  # fmt: skip


def _status(config: Config, database: Database, host: str, **headers: str) -> int:
    named = replace(config, base_url="https://pool.example.jp", trusted_hosts=("dx.example.lg.jp",))
    client = create_app(named, database).test_client()
    return client.get("/healthz", headers={"Host": host, **headers}).status_code


@pytest.mark.parametrize("host", [*OWN, *THIS_MACHINE])
def test_the_sites_names_and_the_machines_own_are_answered(
    config: Config, database: Database, host: str
) -> None:
    production = replace(config, environment="production")
    assert _status(production, database, host) == 200


@pytest.mark.parametrize("host", [*STRANGERS, *ADDRESSES])
def test_any_other_name_is_refused(config: Config, database: Database, host: str) -> None:
    assert _status(replace(config, environment="production"), database, host) == 400


@pytest.mark.parametrize("host", ADDRESSES)
def test_a_developer_reaches_the_site_by_any_address_in_figures(
    config: Config, database: Database, host: str
) -> None:
    assert _status(config, database, host) == 200
    assert _status(config, database, "evil.example.com") == 400


def test_behind_a_proxy_the_name_that_the_client_used_counts(
    config: Config, database: Database
) -> None:
    behind = replace(config, proxy_hops=1)
    forwarded = {"X-Forwarded-Host": "evil.example.com"}
    assert _status(behind, database, "pool.example.jp", **forwarded) == 400
    assert _status(config, database, "pool.example.jp", **forwarded) == 200
