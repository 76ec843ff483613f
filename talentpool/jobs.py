"""Work that outlives a request. The row is the truth; the queue engine only wakes somebody up.

A job is claimed with a lease and a fencing token that grows at every claim; whoever holds an older
token can no longer write its progress or its result.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from .db import Base, Json, Text, UtcDateTime, choice

LEASE = timedelta(seconds=8)
MOST_TRIES = 5


class JobState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Job(Base):
    __tablename__ = "job"
    __table_args__ = (
        sa.Index(
            "uq_job_live", "kind", "object_id", unique=True,
            sqlite_where=sa.text("state IN ('waiting', 'running')"),
            postgresql_where=sa.text("state IN ('waiting', 'running')"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True)
    kind: Mapped[str] = mapped_column(Text(40))
    object_id: Mapped[int]
    state: Mapped[JobState] = mapped_column(choice(JobState), default=JobState.WAITING, index=True)
    progress: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    cancel_requested: Mapped[bool] = mapped_column(default=False)
    token: Mapped[int] = mapped_column(default=0)  # grows with each claim
    tries: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failure: Mapped[str | None] = mapped_column(Text(500))
