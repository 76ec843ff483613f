"""A joint need in the engine is one bundle: against what each of its towns alone would ask for."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, product

import pytest
from hypothesis import given, settings, strategies as st

from talentpool import matching as m
from talentpool.candidates.content import Company, Post, Window
from talentpool.pool.conflicts import screen
from talentpool.pool.records import Profile, Request
from talentpool.pool.translate import translate
from talentpool.reference.catalogue import Catalogue
from tests.factories import FIRST

CATALOGUE = Catalogue.shipped()
HIMEJI, ASAGO, SAYO, TOYOOKA = "282014", "282251", "285013", "282090"
SHARES = {HIMEJI: 4, ASAGO: 2, SAYO: 2}
REQUEST = Request(
    code="N-1", municipality_code=HIMEJI, title="", theme="bpr", half_days=8, first_month=FIRST,
    last_month=FIRST + 1, mode="onsite", place_code=HIMEJI, pay_basis="day", forms=("commission",),
    members=(ASAGO, SAYO),
)  # fmt: skip
PEOPLE = st.builds(
    lambda home, limit, half_days, town, works: Profile(
        code="", kind="official", member_from=0, member_until=10**5, consents=True, home_code=home,
        travel_limit=limit, forms=("commission",), most_at_once=2,
        windows=(Window(FIRST, FIRST + 1, half_days),),
        posts=(Post("市役所", FIRST - 60, FIRST - 3, municipality_code=town),) if town else (),
        companies=(Company("会社", "", False, True),) if works else (),
    ),
    st.sampled_from([HIMEJI, ASAGO, SAYO, TOYOOKA]),
    st.sampled_from([None, 30, 60, 90, 120]),
    st.integers(6, 14),
    st.sampled_from([None, HIMEJI, SAYO, TOYOOKA]),
    st.booleans(),
)  # fmt: skip


def alone(town: str) -> Request:
    """What the town would ask for by itself."""
    return replace(
        REQUEST, code=f"N-{town}", municipality_code=town, place_code=town, half_days=SHARES[town],
        members=(),
    )  # fmt: skip


def fits(person: Profile, requests: list[Request]) -> bool:
    """Whether the person meets every rule of every one of them, each looked at alone."""
    people, needs = translate([person], requests, CATALOGUE)
    return all(person.code not in m.excluded(people, need) for need in needs)


@given(st.lists(PEOPLE, min_size=1, max_size=3))
@settings(max_examples=25, deadline=None)
def test_a_bundle_goes_to_those_who_could_work_in_each_town_and_for_all_together(
    drawn: list[Profile],
) -> None:
    drawn = [replace(person, code=f"C-{n}") for n, person in enumerate(drawn)]
    other = replace(alone(SAYO), code="N-2", half_days=6)
    people, needs = translate(drawn, [REQUEST, other], CATALOGUE)
    policy = m.Policy()
    problem = m.build(people, needs, policy, has_others=True)
    plan = m.solve(problem)
    feasible = {
        (need, person.code)
        for person in drawn
        for need, parts in (("N-1", [alone(town) for town in SHARES]), ("N-2", [other]))
        if fits(person, parts)
        and sum(part.half_days for part in parts) <= person.windows[0].half_days
    }
    value = {
        (problem.need_ids[j], problem.candidate_ids[problem.candidate[edge]]): int(
            problem.value[edge]
        )
        for j in range(problem.m)
        for edge in range(problem.ptr[j], problem.ptr[j + 1])
    }
    assert set(value) == feasible
    months = {person.code: person.windows[0].half_days for person in drawn}
    best = 0
    for some in (c for size in range(3) for c in combinations(sorted(feasible), size)):
        used = {
            code: sum(8 if need == "N-1" else 6 for need, who in some if who == code)
            for code in months
        }
        if len({need for need, _ in some}) == len(some) and all(
            used[c] <= months[c] for c in months
        ):
            best = max(best, sum(value[pair] for pair in some))
    assert plan.status == m.PlanStatus.OPTIMAL or not feasible
    assert plan.value == best


@pytest.mark.parametrize(("town", "works"), list(product([HIMEJI, SAYO, TOYOOKA], [False, True])))
def test_a_former_office_counts_in_every_town_of_the_bundle(town: str, works: bool) -> None:
    person = Profile(
        code="C-1", kind="official", member_from=0, member_until=10**5, consents=True, home_code=HIMEJI,
        posts=(Post("町役場", FIRST - 60, FIRST - 3, municipality_code=town),),
        companies=(Company("会社", "", False, True),) if works else (),
    )  # fmt: skip
    found = {finding.rule for finding in screen(person, REQUEST)}
    expected = {"recent_town", *(["former_office"] if works else [])}
    assert found == (expected if town != TOYOOKA else set())


def test_the_farthest_hall_is_what_the_bundle_asks_of_the_way() -> None:
    person = Profile(
        code="C-1",
        kind="official",
        member_from=0,
        member_until=10**5,
        consents=True,
        home_code=TOYOOKA,
    )
    (one,), (need,) = translate([person], [REQUEST], CATALOGUE)
    ways = {town: CATALOGUE.travel(TOYOOKA, town).minutes for town in SHARES}
    assert one.travel[need.place] == max(ways.values())
    assert max(ways.values()) > ways[HIMEJI]
