"""Engine, sessions and column types: one behaviour on SQLite and PostgreSQL. Knows no feature."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import event, exc, orm
from sqlalchemy.engine import URL, Connection, Dialect, Engine, ExceptionContext, make_url
from sqlalchemy.types import TypeDecorator

from .config import Config
from .crypto import Keyring
from .errors import ConfigError, Refused

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
GREATEST_ID = 2**63 - 1
ATTEMPTS = 3
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
            raise UnsafeValue("使えない文字が含まれています。")
        return value


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
            raise UnsafeValue("使えない文字が含まれています。")
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
        if isinstance(column.type, Text):
            table.append_constraint(
                sa.CheckConstraint(
                    sa.func.length(column) <= column.type.most, name=f"{column.name}_length"
                )
            )


class Session(orm.Session):
    """A unit of work. `info["audit_key"]` is the key of the audit chain, `info["keyring"]` the look-up."""


class Database:
    """One database: `reading()` for queries, `writing()` for units of work that commit whole or not at all."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.keyring = Keyring(config.field_keys, config.secret_key)
        self.engine = _engine(config.database_url)
        self.engine.dialect.talentpool_keyring = self.keyring  # type: ignore[attr-defined]

    def session(self, *, read_only: bool) -> Session:
        """A session that the caller closes; a writing one holds SQLite's write lock from its first query."""
        options: dict[str, Any] = {"postgresql_readonly": True} if read_only else {}
        engine = self.engine.execution_options(talentpool_reading=read_only, **options)
        info = {
            "audit_key": self.config.audit_key.encode(),
            "keyring": self.keyring,
            "environment": self.config.environment,
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
    def writing(self) -> Iterator[Session]:
        session = self.session(read_only=False)
        try:
            yield session
            session.commit()
        finally:
            session.close()

    def repeat(self, unit: Callable[[Session], T]) -> T:
        """Run a writing unit; once more, at most twice, when the database asks for it."""
        for attempt in range(ATTEMPTS):
            try:
                with self.writing() as session:
                    return unit(session)
            except exc.DBAPIError as error:
                if attempt + 1 == ATTEMPTS or not is_transient(error):
                    raise
        raise AssertionError("unreachable")

    def close(self) -> None:
        self.engine.dispose()


TRANSIENT_STATES = {"40001", "40P01", "55P03"}  # serialization failure, deadlock, lock timeout


def is_transient(error: exc.DBAPIError) -> bool:
    """True when the same unit may succeed if it is run again: nothing of it has been committed."""
    state = getattr(error.orig, "sqlstate", None)
    return state in TRANSIENT_STATES or (
        state is None and isinstance(error, exc.OperationalError) and "locked" in str(error.orig)
    )


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


def _sqlite(url: URL) -> Engine:
    engine = sa.create_engine(
        url, hide_parameters=True, connect_args={"timeout": 10, "check_same_thread": False}
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver opens no transaction of its own
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
            "busy_timeout = 10000",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        reading = connection.get_execution_options().get("talentpool_reading", False)
        connection.exec_driver_sql(f"PRAGMA query_only = {int(reading)}")
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


def _postgresql(url: URL) -> Engine:
    limits = {
        "statement_timeout": "30s",
        "lock_timeout": "10s",
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
        connect_args={"options": options},
    )

    @event.listens_for(engine, "handle_error")
    def keep_quiet(context: ExceptionContext) -> None:
        """The server quotes whole rows below its first line; an error's text ends up in logs."""
        for error in filter(None, (context.original_exception, context.sqlalchemy_exception)):
            error.args = (str(error.args[0]).partition("\n")[0], *error.args[1:])

    return engine
