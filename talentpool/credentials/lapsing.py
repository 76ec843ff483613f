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


def list_over(session: Session, now: datetime) -> list[int]:
    query = sa.select(Credential.id).where(
        Credential.state.in_(CREDENTIALS_SHOWN | {CredentialState.SAID}),
        Credential.valid_until < local_date(now),
    )
    return list(session.scalars(query.order_by(Credential.id).limit(MOST)))


def lapse(session: Session, now: datetime) -> int:
    ids = list_over(session, now)
    for ident in ids:
        lapse_credential(session, session.get_one(Credential, ident, with_for_update=True), now=now)
    return len(ids)


def keep(database: Database, now: datetime) -> None:
    """What the worker does every minute; it writes only when something is over."""
    with database.reading() as session:
        is_due = bool(list_over(session, now))
    if is_due:
        database.repeat(lambda session: lapse(session, now))
