"""Windows, pauses and the months they become."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from talentpool import dates
from talentpool.candidates import (
    availability,
    reviewing,
    submitting,
)
from talentpool.candidates.content import Availability, Window
from talentpool.candidates.models import Candidate, CandidateWindow
from talentpool.db import Session
from talentpool.errors import Refused
from talentpool.ledger import service as ledger
from talentpool.permissions import Actor
from talentpool.states import PlacementState

from .. import factories as make
from .profiles import APRIL, NOW, SEPTEMBER, WINDOWS, active, complete


def test_capacity_is_what_the_windows_say_and_a_pause_is_stronger() -> None:
    def window(first: int, last: int, n: int) -> CandidateWindow:
        return CandidateWindow(first_month=first, last_month=last, half_days=n, is_available=n > 0)

    windows = [window(3, 4, 0), window(1, 3, 8), window(5, 6, 2), window(9, 9, 0)]
    assert availability.capacity_of(windows) == {1: 8, 2: 8, 3: 0, 5: 2, 6: 2}
    assert availability.capacity_of([]) == {}


def test_the_ledger_follows_the_windows_of_who_is_in_the_pool(
    session: Session, candidate: Candidate, person: Actor, officer: Actor
) -> None:
    complete(session, candidate, person)
    assert ledger.list_months(session, candidate.id) == []
    submitting.submit_profile(session, candidate.memberships[0], actor=person, now=NOW)
    reviewing.activate_membership(session, candidate.memberships[0], actor=officer, now=NOW)
    fewer = Availability(windows=[Window(APRIL + 1, APRIL + 2, 4)])
    availability.save_availability(session, candidate, fewer, actor=person, now=NOW)
    rows = ledger.list_months(session, candidate.id)
    assert [(row.month, row.capacity) for row in rows] == [(APRIL + 1, 4), (APRIL + 2, 4)]


def test_months_that_are_over_stay_in_the_ledger(
    session: Session, candidate: Candidate, person: Actor, officer: Actor
) -> None:
    active(session, candidate, person, officer)
    july = NOW + timedelta(days=220)  # 2027-07
    fewer = Availability(windows=[Window(APRIL, SEPTEMBER, 4)])
    availability.save_availability(session, candidate, fewer, actor=person, now=july)
    assert [row.capacity for row in ledger.list_months(session, candidate.id)] == [8, 8, 8, 4, 4, 4]


def test_a_pause_gives_nothing_for_its_months(
    session: Session, candidate: Candidate, person: Actor, officer: Actor
) -> None:
    active(session, candidate, person, officer)
    availability.pause(session, candidate, APRIL, APRIL + 1, note="入院", actor=person, now=NOW)
    assert [row.capacity for row in ledger.list_months(session, candidate.id)] == [0, 0, 8, 8, 8, 8]
    assert [(row.is_available, row.note) for row in candidate.windows] == [
        (True, ""),
        (False, "入院"),
    ]


def test_less_than_what_is_booked_is_refused_with_every_month(
    session: Session, candidate: Candidate, person: Actor, officer: Actor
) -> None:
    active(session, candidate, person, officer)
    need = make.make_need(session, first_month=APRIL, last_month=APRIL + 1, half_days=6)
    make.make_placement(session, need, candidate, state=PlacementState.OFFERED)
    with pytest.raises(Refused, match="2027年4月（6コマ）、2027年5月（6コマ）") as refusal:
        availability.pause(session, candidate, APRIL, SEPTEMBER, actor=person, now=NOW)
    assert "windows" in refusal.value.fields
    with pytest.raises(Refused, match="2027年4月（6コマ）、2027年5月（6コマ）"):
        availability.save_availability(session, candidate, Availability(), actor=person, now=NOW)


@pytest.mark.parametrize(
    "windows",
    [
        [Window(APRIL, APRIL - 1, 4)],
        [Window(APRIL, SEPTEMBER, 0)],
        [Window(APRIL, SEPTEMBER, 63)],
        [Window(APRIL, SEPTEMBER, 4, is_available=False)],
        [Window(APRIL, SEPTEMBER, 4, weekdays=0)],
        [Window(APRIL, SEPTEMBER, 4, weekdays=128)],
        [Window(dates.month_number(1999, 12), SEPTEMBER, 4)],
        [Window(APRIL, APRIL + 200, 4)],
        [Window(APRIL, APRIL + 2, 4), Window(APRIL + 2, SEPTEMBER, 4)],
        [Window(APRIL + n, APRIL + n, 1) for n in range(25)],
    ],
)
def test_windows_that_cannot_be_are_refused(
    session: Session, candidate: Candidate, person: Actor, windows: list[Window]
) -> None:
    with pytest.raises(Refused) as refusal:
        availability.save_availability(
            session, candidate, Availability(windows), actor=person, now=NOW
        )
    assert "windows" in refusal.value.fields


@pytest.mark.parametrize(
    "change", [{"travel_limit": 1441}, {"most_at_once": 0}, {"most_at_once": 11}]
)
def test_limits_that_cannot_be_are_refused(
    session: Session, candidate: Candidate, person: Actor, change: dict[str, int]
) -> None:
    with pytest.raises(Refused):
        availability.save_availability(
            session, candidate, replace(WINDOWS, **change), actor=person, now=NOW
        )


@pytest.mark.parametrize(
    "change", [{"half_days": 0}, {"is_available": False}, {"weekdays": 0}, {"weekdays": 128}]
)
def test_the_database_takes_no_window_that_the_rules_refuse(
    session: Session, change: dict[str, int]
) -> None:
    window = make.make_candidate(session).windows[0]
    session.commit()
    for name, value in change.items():
        setattr(window, name, value)
    with pytest.raises(sa.exc.IntegrityError):
        session.flush()


def test_a_window_that_is_over_is_refused_and_one_that_was_kept_stays(
    session: Session, candidate: Candidate, person: Actor
) -> None:
    complete(session, candidate, person)
    later = NOW + timedelta(days=365)
    kept = availability.availability_of(candidate)
    assert kept.windows[0].last_month < dates.month_of(dates.local_date(later))
    availability.save_availability(session, candidate, kept, actor=person, now=later)
    more = replace(kept, windows=[*kept.windows, Window(SEPTEMBER + 1, SEPTEMBER + 1, 4)])
    with pytest.raises(Refused, match="2027年10月で終わる行です。"):
        availability.save_availability(session, candidate, more, actor=person, now=later)
