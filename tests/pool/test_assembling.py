"""Rows become the records somebody would write by hand, with few queries at any size."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from talentpool import matching as m
from talentpool.candidates.content import Post, SkillClaim, Window
from talentpool.db import Database, Session
from talentpool.needs.content import SkillRequirement
from talentpool.pool.assemble import assemble, request_of
from talentpool.pool.lint import survey_pool
from talentpool.pool.reading import read_profiles
from talentpool.pool.records import Profile, Request, Taken
from talentpool.pool.translate import to_candidate, translate
from talentpool.reference.catalogue import Catalogue
from talentpool.states import PlacementState
from tests.counting import counted_queries
from tests.factories import FIRST, HYOGO, make_candidate, make_need, make_placement

CATALOGUE = Catalogue.shipped()
PERSON = Profile(
    code="C-1", kind="official", member_from=0, member_until=10**5, consents=True,
    home_code="282014", windows=(Window(FIRST, FIRST + 5, 8),),
)  # fmt: skip
REQUEST = Request(
    code="N-1", municipality_code="282014", title="", theme="bpr", half_days=4,
    first_month=FIRST, last_month=FIRST + 2, mode="online", place_code="282014", pay_basis="day",
)  # fmt: skip


def test_what_is_taken_and_paused_is_not_free() -> None:
    person = replace(
        PERSON,
        windows=(Window(FIRST, FIRST + 2, 8), Window(FIRST + 1, FIRST + 1, 0, is_available=False)),
        taken=(Taken(FIRST, 3, "N-8"), Taken(FIRST, 2, "N-9")),
    )
    months = to_candidate(person, [REQUEST], {}).availability
    assert set(months) == {FIRST, FIRST + 2}
    assert (months[FIRST].half_days, months[FIRST].engagements) == (3, 2)
    assert months[FIRST + 2].half_days == 8


def test_years_of_service_count_once_and_only_in_public_posts() -> None:
    person = replace(
        PERSON,
        posts=(
            Post("a", FIRST - 120, FIRST - 61),
            Post("b", FIRST - 100, FIRST - 61),
            Post("c", FIRST - 240, FIRST - 121, is_public=False),
        ),
    )
    assert to_candidate(person, [REQUEST], {}).service_years == 5


def test_a_need_without_a_free_seat_is_left_out() -> None:
    assert translate([PERSON], [replace(REQUEST, seats=2, filled=2)], CATALOGUE)[1] == []
    assert translate([PERSON], [replace(REQUEST, seats=2, filled=1)], CATALOGUE)[1][0].seats == 1


def test_rows_become_what_a_file_would_say(session: Session) -> None:
    candidate = make_candidate(session, half_days=8, skills={"bpr": 3})
    need = make_need(session, musts={"bpr": 2}, half_days=4)
    session.flush()
    found = assemble(session, HYOGO, [need.id], CATALOGUE)
    assert found.candidate_ids == {candidate.code: candidate.id}
    assert found.need_ids == {need.code: need.id}
    person, wanted = found.candidates[0], found.needs[0]
    assert person.skills["bpr"].level == 3
    assert person.availability[FIRST].half_days == 8
    assert person.consents
    assert [(s.skill, s.level, s.must) for s in wanted.skills] == [("bpr", 2, True)]
    assert wanted.municipality == need.municipality_code
    assert m.solve(m.build(found.candidates, found.needs)).pairs.tolist() == [[0, 0]]


def test_a_standing_placement_takes_seat_and_half_days(session: Session) -> None:
    candidate = make_candidate(session, half_days=8)
    need = make_need(session, half_days=4, seats=2)
    make_placement(session, need, candidate, state=PlacementState.CONFIRMED)
    session.flush()
    found = assemble(session, HYOGO, [need.id], CATALOGUE)
    assert found.needs[0].seats == 1
    assert found.candidates[0].availability[FIRST].half_days == 4
    assert need.code in found.candidates[0].forbidden


def test_who_declined_is_not_proposed_again(session: Session) -> None:
    candidate, need = make_candidate(session), make_need(session)
    make_placement(session, need, candidate, state=PlacementState.DECLINED_BY_CANDIDATE)
    session.flush()
    assert need.code in assemble(session, HYOGO, None, CATALOGUE).candidates[0].forbidden


def test_the_number_of_queries_does_not_grow(database: Database) -> None:
    def count(people: int) -> int:
        with database.writing() as session:
            for _ in range(people):
                make_candidate(session)
                make_need(session)
        with database.reading() as session:
            with counted_queries(database) as seen:
                assemble(session, HYOGO, None, CATALOGUE)
            return len(seen)

    assert count(2) == count(10) <= 15


def test_the_condition_that_costs_most_is_found_by_taking_each_away(session: Session) -> None:
    for level in (1, 1, 1, 3):
        make_candidate(session, skills={"bpr": level})
    need = make_need(session, musts={"bpr": 2})
    session.flush()
    request, profiles = request_of(need), list(read_profiles(session, HYOGO).values())
    survey = survey_pool(request, profiles, CATALOGUE)
    assert (survey.people, survey.feasible) == (4, 1)
    assert survey.costliest is not None
    assert (survey.costliest.skill, survey.costliest.gain) == ("bpr", 3)
    eased = survey_pool(replace(request, skills=()), profiles, CATALOGUE)
    assert eased.feasible == survey.feasible + survey.costliest.gain


@pytest.mark.parametrize(
    ("pay", "forms", "minutes", "level"),
    [(10_000, "commission", None, 1), (30_000, "commission", 30, 3), (30_000, "contract", 30, 1)],
)
def test_no_other_condition_would_add_more_people(
    pay: int, forms: str, minutes: int | None, level: int
) -> None:
    people = [
        replace(
            PERSON,
            code=f"C-{number}",
            home_code=("282014", "285013", "131016")[number % 3],
            travel_limit=minutes,
            pay_minimum=number * 2_000,
            forms=(("commission",), ("contract",), ("commission", "contract"))[number % 3],
            skills=(SkillClaim("bpr", 1 + number % 4),),
            windows=(Window(FIRST, FIRST + 5, number % 5 * 2),),
        )
        for number in range(1, 13)
    ]
    asked = replace(
        REQUEST, mode="onsite", pay_amount=pay, forms=(forms,), skills=(SkillRequirement("bpr", level, 3, True),)
    )  # fmt: skip
    survey = survey_pool(asked, people, CATALOGUE)
    candidates, needs = translate(people, [asked], CATALOGUE)
    broken = m.excluded(candidates, needs[0])
    assert survey.feasible == len(people) - len(broken)
    only = Counter(next(iter(rules)) for rules in broken.values() if len(rules) == 1)
    assert survey.costliest is not None
    assert survey.costliest.gain == max(only.values())
    assert only[survey.costliest.rule] == survey.costliest.gain


def test_an_empty_pool_has_nobody() -> None:
    survey = survey_pool(REQUEST, [], CATALOGUE)
    assert survey.is_impossible
    assert survey.people == 0
