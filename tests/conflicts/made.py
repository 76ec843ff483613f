"""A recorded conflict, for tests of other rooms."""

from __future__ import annotations

from talentpool.conflicts.models import KnownConflict
from talentpool.db import Session
from talentpool.pool.records import Ground, Lifter
from tests import factories as make


def make_conflict(session: Session, prefecture_code: str = make.HYOGO) -> KnownConflict:
    person = make.make_candidate(session, prefecture_code=prefecture_code)
    row = KnownConflict(
        prefecture_code=prefecture_code, candidate_id=person.id, vendor="株式会社サンプル",
        ground=Ground.VENDOR, lifter=Lifter.NOBODY, first_month=make.FIRST, note="出資先。",
        recorded_at=make.NOW,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row
