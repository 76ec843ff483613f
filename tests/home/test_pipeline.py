"""Where the proposals stand, and the list of work by the day on which somebody has to look."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from talentpool.dates import local_date
from talentpool.db import Database, Session
from talentpool.desk.models import Duty
from talentpool.home.items import Span, Whose, by_span
from talentpool.home.pipeline import look_ahead
from talentpool.home.queues import FOLLOW_UP, Party
from talentpool.home.service import look
from talentpool.needs.models import Need
from talentpool.permissions import Role
from talentpool.placements.models import Placement
from talentpool.states import PlacementState
from talentpool.waits import DEFAULTS, Terms, Wait, end_of_term
from talentpool.web.unit import TalentpoolFlask
from tests import factories as make
from tests.browsers import signed_in

PS = PlacementState
NOW, TODAY = make.NOW, local_date(make.NOW)


def make_waiting(session: Session, state: PlacementState, days: int) -> Placement:
    """A placement that began to wait so many days ago."""
    need, person = make.make_need(session), make.make_candidate(session)
    begun = NOW - timedelta(days=days)
    return make.make_placement(session, need, person, state=state, now=begun)


def stage_of(
    session: Session, state: PlacementState, now: datetime = NOW
) -> tuple[int, int, int | None]:
    actor = make.make_user(session, Role.COORDINATOR).actor
    found = {row.state: row for row in look_ahead(session, actor, Terms(), now=now).stages}[state]
    return found.count, found.late, found.days


def make_duty(session: Session, day: int, **about: int) -> None:
    follow_up = TODAY + timedelta(days=day)
    duty = Duty(
        prefecture_code=make.HYOGO, set_at=NOW, follow_up=follow_up, line="電話する", **about
    )
    session.add(duty)
    session.flush()


def test_nothing_waits_in_an_empty_pool(session: Session) -> None:
    actor = make.make_user(session, Role.COORDINATOR).actor
    found = look_ahead(session, actor, Terms(), now=NOW)
    assert found.is_empty
    assert not found.days
    assert [(row.count, row.late, row.days) for row in found.stages] == [(0, 0, None)] * 5


@pytest.mark.parametrize("state", [PS.SUGGESTED, PS.OFFERED, PS.INTRODUCED, PS.AGREED])
def test_a_stage_says_how_many_wait_and_their_median(
    session: Session, state: PlacementState
) -> None:
    for days in (1, 2, 6):
        make_waiting(session, state, days)
    count, _late, median = stage_of(session, state)
    assert (count, median) == (3, 2)


def test_what_was_asked_too_long_ago_is_late(session: Session) -> None:
    row = make_waiting(session, PS.OFFERED, 2)
    assert row.offer_until is not None
    assert stage_of(session, PS.OFFERED, row.offer_until)[1] == 0
    assert stage_of(session, PS.OFFERED, row.offer_until + timedelta(seconds=1))[1] == 1


def test_what_waits_for_an_officer_is_late_after_the_days_of_the_table(session: Session) -> None:
    row = make_waiting(session, PS.AGREED, 0)
    assert row.agreed_at is not None
    due = end_of_term(row.agreed_at, DEFAULTS[Wait.CONFIRMATION])
    assert stage_of(session, PS.AGREED, due)[1] == 0
    assert stage_of(session, PS.AGREED, due + timedelta(seconds=1))[1] == 1


def test_all_who_stand_on_a_paper_are_one_thing_to_decide(session: Session) -> None:
    need = make.make_need(session)
    for rank in (1, 2, 3):
        person = make.make_candidate(session)
        make.make_placement(session, need, person, state=PS.PROPOSED, seat=1, rank=rank)
    assert stage_of(session, PS.PROPOSED)[0] == 1
    home = look(session, make.make_user(session, Role.COORDINATOR).actor, now=NOW)
    assert home.owners is not None
    assert home.owners.counts[Whose.ALL] == len(home.items) == 1
    assert [task.count for task in home.progress] == [3]


def test_the_days_ahead_name_answers_and_looks_and_no_other_days(session: Session) -> None:
    row = make_waiting(session, PS.OFFERED, 0)
    row.offer_until = NOW + timedelta(days=2)
    make_duty(session, 4, need_id=row.need_id)
    make_duty(session, 9, placement_id=row.id)
    actor = make.make_user(session, Role.COORDINATOR).actor
    days = look_ahead(session, actor, Terms(), now=NOW).days
    ahead = [((day.day - TODAY).days, dict(day.due), day.looks) for day in days]
    assert ahead == [(2, {PS.OFFERED: 1}, 0), (4, {}, 1)]


def test_a_thing_whose_day_has_come_is_listed_although_nothing_else_waits(session: Session) -> None:
    person, need = make.make_candidate(session), make.make_need(session)
    served = make.make_placement(session, need, person, state=PS.CONFIRMED)
    make_duty(session, 0, placement_id=served.id)
    make_duty(session, 1, membership_id=person.memberships[0].id)
    actor = make.make_user(session, Role.COORDINATOR).actor

    def looked_at(now: datetime) -> list[object]:
        items = look(session, actor, now=now).items
        return [item.thing for item in items if item.queue is FOLLOW_UP]

    assert looked_at(NOW) == [served]
    assert looked_at(NOW + timedelta(days=1)) == [served, person.memberships[0]]


def test_a_thing_that_waits_is_not_listed_a_second_time_on_its_day(session: Session) -> None:
    row = make_waiting(session, PS.OFFERED, 0)
    make_duty(session, 0, placement_id=row.id)
    home = look(session, make.make_user(session, Role.COORDINATOR).actor, now=NOW)
    assert [item.thing for item in home.items] == [row]
    assert [span for span, _ in by_span(home.items, NOW)] == [Span.TODAY]


@pytest.mark.parametrize(
    ("day", "span"), [(-1, Span.LATE), (0, Span.TODAY), (6, Span.WEEK), (7, Span.LATER)]
)
def test_the_day_that_was_set_decides_where_a_thing_stands(
    session: Session, day: int, span: Span
) -> None:
    need: Need = make.make_need(session, submitted_at=NOW)
    row = make.make_placement(session, need, make.make_candidate(session), state=PS.AGREED)
    make_duty(session, day, placement_id=row.id)
    home = look(session, make.make_user(session, Role.COORDINATOR).actor, now=NOW)
    due = home.items[0].due
    assert due is not None
    assert local_date(due) >= TODAY + timedelta(days=7)
    assert [found for found, _ in by_span(home.items, NOW)] == [span]


def test_the_list_can_show_what_waits_for_one_party(
    app: TalentpoolFlask, database: Database
) -> None:
    with database.writing() as session:
        asked, told = make_waiting(session, PS.OFFERED, 0), make_waiting(session, PS.INTRODUCED, 0)
        codes = asked.need.code, told.need.code
        actor = make.make_user(session, Role.COORDINATOR).actor
        home = look(session, actor, now=NOW, party=Party.TOWN)
        assert home.owners is not None
        assert home.owners.parties[Party.PERSON] == home.owners.parties[Party.TOWN] == 1
        assert home.owners.total == len(home.items) == 1
    officer = signed_in(app, Role.COORDINATOR)
    listed = [code in officer.get("/home?for=town").text for code in codes]
    assert listed == [False, True]
    assert all(code in officer.get("/home?for=nobody").text for code in codes)
