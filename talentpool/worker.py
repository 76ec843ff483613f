"""The queue engine: Huey wakes a worker when a job is ordered; a sweeper finds what no wake-up reached.

Losing the queue loses nothing: the job rows are the truth.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url

from . import jobs
from .config import Config
from .db import Database

SWEEP = 1.0  # seconds
log = logging.getLogger(__name__)


class Engine:
    """`wake` from any process; `work` in the worker until `stop` is set."""

    def __init__(self, config: Config, database: Database) -> None:
        self.config = config
        self.database = database

    @cached_property
    def huey(self) -> Any:
        """Opened by the first call: most web processes never need it."""
        return _huey(self.config)

    @cached_property
    def _run(self) -> Callable[[int], object]:
        task: Callable[[int], object] = self.huey.task(name="run")(self._run_job)
        return task

    def wake(self, job_id: int) -> None:
        try:
            self._run(job_id)
        except Exception:  # the sweeper will find it
            log.warning("no wake-up for job %s", job_id, exc_info=True)

    def close(self) -> None:
        if "huey" in vars(self):
            self.huey.storage.close()

    def work(self, stop: threading.Event) -> None:
        known = self._run  # Huey has to know the task before one arrives
        log.debug("ready for %s", known)
        consumer = self.huey.create_consumer(workers=1, periodic=False, max_delay=1.0)
        consumer._set_signal_handlers = lambda: None  # noqa: SLF001 - `stop` is the caller's to set
        consumer.start()
        try:
            while not stop.wait(SWEEP):
                self._sweep()
        finally:
            consumer.stop(graceful=True)

    def _sweep(self) -> None:
        """One job a sweep, and only when the queue holds none: enough, and never twice the same."""
        with self.database.reading() as session:
            due = jobs.list_due(session)
        if due and self.huey.pending_count() == 0:
            self.wake(due[0])

    def _run_job(self, job_id: int) -> None:
        try:
            jobs.run(self.database, job_id)
        except Exception:
            log.exception("job %s failed", job_id)


def _huey(config: Config) -> Any:
    from huey import PostgresHuey, RedisHuey, SqliteHuey  # noqa: PLC0415 - 13 MB, rarely needed

    url = config.queue_url or config.database_url
    if url.startswith("redis"):
        return RedisHuey("talentpool", url=url, results=False)
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        beside = Path(address.database or "talentpool.db").with_suffix(".queue")
        return SqliteHuey("talentpool", filename=str(beside), results=False)
    plain = address.set(drivername="postgresql").render_as_string(hide_password=False)
    return PostgresHuey("talentpool", dsn=plain, results=False)
