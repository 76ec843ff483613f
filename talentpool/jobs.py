"""Work that outlives a request. The row is the truth; the queue engine only wakes somebody up.

A job is claimed with a lease and a fencing token that grows at every claim; whoever holds an older
token can no longer write its progress or its result.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from . import clock
from .db import Base, Database, Json, Session, Text, UtcDateTime, choice, listed

LEASE = timedelta(seconds=8)
BEAT = 2.0  # seconds between two signs of life
MOST_TRIES = 5
log = logging.getLogger(__name__)


class JobState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


_LIVE = (JobState.WAITING, JobState.RUNNING)


class Job(Base):
    __tablename__ = "job"
    __table_args__ = (
        sa.Index(
            "uq_job_live", "kind", "object_id", unique=True,
            sqlite_where=sa.text(f"state IN {listed(_LIVE)}"),
            postgresql_where=sa.text(f"state IN {listed(_LIVE)}"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(
        sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(Text(40))
    object_id: Mapped[int]
    state: Mapped[JobState] = mapped_column(choice(JobState), default=JobState.WAITING, index=True)
    progress: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)  # while it runs
    cancel_requested: Mapped[bool] = mapped_column(default=False)
    token: Mapped[int] = mapped_column(default=0)  # grows with each claim
    tries: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failure: Mapped[str | None] = mapped_column(Text(500))


class LostLease(Exception):
    """Somebody else has taken the job over; nothing of ours may be written any more."""


def enqueue(session: Session, kind: str, object_id: int, *, now: datetime) -> Job:
    """Order work in the present unit; a live job of the same kind and object serves again."""
    live = sa.select(Job).where(Job.kind == kind, Job.object_id == object_id, Job.state.in_(_LIVE))
    job = session.scalars(live).one_or_none()
    if job is None:
        job = Job(kind=kind, object_id=object_id, created_at=now)
        session.add(job)
        session.flush()
    return job


def get_latest(session: Session, kind: str, object_id: int) -> Job | None:
    query = sa.select(Job).where(Job.kind == kind, Job.object_id == object_id)
    return session.scalars(query.order_by(Job.id.desc()).limit(1)).first()


def request_cancel(session: Session, kind: str, object_id: int) -> None:
    session.execute(
        sa.update(Job)
        .where(Job.kind == kind, Job.object_id == object_id, Job.state.in_(_LIVE))
        .values(cancel_requested=True)
    )


def drop_waiting(session: Session, kind: str, object_id: int, *, now: datetime) -> None:
    """End a job that nobody has claimed yet."""
    session.execute(
        sa.update(Job)
        .where(Job.kind == kind, Job.object_id == object_id, Job.state == JobState.WAITING)
        .values(state=JobState.CANCELLED, finished_at=now)
    )


def _is_due(now: datetime) -> sa.ColumnElement[bool]:
    return (Job.state == JobState.WAITING) | (
        (Job.state == JobState.RUNNING) & (Job.lease_until < now)
    )


def list_due(session: Session) -> list[int]:
    """Jobs nobody works on: new ones, and those whose worker has gone silent."""
    query = sa.select(Job.id).where(_is_due(database_now(session))).order_by(Job.id)
    return list(session.scalars(query))


def database_now(session: Session) -> datetime:
    """The database's clock, so that machines with different clocks agree on a lease."""
    if session.get_bind().dialect.name == "sqlite":
        return clock.now()  # one machine only
    return session.scalars(sa.select(sa.func.clock_timestamp(type_=UtcDateTime))).one()


@dataclass(slots=True)
class Lease:
    """The right to work on a job until a younger token is given out."""

    database: Database
    job_id: int
    object_id: int
    token: int
    is_cancelled: bool = False

    def beat(self, progress: dict[str, Any] | None = None) -> bool:
        """Show a sign of life; False when the job is to be cancelled. Raises LostLease."""
        with self.database.writing() as session:
            values: dict[str, Any] = {"lease_until": database_now(session) + LEASE}
            if progress is not None:
                values["progress"] = progress
            self._update(session, values)
            self.is_cancelled = bool(
                session.scalar(sa.select(Job.cancel_requested).where(Job.id == self.job_id))
            )
        return not self.is_cancelled

    def hold(self, session: Session) -> None:
        """Keep the job for what follows, in the unit that writes a part of its result. Raises LostLease."""
        self._update(session, {"lease_until": database_now(session) + LEASE})

    def finish(
        self, session: Session, state: JobState, *, now: datetime, failure: str | None = None
    ) -> None:
        """End the job in the unit that writes its result, so that both or neither are stored.

        Its progress goes: which report was the last depends on the clock alone.
        """
        self._update(
            session,
            {
                "state": state, "failure": failure, "finished_at": now,
                "lease_until": None, "progress": {},
            },
        )  # fmt: skip

    def _update(self, session: Session, values: dict[str, Any]) -> None:
        mine = (Job.id == self.job_id) & (Job.token == self.token)
        done = session.execute(
            sa.update(Job).where(mine, Job.state == JobState.RUNNING).values(**values)
        )
        if done.rowcount != 1:  # type: ignore[attr-defined]
            raise LostLease


def claim(database: Database, job_id: int) -> Lease | None:
    """Take a due job; None when somebody else has it or it has ended."""
    with database.writing() as session:
        now = database_now(session)
        row = session.execute(
            sa.update(Job)
            .where(Job.id == job_id, _is_due(now))
            .values(
                state=JobState.RUNNING,
                token=Job.token + 1,
                tries=Job.tries + 1,
                lease_until=now + LEASE,
            )
            .returning(Job.object_id, Job.token)
        ).one_or_none()
    return None if row is None else Lease(database, job_id, row.object_id, row.token)


@contextmanager
def _beating(lease: Lease) -> Iterator[None]:
    """Keep the lease alive from a thread of its own while the work goes on."""
    over = threading.Event()

    def beat() -> None:
        while not over.wait(BEAT):
            try:
                lease.beat()
            except LostLease:
                lease.is_cancelled = True
                return
            except sa.exc.OperationalError:  # the lease outlives a beat or two that are missed
                log.warning("no sign of life for job %s", lease.job_id)

    thread = threading.Thread(target=beat, name=f"lease {lease.job_id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


Handler = Callable[[Lease], None]
Quitter = Callable[[Session, int, str], None]


@dataclass(frozen=True, slots=True)
class Kind:
    """How a kind of job is done (`work` ends with `lease.finish`), and what giving up means."""

    work: Handler
    give_up: Quitter  # session, object id, sentence


KINDS: dict[str, Kind] = {}


def run(database: Database, job_id: int) -> bool:
    """Claim a job and do it here and now; False when there was nothing to claim.

    A job that fails is tried again after its lease has run out, at most MOST_TRIES times in all, also when its
    worker died and could not say why.
    """
    with database.reading() as session:
        job = session.get(Job, job_id)
    lease = None if job is None else claim(database, job_id)
    if job is None or lease is None:
        return False
    kind = KINDS[job.kind]
    if job.tries >= MOST_TRIES:
        _give_up(lease, kind, "WorkerDied")
        return True
    try:
        with _beating(lease):
            kind.work(lease)
    except LostLease:
        return False
    except Exception as error:
        if job.tries + 1 >= MOST_TRIES or not _may_help_again(error):
            _give_up(lease, kind, type(error).__name__)  # its words may hold what nobody should log
        raise
    return True


def _may_help_again(error: Exception) -> bool:
    """Only a database that was out of reach is worth another try; the same input fails the same way."""
    return isinstance(error, sa.exc.OperationalError)


def _give_up(lease: Lease, kind: Kind, sentence: str) -> None:
    with lease.database.writing() as session:
        lease.finish(session, JobState.FAILED, now=clock.now(), failure=sentence)
        kind.give_up(session, lease.object_id, sentence)
