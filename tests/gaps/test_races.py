"""Two workers keep the register in the same minute, and one that failed tries again in the next."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from talentpool.db import Database, Session
from talentpool.gaps import tracking
from talentpool.gaps.looking import look
from talentpool.gaps.models import Ending, SupplyGap
from talentpool.permissions import SYSTEM
from talentpool.reference.catalogue import Catalogue
from tests import factories as make
from tests.candidates.test_races import PATIENCE, _wait_until_it_waits


def _endings(database: Database) -> list[Ending | None]:
    with database.reading() as session:
        return list(session.scalars(sa.select(SupplyGap.ending).order_by(SupplyGap.id)))


def _twice(database: Database, *changes: Callable[[Session], object]) -> None:
    """Another worker has found the same, and commits while this one wants to write it."""
    tracking.forget()
    with database.writing() as session:
        for change in changes:
            change(session)
    with ThreadPoolExecutor(1) as thread, database.writing() as session:
        found = look(session, make.HYOGO, catalogue=Catalogue.shipped(), now=make.NOW)
        tracking.keep_gaps(session, make.HYOGO, found, actor=SYSTEM, now=make.NOW)
        session.flush()
        other = thread.submit(tracking.keep_time, database, make.NOW)
        _wait_until_it_waits(database, other)
        session.commit()
        other.result(PATIENCE)


def test_of_two_workers_one_opens_a_gap_and_one_closes_it(database: Database) -> None:
    _twice(database, make.make_prefecture_pool, make.make_need)
    assert _endings(database) == [None]
    _twice(database, make.make_candidate)
    assert _endings(database) == [Ending.SUPPLIED]


def test_what_failed_is_looked_at_again_in_the_next_minute(database: Database) -> None:
    with database.writing() as session:
        make.make_prefecture_pool(session)
        make.make_need(session)
        session.execute(sa.text("ALTER TABLE supply_gap RENAME TO put_away"))
    with pytest.raises(sa.exc.DBAPIError):
        tracking.keep_time(database, make.NOW)
    with database.writing() as session:
        session.execute(sa.text("ALTER TABLE put_away RENAME TO supply_gap"))
    tracking.keep_time(database, make.NOW)
    assert _endings(database) == [None]
