"""The first page for visitors, and the work that waits for each role."""

from __future__ import annotations

import pytest

from talentpool.db import Database
from talentpool.home.service import Counts, count_pool
from talentpool.permissions import Role
from talentpool.states import NeedState
from talentpool.web.unit import TalentpoolFlask
from tests.browsers import signed_in
from tests.factories import ASAGO, NOW, SAYO, make_candidate, make_need


def test_a_visitor_sees_totals_and_no_people(app: TalentpoolFlask, database: Database) -> None:
    with database.writing() as session:
        person = make_candidate(session)
        for town in (SAYO, SAYO, ASAGO):
            make_need(session, municipality_code=town)
        make_need(session, state=NeedState.DRAFT)
        name = person.name
    with database.reading() as session:
        counts = count_pool(session, now=NOW)
    assert counts == Counts(candidates=1, needs=3, engagements=0, municipalities=2)
    page = app.test_client().get("/").text
    assert "募集を出した市町" in page
    assert name not in page


def test_an_empty_pool_has_totals_of_zero(app: TalentpoolFlask, database: Database) -> None:
    with database.reading() as session:
        assert count_pool(session, now=NOW) == Counts(0, 0, 0, 0)
    assert app.test_client().get("/").status_code == 200


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SYSTEM])
def test_everyone_is_redirected_from_the_first_page_to_their_own(
    app: TalentpoolFlask, role: Role
) -> None:
    browser = signed_in(app, role)
    assert browser.get("/").location == "/home"
    assert browser.get("/home").status_code == 200
