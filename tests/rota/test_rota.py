"""Who is where by month: as page and as file, from the ledger."""

from __future__ import annotations

import csv
from datetime import date

import pytest

from talentpool import clock
from talentpool.candidates.content import Term
from talentpool.dates import local_date, month_of
from talentpool.db import Session
from talentpool.listing import Asked
from talentpool.permissions import Role
from talentpool.rota.finding import MonthOf, Stay, list_people, read_months
from talentpool.states import PlacementState
from talentpool.web.unit import TalentpoolFlask

from .. import factories as make
from ..browsers import signed_in

OVER = Term("supporter", date(2024, 4, 1), date(2026, 3, 31))


def test_a_month_says_what_is_lent_to_whom(session: Session) -> None:
    person, other = make.make_employee(session, half_days=10), make.make_employee(session)
    for town, state, half_days in (
        (make.HIMEJI, PlacementState.CONFIRMED, 4),
        (make.SAYO, PlacementState.OFFERED, 2),
    ):
        need = make.make_need(session, municipality_code=town, half_days=half_days)
        make.make_placement(session, need, person, state=state)
    found = read_months(session, [person.id, other.id], make.FIRST, make.FIRST)
    stays = {stay.municipality_code: stay for stay in found[person.id, make.FIRST].stays}
    assert stays == {
        make.HIMEJI: Stay(make.HIMEJI, 4, is_held=False), make.SAYO: Stay(make.SAYO, 2, is_held=True),
    }  # fmt: skip
    assert found[person.id, make.FIRST].taken == 6
    assert found[other.id, make.FIRST] == MonthOf(8, ())


@pytest.mark.parametrize(("term", "n"), [("present", 1), ("over", 1), ("coming", 0), ("", 2)])
def test_terms_that_are_over_can_be_told_apart(session: Session, term: str, n: int) -> None:
    make.make_employee(session)
    make.make_employee(session, OVER)
    make.make_employee(session, prefecture_code=make.OSAKA)
    officer = make.make_user(session, Role.APPROVER).actor
    asked = Asked({"term": term, "post": ""})
    assert len(list(list_people(session, officer, asked, now=make.NOW).rows())) == n


def test_officers_read_the_rota_and_take_it_away(app: TalentpoolFlask) -> None:
    this = month_of(local_date(clock.now()))
    with app.database.writing() as session:
        person = make.make_employee(
            session, half_days=10, first_month=this, last_month=this + 15, family_name="雁金"
        )
        need = make.make_need(session, first_month=this + 1, last_month=this + 8)
        make.make_placement(session, need, person, state=PlacementState.CONFIRMED)
    for role in (Role.COORDINATOR, Role.AUDITOR):
        page = signed_in(app, role).get("/rota").text
        assert "雁金" in page
        assert page.count("4／10コマ") == 5
        assert "姫路市 4" in page
    officer = signed_in(app, Role.COORDINATOR)
    later = officer.get(f"/rota?first={this + 8}").text
    assert later.count("4／10コマ") == 1
    file = officer.get("/rota?format=csv&purpose=会議").data.decode("utf-8-sig")
    rows = list(csv.reader(file.splitlines()))
    cells = next(row for row in rows if any("雁金" in cell for cell in row))
    assert cells.count("4/10 姫路市 4") == 8
    assert officer.get("/rota?first=nonsense").status_code == 200
    assert signed_in(app, Role.MUNICIPALITY).get("/rota").status_code == 403
