"""More never counts for less, every weight counts, and what must not count is not known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, strategies as st

from talentpool import matching as m
from talentpool.matching.scoring.encode import People, encode, numbering_of
from talentpool.matching.scoring.fit import fit_parts

from ..people import make_market
from ..pools import candidates, evidence, needs, policies

GRADES = ["self", "documented", "confirmed"]


def _parts(person: m.Candidate, need: m.Need, policy: m.Policy) -> dict[str, int]:
    numbering = numbering_of([need])
    row = next(fit_parts(encode([person], numbering), [need], numbering, policy))[0]
    return dict(zip(m.PARTS, row.tolist(), strict=True))


def _assert_no_less(
    less: m.Candidate, more: m.Candidate, need: m.Need, policy: m.Policy
) -> dict[str, int]:
    """No part falls; returns what each part gains."""
    before, after = _parts(less, need, policy), _parts(more, need, policy)
    gains = {part: after[part] - before[part] for part in m.PARTS}
    assert min(gains.values()) >= 0
    return gains


def _with_claim(person: m.Candidate, skill: str, claim: m.SkillClaim) -> m.Candidate:
    return replace(person, skills={**person.skills, skill: claim})


skill_codes = st.sampled_from(["s0", "s1", "s2", "bridging"])
years = st.sampled_from([0, 1990, 2020, 2027, 9999])


@given(candidates(), needs(), policies(), skill_codes, st.integers(1, 4), years, evidence)
def test_one_more_skill_never_lowers_a_part(
    person: m.Candidate,
    need: m.Need,
    policy: m.Policy,
    skill: str,
    level: int,
    used: int,
    grade: str,
) -> None:
    without = replace(person, skills={k: v for k, v in person.skills.items() if k != skill})
    claim = m.SkillClaim(level, used, grade)
    _assert_no_less(without, _with_claim(person, skill, claim), need, policy)


@given(candidates(), needs(), policies(), skill_codes, st.integers(1, 3), years, evidence)
def test_a_higher_level_never_lowers_a_part(
    person: m.Candidate,
    need: m.Need,
    policy: m.Policy,
    skill: str,
    level: int,
    used: int,
    grade: str,
) -> None:
    low = _with_claim(person, skill, m.SkillClaim(level, used, grade))
    high = _with_claim(person, skill, m.SkillClaim(level + 1, used, grade))
    _assert_no_less(low, high, need, policy)


@given(candidates(), needs(), policies(), skill_codes, st.integers(1, 4), st.integers(0, 1))
def test_better_evidence_never_lowers_a_part(
    person: m.Candidate, need: m.Need, policy: m.Policy, skill: str, level: int, grade: int
) -> None:
    weak = _with_claim(person, skill, m.SkillClaim(level, 2020, GRADES[grade]))
    strong = _with_claim(person, skill, m.SkillClaim(level, 2020, GRADES[grade + 1]))
    _assert_no_less(weak, strong, need, policy)


@given(candidates(), needs(), policies(), skill_codes, st.integers(1980, 2030), st.integers(0, 40))
def test_a_later_use_never_lowers_a_part(
    person: m.Candidate, need: m.Need, policy: m.Policy, skill: str, year: int, later: int
) -> None:
    old = _with_claim(person, skill, m.SkillClaim(3, year))
    recent = _with_claim(person, skill, m.SkillClaim(3, year + later))
    _assert_no_less(old, recent, need, policy)


@given(candidates(), needs(), policies(), st.integers(0, 400), st.integers(0, 400))
def test_living_nearer_never_lowers_a_part(
    person: m.Candidate, need: m.Need, policy: m.Policy, minutes: int, nearer: int
) -> None:
    far = replace(person, travel={need.place: minutes})
    near = replace(person, travel={need.place: max(minutes - nearer, 0)})
    _assert_no_less(far, near, need, policy)
    _assert_no_less(replace(person, travel={}), far, need, policy)


@given(candidates(), needs(), policies(), st.integers(0, 40), st.integers(0, 40))
def test_more_years_of_practice_never_lower_a_part(
    person: m.Candidate, need: m.Need, policy: m.Policy, years: int, more: int
) -> None:
    short, long = replace(person, service_years=years), replace(person, service_years=years + more)
    _assert_no_less(short, long, need, policy)


@given(candidates(), needs(), policies(), st.integers(0, 62), st.integers(0, 62))
def test_more_free_half_days_never_lower_a_part(
    person: m.Candidate, need: m.Need, policy: m.Policy, free: int, other: int
) -> None:
    def with_free(half_days: int) -> m.Candidate:
        month = m.Month(half_days, 31, {"online"})
        return replace(person, availability=dict.fromkeys(need.months, month))

    _assert_no_less(with_free(min(free, other)), with_free(max(free, other)), need, policy)


@given(candidates(), needs(), policies(), st.integers(1, 5), st.integers(0, 20))
def test_one_more_best_rating_never_lowers_a_part(
    person: m.Candidate, need: m.Need, policy: m.Policy, mean: int, count: int
) -> None:
    before = replace(person, rating_sum=mean * count, rating_count=count)
    after = replace(person, rating_sum=mean * count + 5, rating_count=count + 1)
    _assert_no_less(before, after, need, policy)


PERSON = m.Candidate(
    id="C", kind="official", availability={24328: m.Month(4, 31, {"online"})}, forms=(),
    skills={"s0": m.SkillClaim(2, 2020)}, travel={"p0": 90}, pay_minimum=8_000, pay_wish=12_000,
    service_years=4, themes=frozenset({"t1"}), regions=frozenset({"g1"}),
)  # fmt: skip
NEED = m.Need(
    id="N", municipality="m0", region="g0", size_class=0, place="p0", theme="t0", seats=1, half_days=4,
    months=(24328,), mode="hybrid", forms=(), on_site_share=60, roles=frozenset({"r0"}), pay=10_000,
    skills=(m.SkillRequirement("s0", 3),), preferred_kinds=frozenset({"specialist"}),
)  # fmt: skip

BETTER: dict[str, Callable[[m.Candidate], m.Candidate]] = {
    "skills": lambda p: replace(p, skills={"s0": m.SkillClaim(3, 2020)}),
    "practice": lambda p: replace(p, service_years=5),
    "role": lambda p: replace(p, roles=frozenset({"r0"})),
    "capacity": lambda p: replace(p, availability={24328: m.Month(5, 31, {"online"})}),
    "travel": lambda p: replace(p, travel={"p0": 60}),
    "pay": lambda p: replace(p, pay_wish=11_000),
    "wish": lambda p: replace(p, themes=frozenset({"t0"})),
    "preference": lambda p: replace(p, kind="specialist"),
    "record": lambda p: replace(p, rating_sum=5, rating_count=1),
}


@pytest.mark.parametrize("part", m.PARTS)
def test_each_part_rises_with_what_it_is_about_and_no_other_does(part: str) -> None:
    gains = _assert_no_less(PERSON, BETTER[part](PERSON), NEED, m.Policy())
    assert {name for name, gain in gains.items() if gain} == {part}


SAID: dict[str, Callable[[int], m.Candidate]] = {
    "wish": lambda share: replace(PERSON, wishes={"N": share}),
    "preference": lambda share: replace(PERSON, kind="specialist", preferred={"N": share}),
}


@pytest.mark.parametrize("part", SAID)
def test_what_is_said_by_name_is_the_whole_part_and_no_other(part: str) -> None:
    """Against it: nothing of the part. For it: all of it, whatever theme, region and kind say."""
    least, middle, most = (SAID[part](share) for share in (0, 500, 1000))
    policy = m.Policy()
    for before, after in ((least, middle), (middle, most)):
        gains = _assert_no_less(before, after, NEED, policy)
        assert {name: gain for name, gain in gains.items() if gain} == {
            part: policy.weights[part] // 2
        }
    elsewhere = replace(most, wishes={"O": 0}, preferred={"O": 0})
    silent = replace(most, wishes={}, preferred={})
    assert not any(_assert_no_less(elsewhere, silent, NEED, policy).values())


def test_a_dated_better_proved_or_linking_skill_raises_its_part() -> None:
    proved = replace(PERSON, skills={"s0": m.SkillClaim(2, 2020, "documented")})
    recent = replace(PERSON, skills={"s0": m.SkillClaim(2, 2026)})
    for better in (proved, recent):
        assert _assert_no_less(PERSON, better, NEED, m.Policy())["skills"] > 0
    linking = _with_claim(PERSON, "bridging", m.SkillClaim(1, 2026))
    assert _assert_no_less(PERSON, linking, NEED, m.Policy())["practice"] > 0


@pytest.mark.parametrize("part", m.PARTS)
def test_changing_a_weight_changes_some_fit(part: str) -> None:
    """A public system ran for years with a term that was the same for everybody."""
    people, wanted = make_market(3, 80, 20)
    people = [replace(p, rating_sum=5 * (i % 3), rating_count=i % 3) for i, p in enumerate(people)]
    people = [replace(p, kind="freelance") if i % 4 == 0 else p for i, p in enumerate(people)]
    policy = m.Policy()
    taken = "skills" if part != "skills" else "practice"
    weights = dict(policy.weights)
    weights[part], weights[taken] = weights[part] + 300, weights[taken] - 300
    usual, shifted = m.build(people, wanted), m.build(people, wanted, m.Policy(weights=weights))
    place = list(m.PARTS).index(part)
    assert usual.parts is not None
    assert shifted.parts is not None
    assert len(np.unique(usual.parts[:, place])) > 1
    assert (usual.parts[:, place] != shifted.parts[:, place]).any()
    assert (usual.fit != shifted.fit).any()
    order = [np.lexsort((-p.fit.astype(int), p.row)) for p in (usual, shifted)]
    assert not np.array_equal(*order)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("fill_premium", 30_000), ("priority_bonus", 1), ("size_class_premium", (9, 0, 0)),
        ("carry_over", {"t1": 7}), ("load_penalty", 3), ("load_cap", 5), ("in_force_bonus", 1),
        ("half_life", 1),
    ],
)  # fmt: skip
def test_every_other_term_of_the_policy_changes_some_value(name: str, value: object) -> None:
    people, wanted = make_market(3, 80, 20)
    names = frozenset(need.id for need in wanted)
    people = [replace(person, in_force=names) for person in people]
    usual = m.build(people, wanted)
    changed = m.build(people, wanted, m.Policy(**{name: value}))
    assert np.array_equal(usual.candidate, changed.candidate)
    assert (usual.value != changed.value).any()


def test_age_sex_and_disability_are_no_inputs() -> None:
    """What the engine knows of a person, in full: whoever adds a field has to come by here."""
    known = {entry.name for entry in fields(m.Candidate)}
    assert known == {
        "id", "kind", "availability", "most_at_once", "skills", "roles", "forms", "travel",
        "travel_limit", "overnight", "pay_minimum", "pay_wish", "member_from", "member_until",
        "consents", "training_until", "service_years", "themes", "regions", "conflicts", "forbidden",
        "rating_sum", "rating_count", "load", "in_force", "income_left", "wishes", "preferred",
    }  # fmt: skip
    never = {"age", "birth", "born", "sex", "gender", "disab", "handicap", "nationality", "name"}
    for record in (m.Candidate, m.Month, m.SkillClaim, m.Need, m.SkillRequirement, People):
        for entry in fields(record):
            assert not any(word in entry.name.split("_") for word in never)
