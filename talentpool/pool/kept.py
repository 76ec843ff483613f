"""The crowd of a pool, kept in memory for as long as the audit chain tells of no change of anybody in it.

Every write has its entry in the chain, in the same transaction. So the entries since the crowd was read name all whom
it shows wrongly, and only they are read again. A chain that is not the one which was read (another database, one that
was restored) and a change of the reference tables begin it anew.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from threading import Lock
from typing import Any

import sqlalchemy as sa

from ..audit import AuditEvent
from ..candidates.freshness import is_left_out
from ..candidates.models import Membership
from ..candidates.standing import REGISTERED, standing_on
from ..dates import local_date, month_of
from ..db import Base, Session
from ..matching.arrays import Bools
from ..reference.catalogue import Catalogue
from ..states import MembershipState
from . import standing
from .crowd import Crowd
from .reading import read_profiles

MOST_CHANGED = 200  # people who are read one by one; beyond that everybody is
ANEW = frozenset({"reference_revision", "pool"})  # what changes what all people are


@dataclass(frozen=True, slots=True)
class _Kept:
    """seq, hash: the last entry of the chain that was read before the people were; counted: who is, on that day."""

    crowd: Crowd
    seq: int
    hash: str
    counted: Bools
    day: date


_KEPT: dict[tuple[str, str], _Kept] = {}  # by address of the database and prefecture
_LOCKS: defaultdict[tuple[str, str], Lock] = defaultdict(Lock)


def forget() -> None:
    """Let every crowd be read anew; for tests, whose databases begin with the same entries."""
    _KEPT.clear()


def crowd_of(
    session: Session, prefecture_code: str, catalogue: Catalogue, now: datetime
) -> tuple[Crowd, Bools]:
    """Everybody with an active membership, and (n,) who of them is counted at `now`.

    Not counted is whose registration is over, who withdrew the consent, and whom rounds would leave out: all of it
    changes with an entry in the chain or with the day.
    """
    key = str(session.get_bind().engine.url), prefecture_code
    with _LOCKS[key]:  # whoever comes meanwhile waits for the same
        found = _refreshed(session, _KEPT.get(key), prefecture_code, catalogue, now)
        if not session.info.get("audit_pending"):  # what is not committed may come to nothing
            _KEPT[key] = found
    return found.crowd, found.counted


def _refreshed(
    session: Session, kept: _Kept | None, prefecture_code: str, catalogue: Catalogue, now: datetime
) -> _Kept:
    day = local_date(now)
    start = month_of(day)
    seq, mark, changed = _changed_since(session, kept)
    if kept is None or changed is None or kept.crowd.start != start:
        people = read_profiles(session, prefecture_code)
        crowd = Crowd.of(people, catalogue, prefecture_code, start)
    elif changed:
        people = read_profiles(session, prefecture_code, changed)
        crowd = kept.crowd.with_changed(changed, people, catalogue)
    elif kept.day == day:
        return replace(kept, seq=seq, hash=mark)
    else:
        crowd = kept.crowd
    counted = crowd.among(_list_counted(session, prefecture_code, now))
    return _Kept(crowd, seq, mark, counted, day)


def _changed_since(session: Session, kept: _Kept | None) -> tuple[int, str, set[int] | None]:
    """Where the chain ends, and the ids of the people changed since `kept`; None for anybody."""
    event = AuditEvent
    if kept is None:
        last = sa.select(event.seq, event.hash).order_by(event.seq.desc()).limit(1)
        newest = session.execute(last).one_or_none()
        return (0, "", None) if newest is None else (newest.seq, newest.hash, None)
    query = (
        sa.select(event.seq, event.hash, event.object_type, event.object_id)
        .where(event.seq >= kept.seq)
        .order_by(event.seq)
    )
    entries = session.execute(query).all()
    if not entries or (entries[0].seq, entries[0].hash) != (kept.seq, kept.hash):
        return _changed_since(session, None)
    end = entries[-1]
    touched: defaultdict[str, set[str]] = defaultdict(set)
    for entry in entries[1:]:
        touched[entry.object_type].add(entry.object_id)
    return end.seq, end.hash, _people_of(session, touched)


def _people_of(session: Session, touched: defaultdict[str, set[str]]) -> set[int] | None:
    """Ids of the people that these things are about; None where they may be anybody."""
    changed: set[int] = set()
    for kind, names in touched.items():
        if kind in ANEW:
            return None
        if kind == "candidate":
            changed |= set(map(int, names))
            continue
        if kind == "need":  # what it pays and asks on site counts for those who work for it
            changed |= set(session.scalars(standing.list_committed(map(int, names))))
            continue
        table = Base.metadata.tables[kind]
        named = [column for column in table.columns if _is_person(column)]
        if named and "id" not in table.columns:
            return None
        for column in named:
            query = sa.select(column).where(table.c.id.in_(list(map(int, names))))
            changed |= set(session.scalars(query.where(column.is_not(None))))
    return changed if len(changed) <= MOST_CHANGED else None


def _is_person(column: sa.Column[Any]) -> bool:
    is_key = any(key.column.table.name == "candidate" for key in column.foreign_keys)
    return is_key or column.name == "candidate_id"


def _list_counted(session: Session, prefecture_code: str, now: datetime) -> Collection[int]:
    query = sa.select(Membership.candidate_id).where(
        Membership.prefecture_code == prefecture_code,
        Membership.state == MembershipState.ACTIVE,
        standing_on(local_date(now)).in_(map(str, REGISTERED)),
        ~is_left_out(now),
    )
    return session.scalars(query).all()
