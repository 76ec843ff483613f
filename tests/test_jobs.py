"""Jobs: one worker at a time, nothing written by who has lost the lease, giving up in the same unit."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest
import sqlalchemy as sa

from talentpool import clock, jobs
from talentpool.db import Database, Session
from talentpool.jobs import Job, JobState, Lease

KIND = "count"


@pytest.fixture
def job_id(database: Database) -> int:
    with database.writing() as session:
        return jobs.enqueue(session, KIND, 7, now=clock.now()).id


def _job(database: Database, job_id: int) -> Job:
    with database.reading() as session:
        return session.get_one(Job, job_id)


def _claim(database: Database, job_id: int) -> Lease:
    lease = jobs.claim(database, job_id)
    assert lease is not None
    return lease


def _fall_silent(database: Database) -> None:
    with database.writing() as session:
        session.execute(sa.update(Job).values(lease_until=clock.now() - 2 * jobs.LEASE))


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Callable[[jobs.Handler], list[str]]:
    """Makes a handler the kind's; gives the list of sentences with which its jobs were given up."""

    def register(handler: jobs.Handler) -> list[str]:
        given_up: list[str] = []

        def note(session: Session, object_id: int, sentence: str) -> None:
            assert object_id == 7
            given_up.append(sentence)

        monkeypatch.setitem(jobs.KINDS, KIND, jobs.Kind(handler, note))
        return given_up

    return register


def _finish(lease: Lease) -> None:
    with lease.database.writing() as session:
        lease.finish(session, JobState.DONE, now=clock.now())


def test_a_live_job_serves_again_and_an_ended_one_does_not(database: Database, job_id: int) -> None:
    with database.writing() as session:
        assert jobs.enqueue(session, KIND, 7, now=clock.now()).id == job_id
        assert jobs.enqueue(session, KIND, 8, now=clock.now()).id != job_id
    _finish(_claim(database, job_id))
    with database.writing() as session:
        again = jobs.enqueue(session, KIND, 7, now=clock.now()).id
        assert again != job_id
        latest = jobs.get_latest(session, KIND, 7)
        assert latest is not None
        assert latest.id == again
        assert jobs.get_latest(session, KIND, 9) is None


def test_a_job_has_one_worker_until_that_falls_silent(database: Database, job_id: int) -> None:
    first = _claim(database, job_id)
    assert jobs.claim(database, job_id) is None
    with database.reading() as session:
        assert jobs.list_due(session) == []
    _fall_silent(database)
    with database.reading() as session:
        assert jobs.list_due(session) == [job_id]
    second = _claim(database, job_id)
    assert second.token > first.token
    with pytest.raises(jobs.LostLease):
        first.beat({"done": 1})
    with pytest.raises(jobs.LostLease):
        _finish(first)
    assert _job(database, job_id).state is JobState.RUNNING
    assert second.beat({"done": 2})
    assert _job(database, job_id).progress == {"done": 2}
    _finish(second)
    done = _job(database, job_id)
    assert (done.state, done.lease_until) == (JobState.DONE, None)
    assert jobs.claim(database, job_id) is None


def test_an_ended_job_keeps_no_report_of_the_way(database: Database, job_id: int) -> None:
    lease = _claim(database, job_id)
    lease.beat({"percent": 40})
    _finish(lease)
    assert _job(database, job_id).progress == {}


def test_who_works_hears_that_the_job_is_to_be_cancelled(database: Database, job_id: int) -> None:
    lease = _claim(database, job_id)
    assert lease.beat()
    with database.writing() as session:
        jobs.request_cancel(session, KIND, 7)
    assert not lease.beat()
    assert lease.is_cancelled


def test_only_a_waiting_job_is_dropped(database: Database, job_id: int) -> None:
    lease = _claim(database, job_id)
    with database.writing() as session:
        waiting = jobs.enqueue(session, KIND, 8, now=clock.now()).id
        jobs.drop_waiting(session, KIND, 7, now=clock.now())
        jobs.drop_waiting(session, KIND, 8, now=clock.now())
    assert _job(database, waiting).state is JobState.CANCELLED
    assert jobs.claim(database, waiting) is None
    assert lease.beat()


def test_a_job_is_run_once(
    database: Database, job_id: int, work: Callable[[jobs.Handler], list[str]]
) -> None:
    given_up = work(_finish)
    assert jobs.run(database, job_id)
    assert not jobs.run(database, job_id)
    assert not jobs.run(database, job_id + 99)
    assert given_up == []


def test_a_job_that_fails_by_its_input_is_given_up_at_once_without_its_words(
    database: Database, job_id: int, work: Callable[[jobs.Handler], list[str]]
) -> None:
    def fail(lease: Lease) -> None:
        raise ValueError("the words may name somebody")

    given_up = work(fail)
    with pytest.raises(ValueError, match="words"):
        jobs.run(database, job_id)
    failed = _job(database, job_id)
    assert (failed.state, failed.failure, given_up) == (
        JobState.FAILED,
        "ValueError",
        ["ValueError"],
    )


def test_a_database_out_of_reach_is_worth_another_try_and_not_for_ever(
    database: Database, job_id: int, work: Callable[[jobs.Handler], list[str]]
) -> None:
    def reach(lease: Lease) -> None:
        with _absent(database).reading() as session:
            session.execute(sa.text("SELECT 1"))

    given_up = work(reach)
    for left in reversed(range(jobs.MOST_TRIES)):
        with pytest.raises(sa.exc.OperationalError):
            jobs.run(database, job_id)
        assert (_job(database, job_id).state is JobState.RUNNING) == (left > 0)
        assert not jobs.run(database, job_id)  # its lease has not run out
        _fall_silent(database)
    assert given_up == ["OperationalError"]


def test_a_job_that_kills_its_workers_is_given_up(
    database: Database, job_id: int, work: Callable[[jobs.Handler], list[str]]
) -> None:
    given_up = work(_finish)
    for _ in range(jobs.MOST_TRIES):
        _claim(database, job_id)
        _fall_silent(database)
    assert jobs.run(database, job_id)
    assert _job(database, job_id).state is JobState.FAILED
    assert given_up == ["WorkerDied"]
    assert not jobs.run(database, job_id)


def test_who_has_lost_the_lease_ends_quietly(
    database: Database, job_id: int, work: Callable[[jobs.Handler], list[str]]
) -> None:
    def be_overtaken(lease: Lease) -> None:
        _fall_silent(database)
        _claim(database, job_id)
        _finish(lease)

    given_up = work(be_overtaken)
    assert not jobs.run(database, job_id)
    assert _job(database, job_id).state is JobState.RUNNING
    assert given_up == []


def _absent(database: Database) -> Database:
    return Database(replace(database.config, database_url="sqlite:////nowhere/at/all.db"))


class Watched(Lease):
    """Tells when it has shown, or tried to show, a sign of life."""

    def beat(self, progress: dict[str, object] | None = None) -> bool:
        try:
            return super().beat(progress)
        finally:
            beaten.set()


beaten = threading.Event()


def _wait_for_beat() -> None:
    beaten.clear()
    assert beaten.wait(20)


def test_a_worker_shows_life_again_after_the_database_was_out_of_reach(
    database: Database, job_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "BEAT", 0.01)
    claimed = _claim(database, job_id)
    lease = Watched(_absent(database), job_id, 7, claimed.token)
    with jobs._beating(lease):
        _wait_for_beat()
        lease.database = database
        _fall_silent(database)
        _wait_for_beat()
        _wait_for_beat()
    until = _job(database, job_id).lease_until
    assert until is not None
    assert until > clock.now()
    assert not lease.is_cancelled


def test_a_worker_that_was_overtaken_is_told_to_stop(
    database: Database, job_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "BEAT", 0.01)
    lease = Watched(database, job_id, 7, _claim(database, job_id).token)
    _fall_silent(database)
    _claim(database, job_id)
    with jobs._beating(lease):
        _wait_for_beat()
    assert lease.is_cancelled
