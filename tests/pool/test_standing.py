"""What already stands between people and needs, and what a need's page says of the pool."""

from __future__ import annotations

import pytest

from talentpool.db import Database, Session
from talentpool.needs.models import Need
from talentpool.permissions import Role
from talentpool.placements.models import HoldLift
from talentpool.pool import standing
from talentpool.pool.assemble import assemble, list_active, list_profiles
from talentpool.pool.reading import read_profiles
from talentpool.pool.records import Taken
from talentpool.pool.views import survey_of
from talentpool.reference.catalogue import Catalogue
from talentpool.states import MembershipState, NeedState, PlacementState
from talentpool.web.unit import TalentpoolFlask
from tests.browsers import signed_in
from tests.factories import (
    FIRST,
    HYOGO,
    LAST,
    NOW,
    OSAKA,
    make_candidate,
    make_need,
    make_placement,
)

PS = PlacementState


def test_nothing_stands_against_nobody(session: Session) -> None:
    assert read_profiles(session, HYOGO, []) == {}
    alone = read_profiles(session, HYOGO, [make_candidate(session).id])
    assert [(who.taken, who.lifted, who.turned_down) for who in alone.values()] == [((), (), ())]
    assert standing.count_filled(session, []) == {}


def test_lifted_rules_and_pairs_that_were_turned_down_are_kept_apart(session: Session) -> None:
    first, second = make_candidate(session), make_candidate(session)
    needs = [make_need(session) for _ in range(3)]
    for need in reversed(needs[:2]):
        session.add(
            HoldLift(
                candidate_id=first.id, need_id=need.id, rule="former_office", reason="所管外",
                lifted_at=NOW,
            )
        )  # fmt: skip
        make_placement(session, need, second, state=PS.NOT_ADVANCED)
    make_placement(session, needs[2], first, state=PS.DECLINED_BY_TOWN)
    session.flush()
    found = read_profiles(session, HYOGO, [first.id, second.id])
    codes = [need.code for need in needs]
    assert found[first.id].lifted == tuple((code, "former_office") for code in codes[:2])
    assert found[second.id].lifted == ()
    assert found[first.id].turned_down == (codes[2],)
    assert found[second.id].turned_down == tuple(codes[:2])


@pytest.mark.parametrize("state", PlacementState)
def test_only_who_was_offered_a_seat_takes_it(session: Session, state: PlacementState) -> None:
    need, person = make_need(session, half_days=4), make_candidate(session)
    make_placement(session, need, person, state=state)
    session.flush()
    is_seated = state in {PS.OFFERED, PS.INTRODUCED, PS.AGREED, PS.CONFIRMED}
    assert standing.count_filled(session, [need.id]) == ({need.id: 1} if is_seated else {})
    taken = read_profiles(session, HYOGO, [person.id])[person.id].taken
    months = [Taken(month, 4, need.code, 0, 50_000) for month in range(FIRST, LAST + 1)]
    takes = is_seated or state is PS.FINISHED  # the months that were worked stay booked
    assert taken == (tuple(months) if takes else ())


def test_the_people_of_a_prefecture_are_its_active_members_in_the_order_asked(
    session: Session,
) -> None:
    first, second = make_candidate(session), make_candidate(session)
    make_candidate(session, state=MembershipState.APPLIED)
    make_candidate(session, prefecture_code=OSAKA)
    assert list_active(session, HYOGO) == [first, second]
    assert list_active(session, HYOGO, [second.id]) == [second]
    assert list_active(session, HYOGO, []) == []
    profiles = list_profiles(session, HYOGO, [second, first])
    assert [profile.code for profile in profiles] == [second.code, first.code]


def test_a_round_of_no_needs_and_needs_of_another_prefecture_are_nobodys(session: Session) -> None:
    make_candidate(session)
    foreign = make_need(session, municipality_code="271004")
    found = assemble(session, HYOGO, [foreign.id], Catalogue.shipped())
    assert (found.needs, found.need_ids, len(found.candidates)) == ([], {}, 1)
    assert assemble(session, HYOGO, [], Catalogue.shipped()).needs == []


def test_a_closed_need_is_not_surveyed(session: Session) -> None:
    closed = make_need(session, state=NeedState.CLOSED)
    assert survey_of(closed) is None


def test_the_condition_that_costs_most_is_named_where_it_is_no_skill(
    app: TalentpoolFlask, database: Database
) -> None:
    coordinator = signed_in(app, Role.COORDINATOR)
    with database.writing() as session:
        for _ in range(3):
            make_candidate(session, forms=("contract_person",))
        need: Need = make_need(session, musts={})
        ident = need.id
    page = coordinator.get(f"/needs/{ident}").text
    assert "任用形態" in page
    assert "外すと＋3名" in page


@pytest.mark.parametrize(
    ("people", "shown"), [(0, "0名"), (1, "3名未満"), (2, "3名未満"), (3, "3〜5名")]
)
def test_a_town_is_told_none_or_few_or_how_many(
    app: TalentpoolFlask, database: Database, people: int, shown: str
) -> None:
    town = signed_in(app, Role.MUNICIPALITY)
    with database.writing() as session:
        for _ in range(people):
            make_candidate(session)
        ident = make_need(session).id
    assert f'<strong class="figure">{shown}</strong>' in town.get(f"/needs/{ident}").text
