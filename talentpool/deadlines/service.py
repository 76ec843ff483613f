from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from .. import audit
from ..accounts.models import Pool
from ..accounts.service import lock_pool
from ..db import Session
from ..errors import Refused
from ..language import say
from ..permissions import Action, Actor, require
from ..waits import MOST, Setting, Terms, Wait
from .models import DeadlineDays


def read_terms(session: Session, prefecture_code: str | None) -> Terms:
    query = sa.select(DeadlineDays.wait, DeadlineDays.days, DeadlineDays.set_at)
    query = query.where(DeadlineDays.prefecture_code == prefecture_code).order_by(DeadlineDays.id)
    return Terms(tuple(Setting(*row) for row in session.execute(query)))


@dataclass(frozen=True, slots=True)
class Change:
    """Of the history. before: days until then."""

    wait: Wait
    before: int
    days: int
    set_at: datetime
    set_by: int | None


def list_changes(session: Session, prefecture_code: str | None) -> Sequence[Change]:
    """Every change there was, newest first."""
    query = sa.select(DeadlineDays).where(DeadlineDays.prefecture_code == prefecture_code)
    known: dict[Wait, Terms] = {}
    found: list[Change] = []
    for row in session.scalars(query.order_by(DeadlineDays.id)):
        before = known.get(row.wait, Terms()).days(row.wait, row.set_at)
        known[row.wait] = Terms((Setting(row.wait, row.days, row.set_at),))
        found.append(Change(row.wait, before, row.days, row.set_at, row.set_by))
    return found[::-1]


def set_days(
    session: Session, pool: Pool, days: Mapping[Wait, int], *, actor: Actor, now: datetime
) -> None:
    """For what begins to wait from now on; deadlines that are set stay. Nothing is recorded when nothing changed."""
    require(session, actor, Action.SET_DEADLINES, pool)
    for wait, n in days.items():
        if not 1 <= n <= MOST:
            message = say("1から%(most)sまでの日数を入力してください。", most=MOST)
            raise Refused.at(str(wait), message)
    lock_pool(session, pool.prefecture_code)
    present = read_terms(session, pool.prefecture_code)
    changed = {wait: n for wait, n in days.items() if n != present.days(wait, now)}
    if not changed:
        return
    session.add_all(
        DeadlineDays(
            prefecture_code=pool.prefecture_code, wait=wait, days=n, set_at=now,
            set_by=actor.user_id,
        )
        for wait, n in changed.items()
    )  # fmt: skip
    session.flush()
    detail = {"business_days": {str(wait): n for wait, n in changed.items()}}
    audit.record(session, audit.Deed.DEADLINE_SET, pool, actor=actor, now=now, detail=detail)
