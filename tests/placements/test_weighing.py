"""Required skills that nobody has together, and what ten points more or less would do to the first ten."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, strategies as st

from talentpool.candidates.models import CandidateCompany
from talentpool.db import Database, Session
from talentpool.matching import Policy
from talentpool.matching.scoring.encode import numbering_of
from talentpool.matching.scoring.score import Encoded
from talentpool.needs.content import SkillRequirement
from talentpool.needs.models import NeedVendor
from talentpool.needs.weights import shift_weight, total_weight
from talentpool.permissions import Role
from talentpool.pool.assemble import request_of
from talentpool.pool.musts import find_impossible, read_levels
from talentpool.pool.reading import read_profiles
from talentpool.pool.translate import translate
from talentpool.pool.weighing import weigh
from talentpool.reference.service import load_catalogue
from talentpool.states import NeedState
from talentpool.text import search_key
from talentpool.web.unit import TalentpoolFlask
from tests.browsers import Browser, signed_in
from tests.factories import make_candidate, make_need

SKILLS = ("bpr", "data", "security", "cloud")
LEVELS = st.dictionaries(
    st.integers(1, 4),
    st.dictionaries(
        st.sampled_from(SKILLS), st.tuples(st.integers(1, 4), st.sampled_from([None, 2020, 2024]))
    ),
    max_size=4,
)
ASKED = st.lists(
    st.builds(
        SkillRequirement,
        skill=st.sampled_from(SKILLS), level=st.integers(1, 4), must=st.just(True),
        group=st.sampled_from([None, None, "A"]), used_within=st.sampled_from([None, 5]),
    ),
    min_size=1, max_size=4, unique_by=lambda asked: asked.skill,
)  # fmt: skip


@given(ASKED, LEVELS)
def test_the_smallest_sets_that_nobody_satisfies_are_named(
    asked: list[SkillRequirement], levels: dict[int, dict[str, tuple[int, int | None]]]
) -> None:
    groups: dict[Any, list[SkillRequirement]] = {}
    for skill in asked:
        groups.setdefault(skill.group or skill.skill, []).append(skill)

    def somebody(chosen: Any) -> bool:
        return any(
            all(any(meets(claims.get(s.skill, (0, None)), s) for s in group) for group in chosen)
            for claims in levels.values()
        )

    def meets(claim: tuple[int, int | None], asked: SkillRequirement) -> bool:
        return claim[0] >= asked.level and (asked.used_within is None or claim[1] == 2024)

    found = find_impossible(asked, levels, 2027 * 12)
    assert (found == []) is somebody(groups.values())
    for one in found:
        assert not somebody(one)
        assert (
            all(somebody(fewer) for size in range(1, len(one)) for fewer in combinations(one, size))
            or not levels
        )


def test_ten_points_more_never_lower_who_is_better_at_it(session: Session) -> None:
    for bpr, data in ((4, 1), (1, 4), (2, 2), (3, 3)):
        make_candidate(session, skills={"bpr": bpr, "data": data})
    need = make_need(session, musts={"bpr": 1, "data": 1}, state=NeedState.DRAFT)
    catalogue = load_catalogue(session)
    profiles = list(read_profiles(session, need.prefecture_code).values())
    weighing = weigh(request_of(need), profiles, catalogue)
    assert weighing.people == 4
    assert [(shift.skills, shift.before, shift.after) for shift in weighing.shifts] == [
        (("bpr",), 50, 60), (("bpr",), 50, 40), (("data",), 50, 60), (("data",), 50, 40),
    ]  # fmt: skip
    assert (
        weighing.shifts[0].moves == weighing.shifts[3].moves
    )  # two skills: one up is the other down
    people, needs = translate(profiles, [request_of(need)], catalogue)
    [fits] = Encoded.of(people, numbering_of(needs)).fits(needs, Policy())
    ranked = sorted(range(4), key=lambda i: (-fits[i], i))
    now = {place: ranked.index(place) + 1 for place in range(4)}
    best, other = now[0], now[1]  # at bpr, at data
    assert any(new > old for old, new in weighing.shifts[1].moves if old == best)
    assert any(new < old for old, new in weighing.shifts[1].moves if old == other)
    for shift in weighing.shifts:
        assert {old for old, _new in shift.moves} == {new for _old, new in shift.moves}
        assert {old for old, _new in shift.moves} <= set(now.values())
    assert weigh(request_of(make_need(session, musts={"bpr": 1})), profiles, catalogue).shifts == []
    assert weigh(request_of(need), [], catalogue).people == 0
    assert len(read_levels(session, "28")) == 4


@given(st.lists(st.integers(1, 100), min_size=2, max_size=8), st.data())
def test_the_others_give_what_one_gets(weights: list[int], data: st.DataObject) -> None:
    skills = tuple(SkillRequirement(f"s{n}", 1, weight) for n, weight in enumerate(weights))
    chosen = data.draw(st.sampled_from(skills))
    for points in (10, -10, 200, -200):
        shifted = shift_weight(skills, chosen, points)
        assert total_weight(shifted) == 100
        assert min(skill.weight for skill in shifted) >= 1


@pytest.mark.parametrize("people", [1, 4])
def test_towns_see_ranks_only_among_enough_people(
    app: TalentpoolFlask, database: Database, people: int
) -> None:
    with database.writing() as session:
        for level in range(1, people + 1):
            person = make_candidate(
                session, skills={"bpr": level, "data": 5 - level}, family_name="秘密"
            )
            if level > 2:  # who has ties is not told by a smaller number
                person.companies.append(CandidateCompany(name="会社", name_key=search_key("会社")))
        need = make_need(
            session, musts={"bpr": 1, "data": 1}, state=NeedState.DRAFT, touches_procurement=True,
            vendors=[NeedVendor(name="会社", name_key=search_key("会社"))],
        )  # fmt: skip
        hard = make_need(
            session, musts={"bpr": 4, "data": 4, "security": 1}, state=NeedState.SUBMITTED
        )
        for skill in hard.skills[:2]:
            skill.group = "A" if people == 1 else None
    town = signed_in(app, Role.MUNICIPALITY)
    page = town.get(f"/needs/{need.id}/weights")
    assert page.status_code == 200
    assert ("50→60" in page.text) is (people == 4)
    assert ("3名未満" in page.text) is (people == 1)
    staff: Browser = signed_in(app, Role.COORDINATOR)
    shown = staff.get(f"/needs/{hard.id}").text
    assert "誰も満たさない必須の技能" in shown
    assert "情報セキュリティ（水準1以上）" in shown
    assert "秘密" not in page.text
    assert "重みは公開すると固定されます" in shown
