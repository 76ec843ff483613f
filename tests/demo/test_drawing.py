"""The invented people and needs, before anything is stored: shares, rules and texts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from statistics import median
from typing import Any

import pytest

from talentpool import text
from talentpool.candidates.models import Candidate
from talentpool.demo import careers, needs, people
from talentpool.demo.drawing import Draw
from talentpool.demo.wording import COMMUNITY
from talentpool.needs.models import Need, NeedMode
from talentpool.pay import half_day_pay
from talentpool.reference.catalogue import Catalogue

from .conftest import SEED, YEAR

COUNT = 300


@pytest.fixture(scope="module")
def drawn() -> list[Candidate]:
    return people.draw_people(SEED, COUNT, YEAR, Catalogue.shipped())


@pytest.fixture(scope="module")
def asked() -> list[Need]:
    return needs.draw_needs(SEED, "needs", COUNT, YEAR + 1, Catalogue.shipped())


def assert_shares(found: Iterable[Any], expected: Mapping[Any, float], points: float = 1) -> None:
    """Each share within `points` percent of the expected one."""
    counts = Counter(found)
    for item, share in expected.items():
        percent = 100 * counts[item] / counts.total()
        assert abs(percent - 100 * share / sum(expected.values())) <= points, (item, percent)


def test_people_have_the_shares_of_such_pools(drawn: list[Candidate]) -> None:
    assert_shares((person.kind for person in drawn), people.KINDS)
    assert_shares((person.windows[0].half_days // 2 for person in drawn), people.DAYS)
    assert_shares((person.windows[0].mode for person in drawn), people.MODES)
    assert_shares((person.travel_limit for person in drawn), people.TRAVEL)
    homes = {"28": 65, "27": 18, "11": 3, "12": 3, "13": 3, "14": 3}
    assert_shares(((person.home_code or "")[:2] for person in drawn), homes | {"": 0}, points=4)


def test_former_officials_served_thirty_to_forty_years_and_rose_by_the_known_shares(
    drawn: list[Candidate],
) -> None:
    officials = [person for person in drawn if person.kind == "official"]
    grades = [person.posts[-1].grade for person in officials]
    assert_shares(grades, careers.GRADES, points=6)
    served = [
        ((person.posts[-1].last_month or 0) - person.posts[0].first_month + 1) / 12
        for person in officials
    ]
    assert min(served) >= 27
    assert max(served) <= 40
    ages = [YEAR - int((person.birth_date or "")[:4]) for person in officials]
    assert min(ages) >= 58
    assert max(ages) <= 75
    assert 64 <= median(ages) <= 66
    lately = [
        person for person in officials if (person.posts[-1].last_month or 0) >= (YEAR - 1) * 12
    ]
    assert 0.2 <= len(lately) / len(officials) <= 0.4


def test_profiles_hold_nothing_that_a_form_would_refuse(drawn: list[Candidate]) -> None:
    catalogue = Catalogue.shipped()
    for person in drawn:
        assert text.is_kana(person.family_kana)
        assert text.is_kana(person.given_kana)
        assert person.pay_wish >= person.pay_minimum >= 0
        assert all(catalogue.is_valid("form", row.form) for row in person.forms)
        assert all(catalogue.is_valid("skill", row.skill) for row in person.skills)
        assert all(catalogue.is_valid("theme", code) for code in person.themes)
        assert all(catalogue.is_valid("exam", row.exam or "") for row in person.exams)
        assert all(
            row.last_month is None or row.last_month >= row.first_month for row in person.posts
        )
        assert catalogue.is_valid("heard_from", person.heard_from or "")


def test_only_people_of_the_hard_shapes_can_teach_what_is_rare(drawn: list[Candidate]) -> None:
    rare = [row.level for person in drawn for row in person.skills if row.skill in careers.RARE]
    assert rare
    assert max(rare) == 3


def test_names_with_hard_characters_are_among_them(drawn: list[Candidate]) -> None:
    letters = {letter for person in drawn for letter in person.family_name}
    assert {"\u9ad9", "\ufa11", "\ufa19", "\ufa10"} <= letters
    assert all(letter.encode("cp932").decode("cp932") == letter for letter in letters)
    assert len({(person.family_name, person.given_name) for person in drawn}) == COUNT


def test_needs_have_the_shares_of_such_towns(asked: list[Need]) -> None:
    catalogue = Catalogue.shipped()
    themes = ["community" if need.theme in COMMUNITY else need.theme for need in asked]
    assert_shares(themes, needs.THEMES)
    assert_shares((need.half_days // 2 for need in asked), needs.DAYS, points=4)
    assert_shares((need.mode for need in asked), needs.MODES, points=4)
    towns = Counter(catalogue.size_class(need.municipality_code) for need in asked)
    assert_shares(
        (catalogue.size_class(need.municipality_code) for need in asked),
        {0: 24 * 2.2, 1: 6 * 1.8, 2: 11 * 1.2},
        points=7,
    )
    assert set(towns) == {0, 1, 2}
    for form, share in needs.FORMS.items():
        offered = 100 * sum(form in {row.form for row in need.forms} for need in asked) / COUNT
        assert share - 6 <= offered <= share + 22, form


def test_the_pay_is_around_twenty_five_thousand_yen_a_day(asked: list[Need]) -> None:
    paid = [need for need in asked if need.pay_basis != "none"]
    a_day = [2 * half_day_pay(need.pay_amount, need.pay_basis, need.half_days) for need in paid]
    assert 22_000 <= median(a_day) <= 28_000
    assert min(a_day) >= 9_500
    assert max(a_day) <= 60_500
    assert 0.04 <= 1 - len(paid) / COUNT <= 0.16


def test_every_need_keeps_the_rules_of_its_forms(asked: list[Need]) -> None:
    catalogue = Catalogue.shipped()
    for need in asked:
        forms = [catalogue.form(row.form) for row in need.forms]
        assert any(need.pay_basis in form.pay_bases for form in forms), need.title
        for form in forms:
            assert need.half_days >= (form.least_half_days or 0)
            assert need.half_days <= (form.most_half_days or 62)
            assert len(need.months) >= (form.least_months or 0)
            if form.onsite_days_least:
                assert need.mode is not NeedMode.ONLINE
        assert all(catalogue.is_valid("skill", row.skill) for row in need.skills)
        assert any(row.must for row in need.skills)
        assert catalogue.is_valid("theme", need.theme)
        assert catalogue.is_valid("stage", need.stage)
        assert not re.search(r"[{}]", need.title + need.background + need.outcome_wanted)


def test_the_same_seed_draws_the_same_and_another_seed_does_not() -> None:
    def titles(seed: int) -> list[str]:
        return [need.title for need in needs.draw_needs(seed, "x", 20, 2027, Catalogue.shipped())]

    assert titles(1) == titles(1) != titles(2)


def test_a_spread_is_as_exact_as_whole_numbers_allow() -> None:
    assert Counter(Draw(1, "x").spread({"a": 1, "b": 1, "c": 1}, 10)).most_common(1)[0][1] == 4
    assert Counter(Draw(1, "x").spread({"a": 45, "b": 55}, 300)) == {"a": 135, "b": 165}
