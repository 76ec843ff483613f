"""The results of the nightly checks of all invariants, for administrators and auditors. Ids and codes only."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from .db import Base, Json, Session, UtcDateTime
from .permissions import Action, Actor, Scope, can, viewed_by, within

KEPT = 400  # nights


class Checkup(Base):
    """One check. `found`: the first violations, each a sentence of ids; `total`: how many there were."""

    __tablename__ = "checkup"

    day: Mapped[date] = mapped_column(primary_key=True)  # in Japan
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    milliseconds: Mapped[int]
    total: Mapped[int]
    found: Mapped[list[str]] = mapped_column(Json)


viewed_by(Checkup, Action.VIEW_CHECKUP)


@within(Checkup, Scope.PREFECTURE)
def _of_all(_actor: Actor) -> sa.ColumnElement[bool]:
    """A check is of the whole installation, and says nothing but ids."""
    return sa.true()


def find_latest(session: Session, actor: Actor) -> Checkup | None:
    """None before the first night, and for whoever may not see it."""
    if not can(session, actor, Action.VIEW_CHECKUP):
        return None
    return session.scalar(sa.select(Checkup).order_by(Checkup.day.desc()).limit(1))


def has_been(session: Session, day: date) -> bool:
    return session.get(Checkup, day) is not None


def store(session: Session, checkup: Checkup) -> None:
    """Add a result, and drop those of long ago."""
    session.add(checkup)
    session.flush()
    kept = sa.select(Checkup.day).order_by(Checkup.day.desc()).limit(KEPT)
    old = sa.delete(Checkup).where(Checkup.day.not_in(kept))
    session.execute(old.execution_options(synchronize_session=False))
