"""What keeps a database from its work, told from its errors: not our bugs, and not for ever."""

from __future__ import annotations

import sqlite3
from enum import StrEnum
from time import monotonic

from sqlalchemy import exc

ATTEMPTS = 3
PATIENCE = 10.0  # seconds that a unit waits for a lock; a unit that took as long is not begun again
TRANSIENT = frozenset({"40001", "40P01", "55P03"})  # serialization failure, deadlock, lock timeout


class Trouble(StrEnum):
    UNREACHABLE = "unreachable"
    BUSY = "busy"
    READ_ONLY = "read-only"
    FULL = "full"


SQLITE = {
    sqlite3.SQLITE_BUSY: Trouble.BUSY,
    sqlite3.SQLITE_LOCKED: Trouble.BUSY,
    sqlite3.SQLITE_PROTOCOL: Trouble.BUSY,
    sqlite3.SQLITE_READONLY: Trouble.READ_ONLY,
    sqlite3.SQLITE_FULL: Trouble.FULL,
    sqlite3.SQLITE_CANTOPEN: Trouble.UNREACHABLE,
    sqlite3.SQLITE_IOERR: Trouble.UNREACHABLE,
}
PRIMARY = 0xFF  # an extended code of SQLite has the primary one in its last byte
POSTGRESQL = {  # beginnings of SQLSTATE, the longer ones first
    "25006": Trouble.READ_ONLY,
    "53100": Trouble.FULL,
    "57014": Trouble.BUSY,  # statement timeout
    "57P": Trouble.UNREACHABLE,  # shutting down, starting
    "58": Trouble.UNREACHABLE,  # the server's own files
    "53": Trouble.BUSY,  # out of connections, out of memory
    "08": Trouble.UNREACHABLE,
    **dict.fromkeys(TRANSIENT, Trouble.BUSY),
}


def trouble_of(error: BaseException) -> Trouble | None:
    """None for what is a bug, or a refusal of the database's own."""
    if isinstance(error, exc.TimeoutError):  # every connection of ours is at work
        return Trouble.BUSY
    if not isinstance(error, exc.DBAPIError):
        return None
    if isinstance(error.orig, sqlite3.Error):
        code: int | None = getattr(error.orig, "sqlite_errorcode", None)
        return None if code is None else SQLITE.get(code & PRIMARY)
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return next((told for code, told in POSTGRESQL.items() if state.startswith(code)), None)
    is_lost = error.connection_invalidated or isinstance(error, exc.OperationalError)
    return Trouble.UNREACHABLE if is_lost else None


class Attempts:
    """Of one unit of work: counts them, and says whether another is worth it."""

    def __init__(self) -> None:
        self.count = 0
        self.since = monotonic()

    def allow_another(self, error: exc.DBAPIError) -> bool:
        """True when nothing has been committed, and the same unit may succeed if it is run again soon."""
        state = getattr(error.orig, "sqlstate", None)
        may_succeed = state in TRANSIENT or (state is None and _is_locked(error)) or _is_cut(error)
        return may_succeed and self.are_left()

    def are_left(self) -> bool:
        """One has failed: is it early enough for another?"""
        self.count += 1
        return self.count < ATTEMPTS and monotonic() - self.since < PATIENCE


def _is_cut(error: exc.DBAPIError) -> bool:
    """The connection was lost in a statement. Lost in a COMMIT, which has none, nobody knows what was stored."""
    return error.connection_invalidated and error.statement is not None


def _is_locked(error: exc.DBAPIError) -> bool:
    return isinstance(error, exc.OperationalError) and "locked" in str(error.orig)
