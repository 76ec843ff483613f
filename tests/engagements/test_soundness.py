"""`talentpool check` finds logs that cannot be."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from talentpool import clock, dates
from talentpool.db import Session
from talentpool.engagements.models import Part, Place, WorkDay, WorkLog
from talentpool.operations import check

from .. import factories as make

NOW: datetime = clock.now()
FIRST = dates.first_day(dates.month_of(dates.local_date(NOW)))


def _log(
    session: Session,
    *days: tuple[date, Part | None],
    town: str = make.HIMEJI,
    log: WorkLog | None = None,
) -> WorkLog:
    person = log.engagement.candidate if log is not None else make.make_candidate(session)
    part = Part.MORNING if log is None else Part.AFTERNOON
    made = make.make_sent_log(session, person, town=town, part=part)
    made.days = [WorkDay(day=day, part=part, place=Place.ONLINE) for day, part in days]
    session.flush()
    return made


def test_a_log_that_can_be_is_sound(session: Session) -> None:
    log = _log(session, (FIRST, Part.MORNING))
    _log(session, (FIRST, Part.AFTERNOON), town=make.SAYO, log=log)
    session.commit()
    assert list(check.violations(session)) == []


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ([(FIRST, None)], "not a whole day"),
        ([(dates.first_day(make.FIRST), Part.DAY)], "not a whole day"),
        ([(FIRST, Part.DAY), (FIRST.replace(day=2), Part.DAY)], "more half-days than are booked"),
    ],
)
def test_a_log_that_cannot_be_is_found(
    session: Session, days: list[tuple[date, Part | None]], said: str
) -> None:
    _log(session, *days)
    session.commit()
    assert any(said in found for found in check.violations(session))


def test_the_same_hours_for_two_towns_are_found(session: Session) -> None:
    log = _log(session, (FIRST, Part.MORNING))
    other = _log(session, (FIRST, Part.MORNING), town=make.SAYO, log=log)
    session.commit()
    found = list(check.violations(session))
    assert found == [f"work log {other.id}: {FIRST} morning is also in work log {log.id}"]
