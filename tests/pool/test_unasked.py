"""Members whom no vacancy has asked: never or not for two years, and how many open vacancies could have them."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta

import sqlalchemy as sa

from talentpool.candidates.models import Candidate, ProfileView
from talentpool.db import Database, Session
from talentpool.listing import Asked
from talentpool.permissions import Role
from talentpool.pool.reach import reach
from talentpool.pool.unasked import BEFORE, NEVER, count_reached, list_unasked, read_last_asked
from talentpool.states import MembershipState, NeedState, PlacementState
from talentpool.web.unit import TalentpoolFlask
from tests.browsers import signed_in
from tests.factories import NOW, make_candidate, make_need, make_placement, make_user
from tests.pool.random_needs import CATALOGUE, draw_people, draw_request

TWO_YEARS = timedelta(days=731)  # and a day, before NOW


def test_members_whom_nobody_asked_the_longest_first(session: Session) -> None:
    actor = make_user(session, Role.COORDINATOR).actor
    need = make_need(session)
    never, older, before, lately, drafted = (make_candidate(session) for _ in range(5))
    make_candidate(session, state=MembershipState.APPLIED)
    ended = make_candidate(session)
    ended.memberships[0].active_until = date(2026, 11, 1)
    older.memberships[0].active_from = date(2024, 5, 1)
    for person, days in ((before, TWO_YEARS), (lately, TWO_YEARS - timedelta(days=3))):
        row = make_placement(session, need, person, state=PlacementState.DECLINED_BY_CANDIDATE)
        row.offered_at = NOW - days
    make_placement(session, need, drafted, state=PlacementState.PROPOSED)
    session.flush()

    def found(**values: str) -> list[Candidate]:
        listed = list_unasked(session, actor, Asked(values=values), now=NOW)
        return [row for rows in listed.portions() for row in rows]

    assert found()[0] is older
    assert set(found()) == {never, older, before, drafted}
    assert set(found(last=NEVER)) == {never, older, drafted}
    assert found(last=BEFORE) == [before]
    assert read_last_asked(session, actor, found()) == {before.id: NOW - TWO_YEARS}
    stranger = make_user(session, Role.COORDINATOR, prefecture_code="27").actor
    assert list_unasked(session, stranger, now=NOW).page(1).total == 0


def test_as_many_vacancies_as_the_person_reads_of_themselves() -> None:
    for seed in range(4):
        r = random.Random(seed)
        people = list(draw_people(r, 5).values())
        requests = [replace(draw_request(r), code=f"N-{n}") for n in range(4)]
        counted = count_reached(people, requests, CATALOGUE)
        assert counted == {who.code: reach(who, requests, CATALOGUE).could for who in people}


def test_staff_read_the_list_and_take_it_as_a_file(
    app: TalentpoolFlask, database: Database
) -> None:
    with database.writing() as session:
        person = make_candidate(session, skills={"bpr": 2})
        make_need(session, musts={"bpr": 2})
        make_need(session, musts={"bpr": 3})
        make_need(session, state=NeedState.DRAFT)
        code, ident = person.code, person.id
    browser = signed_in(app, Role.COORDINATOR)
    page = browser.get("/candidates/unasked")
    assert "一度もない" in page.text
    with database.reading() as session:
        assert list(session.scalars(sa.select(ProfileView.candidate_id))) == [ident]
    text = browser.get("/candidates/unasked?format=csv&purpose=x").text
    [row] = [line for line in text.splitlines() if code in line]
    assert ",1," in row
    assert signed_in(app, Role.MUNICIPALITY).get("/candidates/unasked").status_code == 403
