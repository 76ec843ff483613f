"""Why proposals ended, in numbers: what staff, towns and a person read."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, strategies as st

from talentpool import clock, dates
from talentpool.accounts.models import User
from talentpool.db import Database, Session
from talentpool.errors import Forbidden
from talentpool.permissions import Role
from talentpool.placements import reasons
from talentpool.placements.models import Placement
from talentpool.placements.reasons import (
    COUNTED,
    FEW,
    VOCABULARIES,
    Row,
    count_own_reasons,
    count_reasons,
)
from talentpool.reference.catalogue import Catalogue
from talentpool.states import PlacementState
from talentpool.web.unit import TalentpoolFlask
from tests import factories as make
from tests.browsers import Browser, signed_in

TODAY = dates.local_date(make.NOW)
YEAR = dates.fiscal_year(TODAY)
_DECLINED, _TURNED_DOWN = PlacementState.DECLINED_BY_CANDIDATE, PlacementState.DECLINED_BY_TOWN
CATALOGUE = Catalogue.shipped()


def ended(
    session: Session,
    state: PlacementState,
    reason: str,
    *,
    town: str = make.HIMEJI,
    years_ago: int = 0,
    times: int = 1,
    **columns: object,
) -> list[Placement]:
    rows = []
    for _ in range(times):
        need = make.make_need(session, municipality_code=town)
        candidate = columns.get("candidate") or make.make_candidate(session)
        row = make.make_placement(session, need, candidate, state=state)  # type: ignore[arg-type]
        row.end_reason, row.ended_at = reason, make.NOW - timedelta(days=365 * years_ago)
        rows.append(row)
    session.flush()
    return rows


def test_every_end_that_is_counted_has_a_vocabulary() -> None:
    assert set(VOCABULARIES) == set(COUNTED)


def test_staff_read_every_count_by_class_of_town(session: Session) -> None:
    ended(session, _DECLINED, "schedule", times=2)
    ended(session, _DECLINED, "schedule", town=make.SAYO)
    ended(session, _TURNED_DOWN, "other")
    ended(session, _DECLINED, "schedule", years_ago=1)
    for role in (Role.COORDINATOR, Role.APPROVER, Role.AUDITOR):
        actor = make.make_user(session, role).actor
        found = count_reasons(session, actor, YEAR, catalogue=CATALOGUE, today=TODAY)
        assert found.is_whole
        assert list(found.years) == [YEAR, YEAR - 1]
        assert [(row.state, row.reason, row.total, tuple(row.counts)) for row in found.rows] == [
            (_DECLINED, "schedule", 3, (1, 0, 2)),
            (_TURNED_DOWN, "other", 1, (0, 0, 1)),
        ]
        every = count_reasons(session, actor, None, catalogue=CATALOGUE, today=TODAY)
        assert [row.total for row in every.rows] == [4, 1]
    stranger = make.make_user(session, Role.COORDINATOR, prefecture_code=make.OSAKA).actor
    assert count_reasons(session, stranger, None, catalogue=CATALOGUE, today=TODAY).rows == []


def test_towns_read_no_small_count_no_class_and_one_year_at_a_time(session: Session) -> None:
    ended(session, _DECLINED, "schedule", times=FEW)
    ended(session, _DECLINED, "other", times=FEW - 1)
    ended(session, _DECLINED, "other", years_ago=1)
    actor = make.make_user(session, Role.MUNICIPALITY).actor
    for asked in (None, YEAR, 1900):
        found = count_reasons(session, actor, asked, catalogue=CATALOGUE, today=TODAY)
        assert (found.year, found.is_whole) == (YEAR, False)
        assert {row.reason: row.total for row in found.rows} == {"schedule": FEW, "other": None}
        assert all(not row.counts for row in found.rows)


@given(st.integers(0, 10))
def test_a_count_is_told_to_towns_from_three_on(total: int) -> None:
    told = reasons._for_town(Row(_DECLINED, "other", total, (total, 0, 0)))
    assert told.total == (total if total >= FEW else None)
    assert told.counts == ()


@pytest.mark.parametrize("role", [Role.CANDIDATE, Role.ADMIN])
def test_nobody_else_reads_them(session: Session, role: Role) -> None:
    actor = make.make_user(session, role).actor
    with pytest.raises(Forbidden):
        count_reasons(session, actor, None, catalogue=CATALOGUE, today=TODAY)


def test_a_person_reads_the_own_counts_of_what_others_decided(session: Session) -> None:
    person = make.make_candidate(session)
    ended(session, PlacementState.NOT_ADVANCED, "other", times=2, candidate=person)
    ended(session, _TURNED_DOWN, "other", candidate=person)
    ended(session, _DECLINED, "schedule", candidate=person)  # their own decision
    ended(session, _TURNED_DOWN, "other")  # somebody else's
    actor = session.get_one(User, person.user_id).actor
    found = count_own_reasons(session, actor)
    assert [(row.state, row.total) for row in found] == [
        (PlacementState.NOT_ADVANCED, 2), (_TURNED_DOWN, 1),
    ]  # fmt: skip
    town = make.make_user(session, Role.MUNICIPALITY).actor
    with pytest.raises(Forbidden):
        count_own_reasons(session, town)


def test_the_page_and_its_files_say_the_same(app: TalentpoolFlask, database: Database) -> None:
    with database.writing() as session:
        rows = ended(session, _DECLINED, "schedule", times=2)
        for row in rows:
            row.ended_at = clock.now()
    officer, town = signed_in(app, Role.COORDINATOR), signed_in(app, Role.MUNICIPALITY)
    page = officer.get("/reasons").text
    assert "本人が辞退" in page
    assert "10万人以上" in page
    file = officer.get("/reasons?format=csv").data.decode("utf-8")
    assert "本人が辞退" in file
    assert ",2," in file
    assert officer.get("/reasons?format=xlsx").data.startswith(b"PK")
    for path in ("/reasons", "/reasons?format=csv", "/reasons?year=x"):
        answer = town.get(path)
        assert answer.status_code == 200
        assert f"{FEW}件未満" in answer.data.decode("utf-8")
    assert "10万人以上" not in town.get("/reasons").text


def test_the_summary_of_a_person_names_no_town(app: TalentpoolFlask, database: Database) -> None:
    with database.writing() as session:
        person = make.make_candidate(session)
        ended(session, PlacementState.NOT_ADVANCED, "other", candidate=person)
        user = session.get_one(User, person.user_id)
    browser = Browser(app)
    browser.enter(user)
    page = browser.get("/offers/reasons").text
    assert "推薦しなかった" in page
    assert "姫路" not in page
    assert "/offers/reasons" in browser.get("/offers").text
