"""Rows become the records somebody would write by hand, with few queries at any size."""

from __future__ import annotations

from dataclasses import replace

from talentpool import matching as m
from talentpool.candidates.content import Post, Window
from talentpool.db import Database, Session
from talentpool.pool.assemble import assemble
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
