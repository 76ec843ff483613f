"""Settings: what is generated, what is kept, and what refuses to start."""

from __future__ import annotations

from pathlib import Path

import pytest

from talentpool.config import Config
from talentpool.errors import ConfigError

KEYS = {
    "TALENTPOOL_SECRET_KEY": "3f1c9ab27de84056b1d2f7a8c4e6095d",
    "TALENTPOOL_AUDIT_KEY": "90b5d3c27f6e4a18805ce1f2a9d47b63",
    "TALENTPOOL_FIELD_KEYS": "kTq0Jm8Yv2nXw5Rb7Lc1Zs4Hd9Gf6PaE3UoIiNtMyA8=",
}
PRODUCTION = KEYS | {
    "TALENTPOOL_ENV": "production",
    "TALENTPOOL_BASE_URL": "https://pool.example.jp",
    "TALENTPOOL_DATABASE_URL": "postgresql+psycopg://pool@db.example.jp/pool",
}


def test_keys_are_generated_once_and_readable_only_by_their_owner(tmp_path: Path) -> None:
    place = {"TALENTPOOL_INSTANCE": str(tmp_path / "deep" / "instance")}
    first, second = Config.from_environment(place), Config.from_environment(place)
    assert first == second
    assert len(first.secret_key) == len(first.audit_key) == 64
    assert (tmp_path / "deep" / "instance" / "keys.json").stat().st_mode & 0o777 == 0o600
    given = Config.from_environment(place | {"TALENTPOOL_SECRET_KEY": "mine"})
    assert (given.secret_key, given.audit_key) == ("mine", first.audit_key)


def test_the_demo_is_the_default_database_only_until_there_is_another(tmp_path: Path) -> None:
    (tmp_path / "demo.db").touch()
    shown = Config.from_environment(KEYS, instance=tmp_path)
    assert shown.is_demo
    assert shown.database_url.endswith("/demo.db")
    (tmp_path / "talentpool.db").touch()
    own = Config.from_environment(KEYS, instance=tmp_path)
    assert not own.is_demo
    assert own.database_url.endswith("/talentpool.db")


def test_no_folder_is_created_if_every_setting_is_given(tmp_path: Path) -> None:
    absent = tmp_path / "instance"
    assert Config.from_environment(PRODUCTION, instance=absent).is_secure
    assert not absent.exists()


def test_a_folder_that_cannot_be_created_or_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for given in (KEYS, {"TALENTPOOL_DATABASE_URL": "sqlite://"}):
        with pytest.raises(ConfigError, match=r"the folder .*file/instance cannot be created"):
            Config.from_environment(given, instance=tmp_path / "file" / "instance")
    (tmp_path / "keys.json").write_text("{", "ascii")
    with pytest.raises(ConfigError, match=r"keys\.json cannot be read"):
        Config.from_environment({}, instance=tmp_path)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"TALENTPOOL_ENV": "staging"}, "must be one of development, test, production"),
        ({"TALENTPOOL_SECRET_KEY": ""}, "production needs TALENTPOOL_SECRET_KEY"),
        ({"TALENTPOOL_AUDIT_KEY": "short"}, "AUDIT_KEY needs 32 characters"),
        ({"TALENTPOOL_SECRET_KEY": "s" * 64}, "SECRET_KEY needs 32 characters drawn"),
        ({"TALENTPOOL_SECRET_KEY": "changeme" * 8}, "SECRET_KEY needs 32 characters drawn"),
        ({"TALENTPOOL_FIELD_KEYS": "A" * 43 + "="}, "FIELD_KEYS needs 32 characters drawn"),
        (
            {"TALENTPOOL_AUDIT_KEY": KEYS["TALENTPOOL_SECRET_KEY"]},
            "needs a key of its own",
        ),
        (
            {"TALENTPOOL_SECRET_KEY": KEYS["TALENTPOOL_FIELD_KEYS"]},
            "needs a key of its own",
        ),
        ({"TALENTPOOL_DEMO": "1"}, "the demo does not run"),
        ({"TALENTPOOL_BASE_URL": "http://pool.example.jp"}, "must start with https://"),
        (
            {"TALENTPOOL_DATABASE_URL": "sqlite:///x.db", "TALENTPOOL_QUEUE_URL": "redis://q"},
            "one machine only",
        ),
        ({"TALENTPOOL_QUEUE_URL": "amqp://q"}, "QUEUE_URL must be redis"),
        ({"TALENTPOOL_SMTP_URL": "mail.example.jp"}, "SMTP_URL must be smtp"),
        ({"TALENTPOOL_SMTP_URL": "smtp://:25"}, "SMTP_URL must be smtp"),
        ({"TALENTPOOL_SMTP_URL": "smtp://u:p@h:port"}, "SMTP_URL must be smtp"),
        ({"TALENTPOOL_PROXY_HOPS": "-1"}, "PROXY_HOPS must be a whole number"),
        ({"TALENTPOOL_PROXY_HOPS": "２"}, "PROXY_HOPS must be a whole number"),
    ],
)
def test_unsafe_settings_refuse_to_start(
    tmp_path: Path, change: dict[str, str], sentence: str
) -> None:
    with pytest.raises(ConfigError, match=sentence):
        Config.from_environment(PRODUCTION | change, instance=tmp_path)


def test_the_site_may_have_several_names(tmp_path: Path) -> None:
    given = PRODUCTION | {"TALENTPOOL_TRUSTED_HOSTS": "dx.example.lg.jp,,pool.lg.example.jp"}
    config = Config.from_environment(given, instance=tmp_path)
    assert config.trusted_hosts == ("dx.example.lg.jp", "pool.lg.example.jp")
    assert Config.from_environment(PRODUCTION, instance=tmp_path).trusted_hosts == ()


def test_settings_do_not_show_their_keys(tmp_path: Path) -> None:
    shown = repr(Config.from_environment(PRODUCTION, instance=tmp_path))
    assert shown == "Config(environment='production')"
