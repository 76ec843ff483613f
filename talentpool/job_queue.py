"""Huey's queues with nothing but job numbers in them: whoever can write into a queue runs nothing.

Huey keeps pickled tasks, and reading one runs whatever it says. Here a wake-up is the number of a job in ASCII
digits; what is not is dropped. Nothing else of Huey's is read: no results, no revocations, no locks.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import redis
from huey import Huey
from huey.storage import PostgresStorage, RedisStorage, SqliteStorage
from sqlalchemy.engine import make_url

from .config import Config
from .db import GREATEST_ID, create_private

NAME = "talentpool"
REDIS_LIMITS = {"socket_connect_timeout": 3, "socket_timeout": 5}  # seconds
log = logging.getLogger(__name__)


class JobQueue(Huey):  # type: ignore[misc]
    """`wake(number)` from any process; a consumer of the queue calls `run(number)`."""

    def __init__(self, run: Callable[[int], object], storage: type, **options: Any) -> None:
        super().__init__(
            NAME, results=False, serializer=_Nothing(), storage_class=storage, **options
        )
        self.wake = self.task(name="run")(run)

    def serialize_task(self, task: Any) -> bytes:
        (number,) = task.args
        return b"%d" % number

    def deserialize_task(self, data: object) -> Any:
        return self.wake.s(_number(data))

    def dequeue(self) -> Any:
        while (data := self.storage.dequeue()) is not None:
            try:
                return self.deserialize_task(data)
            except ValueError as error:
                log.warning("dropped from the queue: %s", error)
        return None

    def is_revoked(self, *_: object, **__: object) -> bool:
        return False  # a job is cancelled in its row


class _Nothing:
    """In the place of Huey's pickling: whatever would still use it fails."""

    def serialize(self, _data: object) -> NoReturn:
        raise ValueError("a queue takes job numbers only")

    deserialize = serialize


def _number(data: object) -> int:
    text = bytes(data) if isinstance(data, memoryview) else data
    if isinstance(text, bytes) and text.isdigit() and len(text) < 20 and int(text) <= GREATEST_ID:
        return int(text)
    raise ValueError("something that is no job number")


def open_queue(config: Config, run: Callable[[int], object]) -> JobQueue:
    """The queue of `config.queue_url`; without one, beside or in the database."""
    url = config.queue_url or config.database_url
    if url.startswith(("redis://", "rediss://")):
        pool = redis.ConnectionPool.from_url(url, **REDIS_LIMITS)
        return JobQueue(run, RedisStorage, connection_pool=pool)
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        beside = Path(address.database or "talentpool.db").with_suffix(".queue")
        create_private(beside)
        return JobQueue(run, SqliteStorage, filename=str(beside))
    plain = address.set(drivername="postgresql").render_as_string(hide_password=False)
    return JobQueue(run, PostgresStorage, dsn=plain)
