"""The append-only record of every change, chained by keyed hashes.

Events are collected while a unit of work runs and written as its last statements: the row that holds the
head of the chain is locked last, so the chain does not put the work before it into a queue.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event, orm
from sqlalchemy.orm import Mapped, mapped_column

from .crypto import keyed_hash
from .db import Base, Json, Session, Text, UtcDateTime, canonical_json
from .permissions import Action, Actor, Scope, viewed_by, within

GENESIS = "0" * 64


class AuditEvent(Base):
    __tablename__ = "audit_event"
    __table_args__ = (sa.Index("ix_audit_event_object", "object_type", "object_id"),)

    seq: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_id: Mapped[int | None] = mapped_column(sa.BigInteger)  # stays when the account goes
    actor_role: Mapped[str] = mapped_column(Text(20))
    prefecture_code: Mapped[str | None] = mapped_column(Text(2))
    action: Mapped[str] = mapped_column(Text(60))
    object_type: Mapped[str] = mapped_column(Text(40))
    object_id: Mapped[str] = mapped_column(Text(40))
    detail: Mapped[dict[str, Any]] = mapped_column(Json)  # ids, codes and numbers; never names
    hash: Mapped[str] = mapped_column(Text(64))


class AuditHead(Base):
    """One row: where the chain ends."""

    __tablename__ = "audit_head"
    __table_args__ = (sa.CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(sa.BigInteger)
    hash: Mapped[str] = mapped_column(Text(64))


viewed_by(AuditEvent, Action.VIEW_AUDIT)


@within(AuditEvent, Scope.PREFECTURE)
def _of_prefecture(actor: Actor) -> sa.ColumnElement[bool]:
    return AuditEvent.prefecture_code == actor.prefecture_code


@dataclass(frozen=True, slots=True)
class _Pending:
    actor: Actor
    action: str
    thing: Base
    detail: Mapping[str, Any]
    now: datetime


def record(
    session: Session,
    action: str,
    thing: Base,
    *,
    actor: Actor,
    now: datetime,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Note that `actor` did `action` ("need.publish") to `thing`; sealed when the unit commits."""
    if not session.in_transaction():
        session.begin()  # or a rollback before the first statement would not be noticed
    session.info.setdefault("audit_pending", []).append(
        _Pending(actor, action, thing, dict(detail or {}), now)
    )


@event.listens_for(Session, "before_commit")
def seal(session: Session) -> None:
    """Append the collected events to the chain; called by the commit, or earlier to look at them."""
    pending: list[_Pending] = session.info.pop("audit_pending", [])
    if not pending:
        return
    session.flush()
    head = session.execute(
        sa.update(AuditHead)
        .where(AuditHead.id == 1)
        .values(seq=AuditHead.seq + len(pending))
        .returning(AuditHead.seq, AuditHead.hash)
        .execution_options(synchronize_session=False)
    ).one()
    digest, first = head.hash, head.seq - len(pending) + 1
    rows = []
    for seq, note in enumerate(pending, first):
        row = _row(seq, note)
        digest = chain_hash(session.info["audit_key"], digest, row)
        rows.append(row | {"hash": digest})
    session.execute(sa.insert(AuditEvent), rows)
    session.execute(
        sa.update(AuditHead)
        .where(AuditHead.id == 1)
        .values(hash=digest)
        .execution_options(synchronize_session=False)
    )


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, ended: orm.SessionTransaction) -> None:
    """A unit that is rolled back leaves no event; one that only drops a savepoint goes on."""
    if ended.parent is None:
        session.info.pop("audit_pending", None)


def chain_hash(key: bytes, previous: str, row: Mapping[str, Any]) -> str:
    """Hash of one event: HMAC over the hash before it and every column (hex)."""
    at: datetime = row["at"]
    content = {name: value for name, value in row.items() if name not in {"at", "hash"}}
    content["at"] = at.astimezone(UTC).isoformat(timespec="microseconds")
    return keyed_hash(key, f"{previous}{canonical_json(content)}".encode())


def _row(seq: int, note: _Pending) -> dict[str, Any]:
    identity = sa.inspect(note.thing).identity or ()
    prefecture = getattr(note.thing, "prefecture_code", None) or note.actor.prefecture_code
    return {
        "seq": seq,
        "at": note.now,
        "actor_id": note.actor.user_id,
        "actor_role": str(note.actor.role),
        "prefecture_code": prefecture,
        "action": note.action,
        "object_type": note.thing.__tablename__,
        "object_id": "/".join(map(str, identity)),
        "detail": dict(note.detail),
    }


@dataclass(frozen=True, slots=True)
class Anchor:
    """A head of the chain, to be kept where the database's owner cannot write."""

    seq: int
    hash: str


def anchor(session: Session) -> Anchor:
    head = session.get_one(AuditHead, 1)
    return Anchor(head.seq, head.hash)


def verify(session: Session, anchors: tuple[Anchor, ...] = ()) -> Iterator[str]:
    """Every fault of the chain, as a sentence; nothing when it is sound."""
    key: bytes = session.info["audit_key"]
    expected = {note.seq: note.hash for note in anchors}
    digest, last = GENESIS, 0
    names = [column.key for column in AuditEvent.__table__.columns]
    events = sa.select(*AuditEvent.__table__.columns).order_by(AuditEvent.seq)
    for values in session.execute(events.execution_options(yield_per=2000)):
        row = dict(zip(names, values, strict=True))
        if row["seq"] != last + 1:
            yield f"audit: event {last + 1} is missing"
        digest, last = chain_hash(key, digest, row), row["seq"]
        if digest != row["hash"]:
            yield f"audit: event {last} does not match its hash"
            digest = row["hash"]
        if expected.pop(last, digest) != digest:
            yield f"audit: event {last} differs from the anchor"
    head = anchor(session)
    if (head.seq, head.hash) != (last, digest):
        yield f"audit: the head says {head.seq}, the events end at {last}"
    for seq in sorted(expected):
        yield f"audit: the anchor's event {seq} is missing"
