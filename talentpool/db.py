"""Engine, sessions and column types: one behaviour on SQLite and PostgreSQL. Knows no feature."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import event, exc, orm
from sqlalchemy.engine import URL, Connection, Dialect, Engine, ExceptionContext, make_url
from sqlalchemy.types import TypeDecorator

from .config import Config
from .crypto import Keyring
from .errors import ConfigError, Refused
from .language import from_text, say, to_text
from .troubles import PATIENCE, Attempts, Trouble, trouble_of

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
GREATEST_ID = 2**63 - 1
BRIEF = 0.2  # seconds
T = TypeVar("T")


class UnsafeValue(Refused, exc.DontWrapMixin):
    """Text that no column may hold; reaches the caller as it is, not inside a StatementError."""


class Text(TypeDecorator[str]):
    """Text of at most `length` characters without NUL or lone surrogates, on both databases."""

    impl = sa.Text
    cache_ok = True

    def __init__(self, length: int) -> None:
        super().__init__()
        self.most = length

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is not None and not is_storable(value):
            raise UnsafeValue(say("使えない文字が含まれています。"))
        return value


class Sentence(Text):
    """What a service said, so that it can be said again in another language; where that is too long, as text and cut."""

    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is not None:
            whole = to_text(value)
            value = whole if len(whole) <= self.most else value[: self.most]
        return super().process_bind_param(value, dialect)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else from_text(value)


def length_of(column: orm.InstrumentedAttribute[Any]) -> int:
    """The most characters that a column of Text holds."""
    kind = column.type
    assert isinstance(kind, Text)
    return kind.most


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: refuses naive datetimes, gives back UTC."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError("a datetime without a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Json(TypeDecorator[Any]):
    """A document as canonical JSON text: the same bytes on both databases."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else canonical_json(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


class EncryptedText(TypeDecorator[str]):
    """A private field, encrypted at rest with the keyring of the database it goes to."""

    impl = sa.LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        if value is None:
            return None
        if not is_storable(value):
            raise UnsafeValue(say("使えない文字が含まれています。"))
        return _keyring(dialect).encrypt(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        return None if value is None else _keyring(dialect).decrypt(bytes(value))


def choice(enum: type[StrEnum]) -> sa.Enum:
    """A StrEnum stored by value, with a CHECK that lists the values."""
    return sa.Enum(
        enum,
        native_enum=False,
        create_constraint=True,
        values_callable=lambda members: [member.value for member in members],
        name=enum.__name__.lower(),
        length=40,
    )


def listed(values: Iterable[StrEnum]) -> str:
    """Values as a list in SQL, for CHECKs and partial indexes: `('agreed', 'approved')`."""
    return "(" + ", ".join(f"'{value}'" for value in sorted(values)) + ")"


def is_storable(text: str) -> bool:
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def canonical_json(value: Any) -> str:
    """One text for one value: sorted keys, no spaces, Unicode as it is, no NaN."""
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )


class Base(orm.DeclarativeBase):
    metadata = sa.MetaData(naming_convention=NAMING)

    def __repr__(self) -> str:
        """Ids only: a repr ends up in logs."""
        return f"<{type(self).__name__} {sa.inspect(self).identity}>"


@event.listens_for(Base, "instrument_class", propagate=True)
def _limit_lengths(mapper: orm.Mapper[Any], cls: type[Base]) -> None:
    table = mapper.local_table
    if not isinstance(table, sa.Table):
        return
    for column in table.columns:
        if isinstance(column.type, Text) and not column.foreign_keys:  # those take the target's
            table.append_constraint(
                sa.CheckConstraint(
                    sa.func.length(column) <= column.type.most, name=f"{column.name}_length"
                )
            )


class Session(orm.Session):
    """A unit of work. `info["audit_key"]` is the key of the audit chain, `info["keyring"]` the look-up.

    `info["sends_mail"]`: whether a mail server is configured.
    """


class Database:
    """One database: `reading()` for queries, `writing()` for units of work that commit whole or not at all."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.patience = PATIENCE
        self.keyring = Keyring(config.field_keys, config.secret_key)
        self.engine = _engine(config.database_url)
        self.engine.dialect.talentpool_keyring = self.keyring  # type: ignore[attr-defined]

    def session(self, *, read_only: bool, patience: float | None = None) -> Session:
        """A session that the caller closes; a writing one holds SQLite's write lock from its first query."""
        options: dict[str, Any] = {"postgresql_readonly": True} if read_only else {}
        waits = self.patience if patience is None else patience
        engine = self.engine.execution_options(
            talentpool_reading=read_only, talentpool_patience=int(waits * 1000), **options
        )
        info = {
            "audit_key": self.config.audit_key.encode(),
            "keyring": self.keyring,
            "environment": self.config.environment,
            "sends_mail": bool(self.config.smtp_url),
            "reads": read_only,
            "allowed": {},  # see permissions
        }
        return Session(engine, expire_on_commit=False, info=info)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        session = self.session(read_only=True)
        try:
            yield session
        finally:
            session.close()

    @contextmanager
    def writing(self, *, patience: float | None = None) -> Iterator[Session]:
        session = self.session(read_only=False, patience=patience)
        try:
            yield session
            session.commit()
        finally:
            session.close()

    def repeat(self, unit: Callable[[Session], T]) -> T:
        """Run a writing unit; once more, at most twice, when the database asks for it."""
        attempts = Attempts()
        while True:
            try:
                with self.writing() as session:
                    return unit(session)
            except exc.DBAPIError as error:
                if not attempts.allow_another(error):
                    raise

    def attempt(self, unit: Callable[[Session], object]) -> Trouble | None:
        """Run a writing unit that may be left out: once, without waiting; what kept the database from it."""
        try:
            with self.writing(patience=BRIEF) as session:
                unit(session)
        except exc.SQLAlchemyError as error:
            trouble = trouble_of(error)
            if trouble is None:
                raise
            return trouble
        return None

    def close(self) -> None:
        self.engine.dispose()


def _keyring(dialect: Dialect) -> Keyring:
    keyring: Keyring = dialect.talentpool_keyring  # type: ignore[attr-defined]
    return keyring


def _engine(address: str) -> Engine:
    try:
        url = make_url(address)
        return {"sqlite": _sqlite, "postgresql+psycopg": _postgresql}[url.drivername](url)
    except (exc.ArgumentError, KeyError) as error:
        raise ConfigError(
            "TALENTPOOL_DATABASE_URL must be sqlite:///file or postgresql+psycopg://…"
        ) from error


def create_private(path: Path) -> None:
    """Let a database file begin as its owner's only; SQLite gives the files beside it the same rights."""
    with suppress(OSError):  # it is there, or SQLite will say why it cannot be
        os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))


def _sqlite(url: URL) -> Engine:
    engine = sa.create_engine(
        url, hide_parameters=True, connect_args={"timeout": PATIENCE, "check_same_thread": False}
    )

    @event.listens_for(engine, "do_connect")
    def create(*_: object) -> None:
        if url.database and not url.database.startswith((":memory:", "file:")):
            create_private(Path(url.database))

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver opens no transaction of its own
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        reading = options.get("talentpool_reading", False)
        patience = options.get("talentpool_patience", PATIENCE * 1000)
        connection.exec_driver_sql(f"PRAGMA query_only = {int(reading)}")
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {int(patience)}")
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


def _postgresql(url: URL) -> Engine:
    limits = {
        "statement_timeout": "30s",
        "lock_timeout": f"{int(PATIENCE)}s",
        "idle_in_transaction_session_timeout": "60s",
        "TimeZone": "UTC",
    }
    options = " ".join(f"-c {name}={value}" for name, value in limits.items())
    engine = sa.create_engine(
        url,
        isolation_level="READ COMMITTED",
        hide_parameters=True,
        pool_pre_ping=True,
        pool_size=10,
        max_overflow=10,
        connect_args={"options": options, "connect_timeout": 5},
    )

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        patience = connection.get_execution_options().get("talentpool_patience")
        if patience is not None and patience < PATIENCE * 1000:
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = {patience}")

    @event.listens_for(engine, "checkin")
    def forget_mode(connection: Any, _record: Any) -> None:
        """A reading session leaves "read-write" behind, which a server that is read-only itself would refuse."""
        if connection is not None:
            connection.read_only = None

    @event.listens_for(engine, "handle_error")
    def keep_quiet(context: ExceptionContext) -> None:
        """The server quotes whole rows below its first line; an error's text ends up in logs."""
        for error in filter(None, (context.original_exception, context.sqlalchemy_exception)):
            error.args = (str(error.args[0]).partition("\n")[0], *error.args[1:])

    return engine
