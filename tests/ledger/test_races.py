"""Many at once, for the last half-days."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from talentpool.db import Database, Session
from talentpool.errors import NoCapacity
from talentpool.ledger import service as ledger

from .. import factories as make
from ..databases import insist

THREADS = 20
ROOM = 7  # half-days


def test_of_twenty_at_once_exactly_as_many_hold_as_there_is_room_for(database: Database) -> None:
    months = (make.FIRST, make.FIRST + 1, make.FIRST + 2)
    with database.writing() as session:
        candidate = make.make_candidate(
            session, has_account=False, half_days=ROOM, last_month=months[-1]
        )
        made = [
            make.make_placement(session, make.make_need(session), candidate) for _ in range(THREADS)
        ]
        asked = [(row.id, row.candidate_id, row.municipality_code) for row in made]
    start = Barrier(THREADS)

    def hold(one: tuple[int, int, str]) -> bool:
        def unit(session: Session) -> None:
            ledger.hold(session, *one, dict.fromkeys(months, 1), make.NOW)

        start.wait()
        try:
            insist(database, unit)
        except NoCapacity:
            return False
        return True

    with ThreadPoolExecutor(THREADS) as threads:
        succeeded = sum(threads.map(hold, asked))
    with database.reading() as session:
        rows = [(row.held, row.booked) for row in ledger.list_months(session, asked[0][1])]
        assert list(ledger.violations(session)) == []
    assert succeeded == ROOM
    assert rows == [(ROOM, 0)] * len(months)


def test_a_hold_and_a_lower_capacity_at_once_never_leave_a_month_over(database: Database) -> None:
    with database.writing() as session:
        candidate = make.make_candidate(
            session, has_account=False, half_days=8, last_month=make.FIRST
        )
        made = make.make_placement(session, make.make_need(session), candidate)
        asked = (made.id, made.candidate_id, made.municipality_code)

    def hold(session: Session) -> None:
        ledger.hold(session, *asked, {make.FIRST: 6}, make.NOW)

    def lower(session: Session) -> None:
        ledger.set_capacity(session, asked[1], {make.FIRST: 5})

    start = Barrier(2)

    def run(unit: object) -> bool:
        start.wait()
        try:
            insist(database, unit)  # type: ignore[arg-type]
        except NoCapacity:
            return False
        return True

    with ThreadPoolExecutor(2) as threads:
        assert sum(threads.map(run, [hold, lower])) == 1
    with database.reading() as session:
        assert list(ledger.violations(session)) == []
