"""The check of every night: once a day after two, by one worker, told to administrators and auditors."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from talentpool import checkups
from talentpool.checkups import Checkup
from talentpool.dates import JST, local_date
from talentpool.db import Database
from talentpool.operations import nightly
from talentpool.permissions import Role
from talentpool.web.unit import TalentpoolFlask

from .. import factories as make
from ..browsers import signed_in

NIGHT = datetime(2026, 12, 1, 2, 0, tzinfo=JST)


def checks_of(database: Database) -> list[Checkup]:
    with database.reading() as session:
        return list(session.scalars(sa.select(Checkup).order_by(Checkup.day)))


def test_it_runs_once_a_day_and_not_before_two(database: Database) -> None:
    nightly.keep_checking(database, NIGHT - timedelta(minutes=1))
    assert checks_of(database) == []
    for minutes in (0, 1, 600, 1439 - 120):
        nightly.keep_checking(database, NIGHT + timedelta(minutes=minutes))
    nightly.keep_checking(database, NIGHT + timedelta(days=1))
    found = checks_of(database)
    assert [row.day.isoformat() for row in found] == ["2026-12-01", "2026-12-02"]
    assert {row.total for row in found} == {0}


def test_two_workers_store_one_result(database: Database) -> None:
    checkup = nightly.run(database, NIGHT)
    with database.writing() as session:
        checkups.store(session, checkup)
    nightly.keep_checking(database, NIGHT)
    assert len(checks_of(database)) == 1
    with pytest.raises(sa.exc.IntegrityError):
        database.repeat(lambda session: checkups.store(session, nightly.run(database, NIGHT)))


def test_what_is_wrong_is_counted_and_told(app: TalentpoolFlask, database: Database) -> None:
    admin = signed_in(app, Role.ADMIN)
    assert "まだ一度も検査していません" in admin.get("/home").text
    nightly.keep_checking(database, NIGHT)
    assert "記録の検査：違反0件" in admin.get("/home").text
    with database.writing() as session:
        make.make_candidate(session)
        session.execute(sa.text("UPDATE audit_head SET seq = seq + 7"))
    nightly.keep_checking(database, NIGHT + timedelta(days=1))
    (latest,) = [row for row in checks_of(database) if row.day == local_date(NIGHT) + timedelta(1)]
    assert latest.total >= 1
    for role in (Role.ADMIN, Role.AUDITOR):
        page = signed_in(app, role).get("/home").text
        assert f"記録の検査で{latest.total}件の違反が見つかりました" in page
        assert latest.found[0].split("'")[0][:20] in page
    assert "記録の検査" not in signed_in(app, Role.COORDINATOR).get("/home").text


def test_results_of_long_ago_are_dropped(database: Database) -> None:
    with database.writing() as session:
        for number in range(checkups.KEPT + 5):
            day = local_date(NIGHT) - timedelta(days=number + 1)
            session.add(Checkup(day=day, at=NIGHT, milliseconds=1, total=0, found=[]))
    nightly.keep_checking(database, NIGHT)
    found = checks_of(database)
    assert len(found) == checkups.KEPT
    assert found[-1].day == local_date(NIGHT)
