"""Settings from environment variables, checked once at startup. Their names are a public contract."""

from __future__ import annotations

import json
import os
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from .errors import ConfigError

ENVIRONMENTS = ("development", "test", "production")
PREFIX = "TALENTPOOL_"
SHORTEST_KEY = 32  # characters
# Different ones in a key: 32 hexadecimal digits drawn at random have fewer once in 28 million.
FEWEST_LETTERS = 8
DEMO_FILE = "demo.db"
QUEUES = ("redis://", "rediss://", "postgresql", "sqlite:///")  # how a queue's address begins


@dataclass(frozen=True)
class Config:
    database_url: str
    secret_key: str
    field_keys: tuple[str, ...]  # Fernet keys, newest first
    audit_key: str
    environment: str = "development"
    queue_url: str | None = None
    base_url: str = "http://127.0.0.1:8000"
    trusted_hosts: tuple[str, ...] = ()  # names of the site beside that of base_url
    smtp_url: str | None = None
    proxy_hops: int = 0
    is_demo: bool = False

    def __repr__(self) -> str:
        return f"Config(environment={self.environment!r})"

    @property
    def is_secure(self) -> bool:
        """Whether the site is served over https, so that cookies can require it."""
        return self.base_url.startswith("https://")

    @classmethod
    def from_environment(
        cls, environ: Mapping[str, str] | None = None, *, instance: Path | None = None
    ) -> Config:
        """Read TALENTPOOL_*. Outside production, missing keys are generated once and kept in `instance`."""
        given = os.environ if environ is None else environ
        instance = instance or Path(given.get(PREFIX + "INSTANCE", "instance"))
        environment = given.get(PREFIX + "ENV", "development")
        if environment not in ENVIRONMENTS:
            raise ConfigError(f"TALENTPOOL_ENV must be one of {', '.join(ENVIRONMENTS)}")
        keys = _keys(given, environment, instance)
        url = given.get(PREFIX + "DATABASE_URL")
        path = None if url else _default_database(instance)
        config = cls(
            database_url=url or f"sqlite:///{path}",
            secret_key=keys["SECRET_KEY"],
            field_keys=tuple(keys["FIELD_KEYS"].split(",")),
            audit_key=keys["AUDIT_KEY"],
            environment=environment,
            queue_url=_queue(given.get(PREFIX + "QUEUE_URL")),
            base_url=given.get(PREFIX + "BASE_URL", cls.base_url),
            trusted_hosts=tuple(filter(None, given.get(PREFIX + "TRUSTED_HOSTS", "").split(","))),
            smtp_url=_mail_server(given.get(PREFIX + "SMTP_URL")),
            proxy_hops=_whole_number(given.get(PREFIX + "PROXY_HOPS", "0"), "PROXY_HOPS"),
            is_demo=given.get(PREFIX + "DEMO") == "1"
            or (path is not None and path.name == DEMO_FILE),
        )
        config.refuse_unsafe()
        return config

    def refuse_unsafe(self) -> None:
        if self.environment != "production":
            return
        if self.is_demo:
            raise ConfigError("the demo does not run with TALENTPOOL_ENV=production")
        self._refuse_weak_keys()
        if not self.is_secure:
            raise ConfigError("TALENTPOOL_BASE_URL must start with https:// in production")
        if self.queue_url and self.database_url.startswith("sqlite"):
            raise ConfigError("SQLite serves one machine only: unset TALENTPOOL_QUEUE_URL")

    def _refuse_weak_keys(self) -> None:
        """Short, drawn from a few letters, or the same for two purposes."""
        keys = [self.secret_key, self.audit_key, *self.field_keys]
        named = ["SECRET_KEY", "AUDIT_KEY", *["FIELD_KEYS"] * len(self.field_keys)]
        for name, key in zip(named, keys, strict=True):
            if len(key) < SHORTEST_KEY or len(set(key)) < FEWEST_LETTERS:
                raise ConfigError(f"{PREFIX}{name} needs {SHORTEST_KEY} characters drawn at random")
        if len(set(keys)) < len(keys):
            raise ConfigError(
                "each of TALENTPOOL_SECRET_KEY, _AUDIT_KEY and _FIELD_KEYS needs a key of its own"
            )


def _default_database(instance: Path) -> Path:
    """The installation's own file, or the demo's until that exists, so that every command works on the demo."""
    _make_folder(instance)
    own, demo = instance / "talentpool.db", instance / DEMO_FILE
    return (demo if demo.exists() and not own.exists() else own).resolve()


def _whole_number(text: str, name: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise ConfigError(f"{PREFIX}{name} must be a whole number")
    return int(text)


def _queue(url: str | None) -> str | None:
    if url and not url.startswith(QUEUES):
        raise ConfigError(
            "TALENTPOOL_QUEUE_URL must be redis://host:port/0 or a PostgreSQL address"
        )
    return url or None


def _mail_server(url: str | None) -> str | None:
    """The URL unchanged; ConfigError for an unusable one, in a message that does not repeat its password."""
    try:
        parts = urlsplit(url or "smtp://localhost")
        is_good = parts.scheme in {"smtp", "smtps"} and parts.hostname and parts.port != 0
    except ValueError:
        is_good = False
    if not is_good:
        raise ConfigError("TALENTPOOL_SMTP_URL must be smtp://host:port or smtps://host:port")
    return url or None


def _keys(given: Mapping[str, str], environment: str, instance: Path) -> dict[str, str]:
    names = ("SECRET_KEY", "FIELD_KEYS", "AUDIT_KEY")
    keys = {name: given.get(PREFIX + name, "") for name in names}
    missing = [PREFIX + name for name in names if not keys[name]]
    if not missing:
        return keys
    if environment == "production":
        raise ConfigError(f"production needs {', '.join(missing)}")
    return _kept_keys(instance) | {name: key for name, key in keys.items() if key}


def _kept_keys(instance: Path) -> dict[str, str]:
    """Keys of a development installation: generated at the first start, readable only by their owner."""
    path = instance / "keys.json"
    if not path.exists():
        _make_folder(instance)
        made = {
            "SECRET_KEY": secrets.token_hex(32),
            "FIELD_KEYS": urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            "AUDIT_KEY": secrets.token_hex(32),
        }
        partial = path.with_suffix(f".{os.getpid()}")
        partial.touch(mode=0o600)
        partial.write_text(json.dumps(made), encoding="ascii")
        try:
            os.link(partial, path)  # fails if another process was first: its keys win
        except FileExistsError:
            pass
        finally:
            partial.unlink()
    try:
        kept: dict[str, str] = json.loads(path.read_text(encoding="ascii"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"the keys in {path} cannot be read") from error
    return kept


def _make_folder(instance: Path) -> None:
    try:
        instance.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"the folder {instance} cannot be created: {error.strerror}") from error
