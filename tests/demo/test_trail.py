"""The trail of the demo in words: every kind of detail that code records has a name."""

from __future__ import annotations

import sqlalchemy as sa

from talentpool.accounts.views.told import WORDS
from talentpool.audit import AuditEvent
from talentpool.db import Session


def test_nothing_that_is_recorded_lacks_a_name(filled: Session) -> None:
    details = filled.scalars(sa.select(AuditEvent.detail)).all()
    assert {name for detail in details for name in detail} - set(WORDS) == set()
