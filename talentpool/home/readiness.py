"""Whether this installation can do its work, for those who watch it."""

from __future__ import annotations

import threading
from time import monotonic

from sqlalchemy.exc import SQLAlchemyError

from .. import clock, schema
from ..accounts.sessions import SessionStore
from ..db import Database
from ..troubles import trouble_of
from ..worker import Engine

OK = "ok"
KEPT = 1.0  # seconds: a look writes to the database, and anybody may ask


class Readiness:
    def __init__(self, database: Database, engine: Engine) -> None:
        self._database = database
        self._engine = engine
        self._lock = threading.Lock()
        self._until = 0.0
        self._said = OK

    def tell(self) -> str:
        """OK, or the first of what is wrong: a Trouble of the database, "schema", "queue"."""
        with self._lock:
            if monotonic() >= self._until:
                self._said = self._look()
                self._until = monotonic() + KEPT
            return self._said

    def _look(self) -> str:
        try:
            with self._database.reading() as session:
                revision = schema.revision(session.connection())
        except SQLAlchemyError as error:
            return trouble_of(error) or "database"
        if revision != schema.head():
            return "schema"
        trouble = SessionStore(self._database).try_out(now=clock.now())
        return trouble or (OK if self._engine.is_reachable() else "queue")
