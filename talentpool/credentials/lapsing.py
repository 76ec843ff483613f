"""Credentials whose last day is over. Called by the worker's timer."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from ..dates import local_date
from ..db import Database, Session
from ..states import CREDENTIALS_SHOWN, CredentialState
from .models import Credential
from .service import lapse_credential

MOST = 200  # in one unit of work


def _over(now: datetime) -> sa.Select[Credential]:
    return (
        sa.select(Credential)
        .where(
            Credential.state.in_(CREDENTIALS_SHOWN | {CredentialState.SAID}),
            Credential.valid_until < local_date(now),
        )
        .order_by(Credential.id)
        .limit(MOST)
    )


def lapse(session: Session, now: datetime) -> int:
    """What another worker, or the person, has ended meanwhile is not over any more."""
    rows = session.scalars(_over(now).with_for_update()).all()
    for row in rows:
        lapse_credential(session, row, now=now)
    return len(rows)


def keep(database: Database, now: datetime) -> None:
    """What the worker does every minute; it writes only when something is over."""
    with database.reading() as session:
        is_due = session.scalars(_over(now).limit(1)).first() is not None
    if is_due:
        database.repeat(lambda session: lapse(session, now))
