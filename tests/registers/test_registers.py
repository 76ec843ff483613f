"""The registers of placement services: their rows, who takes them, the purpose that is asked and logged."""

from __future__ import annotations

import csv
import io
from datetime import datetime

import openpyxl
import pytest
import sqlalchemy as sa

from talentpool.audit import AuditEvent
from talentpool.candidates.models import Candidate, ProfileView
from talentpool.complaints.service import file_complaint
from talentpool.dates import JST
from talentpool.db import Database, Session
from talentpool.errors import Forbidden
from talentpool.permissions import Actor, Role
from talentpool.registers import service
from talentpool.states import MembershipState, NeedState, PlacementState
from talentpool.web.unit import TalentpoolFlask
from tests import factories as make
from tests.browsers import signed_in

MARCH, APRIL = (datetime(2027, *day, tzinfo=JST) for day in ((3, 31, 23, 59), (4, 1)))
NAMES = ("needs", "people", "introductions")


def officer(session: Session, role: Role = Role.COORDINATOR, **more: str) -> Actor:
    return make.make_user(session, role, **more).actor


@pytest.mark.parametrize("role", [Role.CANDIDATE, Role.MUNICIPALITY, Role.APPROVER, Role.ADMIN])
def test_only_officers_and_auditors_read_them(session: Session, role: Role) -> None:
    actor = officer(session, role)
    for rows in (service.list_needs, service.list_people, service.list_introductions):
        with pytest.raises(Forbidden):
            rows(session, actor)


def test_what_was_received_counts_in_its_fiscal_year(session: Session) -> None:
    actor = officer(session)
    early, late = (make.make_need(session, submitted_at=at) for at in (MARCH, APRIL))
    make.make_need(session, state=NeedState.DRAFT)
    make.make_need(session, municipality_code="271403")
    assert [row.need for row in service.list_needs(session, actor)] == [early, late]
    assert [row.need for row in service.list_needs(session, actor, 2026)] == [early]
    assert [row.need for row in service.list_needs(session, actor, 2027)] == [late]
    people = [make.make_candidate(session, now=at) for at in (APRIL, MARCH)]
    make.make_candidate(session, state=MembershipState.DRAFT)
    make.make_candidate(session, prefecture_code=make.OSAKA)
    found = [row.person for row in service.list_people(session, actor)]
    assert found == people[::-1]
    assert [row.person for row in service.list_people(session, actor, 2027)] == [people[0]]
    assert list(service.list_years(session, actor, APRIL.date())) == [2027, 2026]
    assert service.list_needs(session, actor, 1999) == []


def test_the_results_of_an_introduction(session: Session) -> None:
    """Asked but not introduced, turned down, taken on with a complaint: three rows and their sums."""
    actor = officer(session)
    work = make.make_engagement(session)
    asked = make.make_placement(
        session, make.make_need(session), make.make_candidate(session), state=PlacementState.OFFERED
    )
    down = make.make_placement(
        session, make.make_need(session), work.candidate, state=PlacementState.DECLINED_BY_TOWN,
        offered_at=make.NOW, introduced_at=make.NOW,
    )  # fmt: skip
    make.make_placement(
        session, make.make_need(session), make.make_candidate(session),
        state=PlacementState.APPROVED,
    )  # fmt: skip
    person = Actor(work.candidate.user_id, Role.CANDIDATE, make.HYOGO)
    file_complaint(session, "遅い", work, actor=person, now=make.NOW)
    rows = {row.placement.id: row for row in service.list_introductions(session, actor)}
    assert rows.keys() == {work.placement_id, asked.id, down.id}
    taken = rows[work.placement_id]
    assert (taken.engagement, taken.complaints, taken.consent) == (work, 1, "1")
    assert (rows[asked.id].engagement, rows[asked.id].complaints) == (None, 0)
    tallies = {row.person.id: row.tally for row in service.list_people(session, actor)}
    assert tallies[work.candidate_id] == service.Tally(2, 1)
    assert tallies[asked.candidate_id] == service.Tally(0, 0)
    needs = {row.need.id: row.tally for row in service.list_needs(session, actor)}
    assert needs[work.need_id] == service.Tally(1, 1)
    assert service.count_rows(session, actor) == [4, 3, 3]
    assert service.count_rows(session, actor, 1999) == [0, 0, 0]
    foreign = officer(session, prefecture_code=make.OSAKA)
    assert service.count_rows(session, foreign) == [0, 0, 0]
    assert service.list_introductions(session, foreign) == []


@pytest.fixture
def person(database: Database) -> Candidate:
    with database.writing() as session:
        work = make.make_engagement(
            session,
            candidate=make.make_candidate(session, family_name="髙橋", given_name="=1+1"),
        )
        return work.candidate


@pytest.mark.parametrize("name", NAMES)
def test_a_purpose_is_asked_and_logged(
    app: TalentpoolFlask, database: Database, person: Candidate, name: str
) -> None:
    browser = signed_in(app, Role.AUDITOR)
    address = f"/registers/{name}?format=csv"
    for missing in (address, f"{address}&purpose="):
        asked = browser.get(missing)
        assert "ダウンロードの目的" in asked.text
        assert "髙橋" not in asked.text
    with database.reading() as session:
        assert session.scalars(sa.select(ProfileView)).all() == []
    file = browser.get(f"{address}&purpose=定期監査")
    lines = list(csv.reader(io.StringIO(file.data.decode("utf-8-sig"))))
    assert len(lines) == 2
    assert len(set(lines[0])) == len(lines[0])
    with database.reading() as session:
        query = sa.select(AuditEvent.detail).where(AuditEvent.action == "list.download")
        detail = session.scalars(query).one()
        seen = session.scalars(sa.select(ProfileView.candidate_id)).all()
    assert (detail["list"], detail["rows"], detail["purpose"]) == (
        f"register-{name}",
        1,
        "定期監査",
    )
    assert list(seen) == ([] if name == "needs" else [person.id])


@pytest.mark.parametrize("name", NAMES)
def test_the_files_in_every_format(app: TalentpoolFlask, person: Candidate, name: str) -> None:
    browser = signed_in(app, Role.COORDINATOR)
    address = f"/registers/{name}?purpose=x&format="
    plain = browser.get(f"{address}csv").data.decode("utf-8-sig")
    old = browser.get(f"{address}csv&encoding=cp932").data.decode("cp932")
    book = openpyxl.load_workbook(io.BytesIO(browser.get(f"{address}xlsx").data))
    cells = [[cell.value for cell in row] for row in book.active.iter_rows()]
    rows = list(csv.reader(io.StringIO(plain)))
    assert list(csv.reader(io.StringIO(old))) == rows
    assert [len(row) for row in cells] == [len(row) for row in rows]
    if name != "needs":
        assert person.code in plain
        assert "髙橋 =1+1" in plain
    assert browser.get(f"/registers/{name}?purpose=x").status_code == 302
    assert browser.get("/registers/none?format=csv&purpose=x").status_code == 404


def test_the_page_counts_and_shows_no_names(
    app: TalentpoolFlask, database: Database, person: Candidate
) -> None:
    browser = signed_in(app, Role.COORDINATOR)
    for year in ("", "?year=2026", "?year=x", "?year=999999999999"):
        page = browser.get(f"/registers{year}")
        assert page.status_code == 200
        assert "髙橋" not in page.text
    english = browser.get("/registers?lang=en").text
    assert "Register of introductions" in english
