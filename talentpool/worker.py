"""The queue engine: Huey wakes a worker when a job is ordered; a sweeper finds what no wake-up reached.

Losing the queue loses nothing: the job rows are the truth.
"""

from __future__ import annotations

import logging
import threading
from functools import cached_property
from typing import TYPE_CHECKING

from . import jobs
from .config import Config
from .db import Database

if TYPE_CHECKING:
    from .job_queue import JobQueue

SWEEP = 1.0  # seconds
log = logging.getLogger(__name__)


class Engine:
    """`wake` from any process; `work` in the worker until `stop` is set."""

    def __init__(self, config: Config, database: Database) -> None:
        self.config = config
        self.database = database

    @cached_property
    def queue(self) -> JobQueue:
        """Opened by the first call: most web processes never need it."""
        from .job_queue import open_queue  # noqa: PLC0415 - 13 MB, rarely needed

        return open_queue(self.config, self._run_job)

    def wake(self, job_id: int) -> None:
        try:
            self.queue.wake(job_id)
        except Exception:  # the sweeper will find it
            log.warning("no wake-up for job %s", job_id, exc_info=True)

    def is_reachable(self) -> bool:
        """An embedded queue is where the database is."""
        if self.config.queue_url is None:
            return True
        try:
            self.queue.pending_count()
        except Exception:
            log.warning("the queue cannot be reached", exc_info=True)
            return False
        return True

    def close(self) -> None:
        if "queue" in vars(self):
            self.queue.storage.close()

    def work(self, stop: threading.Event) -> None:
        consumer = self.queue.create_consumer(workers=1, periodic=False, max_delay=1.0)
        consumer._set_signal_handlers = lambda: None  # noqa: SLF001 - `stop` is the caller's to set
        consumer.start()
        try:
            while not stop.wait(SWEEP):
                try:
                    self._sweep()
                except Exception as error:  # noqa: BLE001 - database or queue: they come back
                    log.warning("no sweep: %s", type(error).__name__)
        finally:
            consumer.stop(graceful=True)

    def _sweep(self) -> None:
        """One job a sweep, and only when the queue holds none: enough, and never twice the same."""
        with self.database.reading() as session:
            due = jobs.list_due(session)
        if due and self.queue.pending_count() == 0:
            self.wake(due[0])

    def _run_job(self, job_id: int) -> None:
        try:
            jobs.run(self.database, job_id)
        except Exception:
            log.exception("job %s failed", job_id)
