"""The fingerprint of the reference tables: every write moves it, so that a catalogue in memory is never stale."""

from __future__ import annotations

import hashlib
from typing import Any

import sqlalchemy as sa

from ..db import Session, canonical_json
from .models import ReferenceRevision


def get_fingerprint(session: Session) -> str | None:
    """None before the tables are filled."""
    return session.scalar(sa.select(ReferenceRevision.fingerprint))


def get_revision(session: Session) -> ReferenceRevision | None:
    """The row, locked for a write."""
    return session.scalars(
        sa.select(ReferenceRevision).with_for_update().execution_options(populate_existing=True)
    ).one_or_none()


def advance(revision: ReferenceRevision, change: Any) -> None:
    """Chain `change`, plain JSON values, into the fingerprint: equal histories have equal fingerprints."""
    text = f"{revision.fingerprint}{canonical_json(change)}"
    revision.fingerprint = hashlib.sha256(text.encode()).hexdigest()
