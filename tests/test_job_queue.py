"""What a queue holds is the number of a job. Whoever else can write into it stops nobody and runs nothing."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from talentpool import matching as m
from talentpool.config import Config
from talentpool.db import Database
from talentpool.job_queue import JobQueue, open_queue
from talentpool.jobs import Job, JobState
from talentpool.permissions import SYSTEM
from talentpool.rounds import preparing
from talentpool.rounds.models import Round
from talentpool.states import RoundState
from tests import servers
from tests.commands import environ_of
from tests.factories import HYOGO, NOW, make_candidate, make_need

ROOT = Path(__file__).parent.parent
PATIENCE = 60  # seconds, for a machine that is busy


@pytest.fixture(params=["embedded", pytest.param("redis", marks=pytest.mark.redis)])
def queued(request: pytest.FixtureRequest, config: Config, tmp_path: Path) -> Iterator[Config]:
    """The queue beside SQLite, in PostgreSQL, and in Redis."""
    if request.param == "embedded":
        yield config
        return
    with servers.redis(tmp_path) as address:
        yield replace(config, queue_url=address)


@contextmanager
def _opened(config: Config) -> Iterator[JobQueue]:
    queue = open_queue(config, lambda _number: None)
    yield queue
    queue.storage.close()
    pool = getattr(queue.storage, "pool", None)
    if pool is not None:
        pool.disconnect()


@contextmanager
def _worker(config: Config) -> Iterator[subprocess.Popen[bytes]]:
    environment = os.environ | environ_of(config) | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "talentpool.cli", "worker"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


def _wait_for_end(database: Database, job_id: int, process: subprocess.Popen[bytes]) -> JobState:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        with database.reading() as session:
            state = session.get_one(Job, job_id).state
        if state not in {JobState.WAITING, JobState.RUNNING}:
            return state
        time.sleep(0.05)
    raise AssertionError(f"job {job_id} was not done; the worker said {process.poll()}")


def _order_round(database: Database) -> tuple[int, int]:
    """(round id, job id) of a round that waits for a worker."""
    with database.writing() as session:
        make_candidate(session, skills={"bpr": 3})
        need = make_need(session, musts={"bpr": 3})
        made = preparing.create_round(
            session, prefecture_code=HYOGO, title="回", need_ids=[need.id], policy=m.Policy(),
            time_limit=60, actor=SYSTEM, now=NOW,
        )  # fmt: skip
        return made.id, preparing.order_run(session, made, actor=SYSTEM, now=NOW).id


class Bomb:
    """Makes a folder when somebody unpickles it."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.place),)


def test_a_pickle_in_any_corner_of_the_queue_runs_nothing_and_the_worker_goes_on(
    queued: Config, database: Database, tmp_path: Path
) -> None:
    place = tmp_path / "taken over"
    bomb = pickle.dumps(Bomb(place))
    _, job_id = _order_round(database)
    with _opened(queued) as queue:
        wake = queue.wake.task_class
        queue.storage.enqueue(bomb)
        queue.storage.add_to_schedule(bomb, datetime(2026, 1, 1))  # noqa: DTZ001 - as Huey calls it
        for key in (f"rt:{wake.__module__}.{wake.__name__}", "talentpool.lock.x", "1"):
            queue.storage.put_data(key, bomb)
        queue.wake(job_id)
    with _worker(queued) as process:
        assert _wait_for_end(database, job_id, process) is JobState.DONE
        process.send_signal(signal.SIGTERM)
        said = process.communicate(timeout=PATIENCE)[1].decode()
    assert process.returncode == 0
    assert not place.exists()
    assert "dropped from the queue: something that is no job number" in said


@pytest.mark.redis
def test_redis_carries_a_round(config: Config, database: Database, tmp_path: Path) -> None:
    round_id, job_id = _order_round(database)
    with servers.redis(tmp_path) as address:
        carried = replace(config, queue_url=address)
        with _opened(carried) as queue:
            queue.wake(job_id)
            assert queue.storage.enqueued_items() == [b"%d" % job_id]
        with _worker(carried) as process:
            assert _wait_for_end(database, job_id, process) is JobState.DONE
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=PATIENCE)
    with database.reading() as session:
        solved = session.get_one(Round, round_id)
        assert (solved.state, len(solved.pairs)) == (RoundState.OPTIMAL, 1)


@pytest.mark.parametrize(
    "junk",
    [b"", b"-1", b"1.0", b" 1", "１".encode(), b"9" * 19, b"9" * 400, "1", 1, 10**12, None, 0.5],
)
def test_only_digits_of_a_job_number_are_read(tmp_path: Path, config: Config, junk: object) -> None:
    here = replace(config, queue_url=f"sqlite:///{tmp_path / 'here.db'}")
    with _opened(here) as queue, pytest.raises(ValueError, match="no job number"):
        queue.deserialize_task(junk)


def test_nothing_but_numbers_is_put_into_a_queue(tmp_path: Path, config: Config) -> None:
    here = replace(config, queue_url=f"sqlite:///{tmp_path / 'here.db'}")
    with _opened(here) as queue:
        with pytest.raises(TypeError):
            queue.wake("rm")
        with pytest.raises(ValueError, match="job numbers only"):
            queue.put("key", "value")
        queue.wake(2**63 - 1)
        assert queue.dequeue().args == (2**63 - 1,)
        assert queue.dequeue() is None
