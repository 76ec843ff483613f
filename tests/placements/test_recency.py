"""Wherever the level that a need asks for is shown, how lately the skill must have been used stands beside it, and whether it was."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from talentpool.accounts.models import User
from talentpool.candidates.models import Candidate, CandidateSkill
from talentpool.matching import Rule
from talentpool.needs.models import Need, NeedSkill
from talentpool.permissions import Role
from talentpool.placements.drafting import propose_placements
from talentpool.placements.guards import broken_for
from talentpool.placements.sheet import read_sheet
from talentpool.placements.weighing import list_asked
from talentpool.pool.assemble import request_of
from talentpool.pool.reading import read_profiles
from talentpool.reference.catalogue import Catalogue
from talentpool.states import PlacementState
from talentpool.web.unit import TalentpoolFlask

from .. import factories as make
from ..browsers import Browser, signed_in
from .cast import Cast

FIRST_YEAR = make.FIRST // 12
ASKED, MET, NOT_MET = "5年以内に使用", "年まで使用（満たす）", "年まで使用（満たさない）"


@given(st.sampled_from([None, 3, 5, 10]), st.none() | st.integers(FIRST_YEAR - 12, FIRST_YEAR))
def test_the_year_is_late_enough_where_the_year_of_the_need_says(
    within: int | None, used: int | None
) -> None:
    need = Need(first_month=make.FIRST)
    need.skills = [NeedSkill(skill="bpr", must=True, level=2, used_within=within)]
    person = Candidate()
    person.skills = [CandidateSkill(skill="bpr", level=3, last_used=used, evidence="self")]
    (row,) = list_asked(need, person)
    expected = None if within is None else used is not None and FIRST_YEAR - used <= within
    assert row.is_recent is expected
    person.skills = []
    assert list_asked(need, person)[0].is_recent is None


@pytest.mark.parametrize("years", [5, 6])
def test_it_is_the_rule_of_the_engine(app: TalentpoolFlask, years: int) -> None:
    with app.database.writing() as session:
        need, person = make.make_need(session, musts={"bpr": 2}), make.make_candidate(session)
        need.skills[0].used_within = 5
        (claim,) = (row for row in person.skills if row.skill == "bpr")
        claim.last_used = FIRST_YEAR - years
        session.flush()
        profile = read_profiles(session, make.HYOGO)[person.id]
        broken = broken_for(profile, request_of(need), Catalogue.shipped())
        (row,) = list_asked(need, person)
        assert row.is_recent is (Rule.SKILL not in broken) is (years == 5)


@pytest.mark.parametrize(("years", "said"), [(2, MET), (9, NOT_MET)])
def test_pages_and_papers_say_it(app: TalentpoolFlask, years: int, said: str) -> None:
    with app.database.writing() as session:
        cast = Cast.of(session)
        need = make.make_need(session, musts={"bpr": 2}, seats=3)
        need.skills[0].used_within = 5
        session.flush()
        people = []
        for _ in range(3):
            person = make.make_candidate(session)
            (claim,) = (row for row in person.skills if row.skill == "bpr")
            claim.last_used = FIRST_YEAR - years
            people.append(person)
        drafted = cast.suggested(need, people[0])
        offered, introduced = (
            make.make_placement(session, need, who, state=state, seat=seat)
            for who, state, seat in (
                (people[1], PlacementState.OFFERED, 2), (people[2], PlacementState.INTRODUCED, 3),
            )
        )  # fmt: skip
        session.flush()
        account = session.get_one(User, people[1].user_id)
        at, offer, told, here = drafted.id, offered.id, introduced.id, need.id
    person_page = Browser(app)
    person_page.enter(account)
    town, staff = signed_in(app, Role.MUNICIPALITY), signed_in(app, Role.COORDINATOR)
    for page in (
        person_page.get(f"/offers/{offer}").text,
        town.get(f"/introductions/{told}").text,
        town.get(f"/introductions/needs/{here}").text,
        staff.get(f"/placements/{at}").text,
    ):
        assert ASKED in page
        assert f"{FIRST_YEAR - years}{said}" in page
    for reader in (staff, town):
        assert "5年以内" in reader.get(f"/needs/{here}").text


def test_the_paper_says_it(app: TalentpoolFlask) -> None:
    with app.database.writing() as session:
        cast = Cast.of(session)
        need = make.make_need(session, musts={"bpr": 2})
        need.skills[0].used_within = 5
        person = make.make_candidate(session)
        (claim,) = (row for row in person.skills if row.skill == "bpr")
        claim.last_used = FIRST_YEAR - 5
        placement = cast.suggested(need, person)
        propose_placements(session, need, [placement], actor=cast.coordinator, now=make.NOW)
        assert placement.paper is not None
        cells: list[str] = []
        for year in (FIRST_YEAR - 5, FIRST_YEAR - 6, None):
            claim.last_used = year
            session.flush()
            tables = [one.table for one in read_sheet(session, placement.paper).sections]
            rows = next(one.rows for one in tables if one is not None and "求める水準" in one.head)
            cells += [cell for row in rows for cell in row[2:4]]
    asked = f"2（{FIRST_YEAR - 5}年以降に使用）"
    assert cells == [
        asked, f"3（{FIRST_YEAR - 5}年・満たす）", asked, f"3（{FIRST_YEAR - 6}年・満たさない）",
        asked, "3（使用年は未記入・満たさない）",
    ]  # fmt: skip
