"""The worker: a wake-up is enough, none is needed, and a job that fails does not end it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from talentpool import clock, jobs, worker
from talentpool.config import Config
from talentpool.db import Database
from talentpool.jobs import Job, JobState, Lease
from talentpool.rounds.running import JOB
from talentpool.worker import Engine
from tests.commands import environ_of

ROOT = Path(__file__).parent.parent
KIND = "count"
PATIENCE = 30  # seconds, for a machine that is busy


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Set when a job of the kind has ended; object 13 fails by its input."""
    event = threading.Event()

    def work(lease: Lease) -> None:
        if lease.object_id == 13:
            raise ValueError("the words may name somebody")
        with lease.database.writing() as session:
            lease.finish(session, JobState.DONE, now=clock.now())
        event.set()

    monkeypatch.setitem(jobs.KINDS, KIND, jobs.Kind(work, lambda *_: event.set()))
    monkeypatch.setattr(worker, "SWEEP", 0.05)
    return event


@pytest.fixture
def queue(config: Config, tmp_path: Path) -> Config:
    """The queue in a file: Huey closes no connection to PostgreSQL before its process ends."""
    return replace(config, queue_url=f"sqlite:///{tmp_path / 'queue.db'}")


def _order(database: Database, object_id: int) -> int:
    with database.writing() as session:
        return jobs.enqueue(session, KIND, object_id, now=clock.now()).id


def _state(database: Database, job_id: int) -> JobState:
    with database.reading() as session:
        return session.get_one(Job, job_id).state


@contextmanager
def _working(engine: Engine) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=engine.work, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(PATIENCE)
        engine.close()
    assert not thread.is_alive()


def test_a_job_that_nobody_announced_is_found(
    queue: Config, database: Database, done: threading.Event
) -> None:
    job_id = _order(database, 7)
    with _working(Engine(queue, database)):
        assert done.wait(PATIENCE)
    assert _state(database, job_id) is JobState.DONE


def test_a_wake_up_from_another_process_is_enough(
    queue: Config, database: Database, done: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "SWEEP", 3600.0)
    job_id = _order(database, 7)
    caller = Engine(queue, database)
    caller.wake(job_id)
    caller.close()
    engine, stop = Engine(queue, database), threading.Event()
    thread = threading.Thread(target=engine.work, args=(stop,))
    thread.start()
    assert done.wait(PATIENCE)
    stop.set()
    thread.join(PATIENCE)
    engine.close()
    assert _state(database, job_id) is JobState.DONE


def test_a_job_that_fails_does_not_end_the_worker(
    queue: Config, database: Database, done: threading.Event
) -> None:
    failing = _order(database, 13)
    with _working(Engine(queue, database)):
        assert done.wait(PATIENCE)
        done.clear()
        job_id = _order(database, 7)
        assert done.wait(PATIENCE)
    assert _state(database, failing) is JobState.FAILED
    assert _state(database, job_id) is JobState.DONE


@pytest.mark.parametrize(
    "address",
    ["postgresql://queue:hidden@127.0.0.1:1/pool", "redis://queue:hidden@127.0.0.1:1/0"],
)
def test_a_queue_out_of_reach_loses_no_job_and_shows_no_password(
    queue: Config, database: Database, caplog: pytest.LogCaptureFixture, address: str
) -> None:
    job_id = _order(database, 7)
    engine = Engine(replace(queue, queue_url=address), database)
    engine.wake(job_id)
    assert not engine.is_reachable()
    assert f"no wake-up for job {job_id}" in caplog.text
    assert "hidden" not in caplog.text
    with database.reading() as session:
        assert jobs.list_due(session) == [job_id]


def test_a_worker_outlives_a_database_that_is_away(
    queue: Config, database: Database, done: threading.Event, caplog: pytest.LogCaptureFixture
) -> None:
    engine = Engine(queue, Database(replace(queue, database_url="sqlite:////nowhere/at/all.db")))
    with _working(engine):
        until = time.monotonic() + PATIENCE
        while "no sweep: OperationalError" not in caplog.text:
            assert time.monotonic() < until
            time.sleep(0.05)
        engine.database = database
        job_id = _order(database, 7)
        assert done.wait(PATIENCE)
    assert _state(database, job_id) is JobState.DONE


def test_an_engine_that_never_woke_anybody_has_nothing_to_close(
    queue: Config, database: Database
) -> None:
    engine = Engine(queue, database)
    engine.close()
    assert "queue" not in vars(engine)


def test_the_worker_works_in_a_process_of_its_own_until_it_is_asked_to_stop(
    config: Config, database: Database
) -> None:
    with database.writing() as session:
        job_id = jobs.enqueue(session, JOB, 999, now=clock.now()).id  # a round that is not there
    environment = os.environ | environ_of(config) | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "talentpool.cli", "worker"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE) as process:
        until = time.monotonic() + PATIENCE
        while _state(database, job_id) is JobState.WAITING and time.monotonic() < until:
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert _state(database, job_id) is not JobState.WAITING
