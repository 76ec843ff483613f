"""One more person: the gain is that of solving anew, and no price or shortage promises less."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module

import numpy as np
import pytest
from hypothesis import given, strategies as st

from talentpool import matching as m

from ..instances import random_problem
from ..people import START, make_market

SEEDS = st.integers(0, 2**32 - 1)


@given(SEEDS)
def test_a_second_person_gains_at_most_the_price_of_the_first(seed: int) -> None:
    problem = random_problem(seed, people=8, needs=8, months=3)
    plan = m.solve(problem)
    for candidate in range(problem.n):
        found = m.gain(problem, plan, m.like(problem, candidate, "second"))
        assert found.is_exact
        assert found.bp >= 0
        if plan.proof == "bound":
            assert found.bp < plan.candidate_price[candidate] + 1


@pytest.mark.parametrize("seed", range(6))
def test_the_gain_is_that_of_records_built_anew(seed: int) -> None:
    people, needs = make_market(seed, 14, 12)
    problem = m.build(people, needs)
    plan = m.solve(problem)
    for person in people[:4]:
        second = replace(person, id=f"{person.id}-again")
        anew = m.solve(m.build([*people, second], needs))
        row = problem.candidate_ids.index(person.id)
        for more in (m.like(problem, row, second.id), m.build([second], needs)):
            assert m.gain(problem, plan, more).bp == anew.value - plan.value


def test_a_gain_that_was_stopped_is_a_guess_and_no_loss() -> None:
    problem = random_problem(5, people=12, needs=12, months=4)
    plan = m.solve(problem)
    more = m.like(problem, 0, "second")
    assert m.solve(m.with_people(problem, more), time_limit=0.0).value < plan.value
    assert m.gain(problem, plan, more, time_limit=0.0) == m.Gain(0, is_exact=False)


@given(SEEDS)
def test_joined_problems_keep_what_both_say(seed: int) -> None:
    one = random_problem(seed, people=7, needs=6, months=3)
    r = np.random.default_rng(seed)
    kept = np.sort(r.permutation(one.n)[: max(1, one.n // 2)])
    joined = one
    for candidate in kept:
        joined = m.with_people(joined, m.like(one, int(candidate), f"again{candidate}"))
    for place, candidate in enumerate(kept, one.n):
        for array in (joined.capacity, joined.most_at_once, joined.standing):
            assert np.array_equal(array[place], array[candidate])
        mine, again = joined.candidate == candidate, joined.candidate == place
        for pairs in (joined.row, joined.fit, joined.value, joined.skill_count):
            assert np.array_equal(pairs[mine], pairs[again])
    first = joined.candidate < one.n
    assert np.array_equal(joined.value[first], one.value)


def test_parts_are_joined_where_both_sides_have_them() -> None:
    people, needs = make_market(3, 12, 12)
    one = m.build(people, needs)
    with_parts = m.with_people(one, m.like(one, 0, "new"))
    assert with_parts.part_names == one.part_names
    assert with_parts.parts is not None
    assert (with_parts.parts.sum(axis=1) == with_parts.fit).all()
    without = replace(m.like(one, 0, "new"), parts=None, part_names=())
    for joined in (
        m.with_people(one, without),
        m.with_people(replace(one, parts=None, part_names=()), m.like(one, 0, "new")),
    ):
        assert joined.parts is None
        assert tuple(joined.part_names) == ()


def test_people_of_other_needs_or_known_ids_are_refused() -> None:
    problem = random_problem(1, people=5, needs=5, months=3)
    again = m.like(problem, 0, problem.candidate_ids[0])
    with pytest.raises(m.InvalidProblem):
        m.with_people(problem, again)
    other = replace(m.like(problem, 0, "new"), need_ids=[f"x{j}" for j in range(problem.m)])
    with pytest.raises(m.InvalidProblem):
        m.with_people(problem, other)


@pytest.mark.parametrize("seed", range(12))
def test_no_newcomer_gains_more_than_the_shortage_says(seed: int) -> None:
    people, needs = make_market(seed, 12, 12)
    problem = m.build(people, needs)
    plan = m.solve(problem)
    wanted = m.kinds(needs)
    found = m.shortages(problem, plan, needs, most=len(wanted))
    told = {entry.kind: entry for entry in found}
    assert [entry.at_most for entry in found] == sorted(
        (entry.at_most for entry in found), reverse=True
    )
    for kind, own in wanted.items():
        more = m.build([m.newcomer(kind, own, "new")], needs)
        gained = m.gain(problem, plan, more).bp
        assert gained <= (told[kind].at_most if kind in told else 0)
        if kind in told:
            assert told[kind].gained in {None, gained}
            assert told[kind].needs == tuple(need.id for need in own)


@pytest.mark.parametrize("seed", range(12))
def test_a_newcomer_of_a_kind_can_serve_each_of_its_needs(seed: int) -> None:
    _people, needs = make_market(seed, 0, 20)
    for kind, own in m.kinds(needs).items():
        newcomer = m.newcomer(kind, own, "new")
        for need in own:
            assert m.excluded([newcomer], need) == {}


def test_an_empty_seat_that_nobody_can_take_is_the_greatest_shortage() -> None:
    need = m.Need(
        id="N", municipality="t", region="x", size_class=0, place="p", theme="a", seats=2,
        half_days=2, months=(START,), mode="onsite", on_site_share=100, forms=frozenset({"f"}),
        roles=frozenset({"pm"}), skills=(m.SkillRequirement("s0", 3, must=True),), priority=3,
    )  # fmt: skip
    easy = replace(
        need, id="M", skills=(), mode="online", on_site_share=0, roles=frozenset(), seats=1
    )
    person = m.Candidate(
        id="C", kind="official", availability={START: m.Month(2, 31, frozenset({"online"}))},
        forms=frozenset({"f"}), member_from=0, member_until=START,
    )  # fmt: skip
    problem = m.build([person], [need, easy])
    plan = m.solve(problem)
    first = m.shortages(problem, plan, [need, easy])[0]
    assert first.kind == m.Kind("x", ("pm",), (("s0", 3),))
    assert (first.needs, first.empty) == (("N",), 2)
    assert first.gained == first.at_most  # it takes an empty seat: the prices tell
    more = m.build([m.newcomer(first.kind, [need], "new")], [need, easy])
    assert m.gain(problem, plan, more) == m.Gain(first.at_most, is_exact=True)


def test_shortages_mind_pins_and_forbids() -> None:
    people, needs = make_market(2, 12, 12)
    problem = m.build(people, needs)
    plain = m.solve(problem)
    pairs = [(int(j), int(i)) for j, i in plain.pairs]
    pins, forbids = pairs[:1], pairs[1:2]
    plan = m.solve(problem, pins=pins, forbids=forbids)
    wanted = m.kinds(needs)
    for entry in m.shortages(problem, plan, needs, pins=pins, forbids=forbids):
        more = m.build([m.newcomer(entry.kind, wanted[entry.kind], "new")], needs)
        gained = m.gain(problem, plan, more, pins=pins, forbids=forbids).bp
        assert gained <= entry.at_most
        assert entry.gained in {None, gained}


@pytest.mark.parametrize("seed", range(12))
def test_solving_fills_in_what_the_prices_leave_open(seed: int) -> None:
    people, needs = make_market(seed, 12, 12)
    problem = m.build(people, needs)
    plan = m.solve(problem)
    wanted = m.kinds(needs)
    for entry in m.shortages(problem, plan, needs, most=len(needs), solves=True):
        more = m.build([m.newcomer(entry.kind, wanted[entry.kind], "new")], needs)
        assert entry.gained == m.gain(problem, plan, more).bp
    unproved = replace(plan, status="feasible")
    assert {entry.gained for entry in m.shortages(problem, unproved, needs)} == {None}


@pytest.mark.parametrize("wrong", [-30_000.0, -np.inf, np.nan, np.inf])
def test_prices_that_are_none_never_make_a_gain_less_than_it_is(wrong: float) -> None:
    people, needs = make_market(4, 12, 12)
    problem = m.build(people, needs)
    plan = m.solve(problem)
    false = replace(plan, need_price=np.full(problem.m, wrong))
    wanted = m.kinds(needs)
    told = {entry.kind: entry for entry in m.shortages(problem, false, needs, most=99)}
    for kind, own in wanted.items():
        more = m.build([m.newcomer(kind, own, "new")], needs)
        gained = m.gain(problem, plan, more).bp
        assert gained <= (told[kind].at_most if kind in told else 0)
        if kind in told:
            assert told[kind].gained in {None, gained}


ONE_SEAT = m.Need(
    id="N", municipality="t", region="x", size_class=0, place="p", theme="a", seats=1, half_days=2,
    months=(START,), mode="online", on_site_share=0, forms=frozenset({"f"}),
)  # fmt: skip
SOMEBODY = m.Candidate(
    id="C", kind="official", availability={START: m.Month(2, 127, frozenset({"online"}))},
    forms=frozenset({"f"}), member_from=0, member_until=START,
)  # fmt: skip


def test_a_newcomer_for_a_seat_that_is_taken_gains_what_solving_says() -> None:
    problem = m.build([SOMEBODY], [ONE_SEAT])
    free = replace(m.solve(problem), need_price=np.zeros(1))
    (told,) = m.shortages(problem, free, [ONE_SEAT])
    assert (told.empty, told.at_most, told.gained) == (0, int(problem.value[0]), None)
    (solved,) = m.shortages(problem, free, [ONE_SEAT], solves=True)
    assert solved.gained == 0


def test_where_nobody_is_in_the_pool_the_gain_of_the_first_is_known() -> None:
    problem = m.build([], [ONE_SEAT])
    plan = m.solve(problem)
    assert plan.status == "nothing"
    (told,) = m.shortages(problem, plan, [ONE_SEAT])
    more = m.build([m.newcomer(told.kind, [ONE_SEAT], "new")], [ONE_SEAT])
    assert told.gained == told.at_most == m.gain(problem, plan, more).bp > 0


def test_above_a_size_only_the_prices_are_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    people, needs = make_market(4, 12, 12)
    problem = m.build(people, needs)
    plan = m.solve(problem)
    module = import_module("talentpool.matching.explaining.shortage")
    monkeypatch.setattr(module, "QUICK", len(problem.candidate))
    all_solved = m.shortages(problem, plan, needs, most=99, solves=True)
    assert None not in {entry.gained for entry in all_solved}
    monkeypatch.setattr(module, "QUICK", len(problem.candidate) - 1)
    told = m.shortages(problem, plan, needs, most=99, solves=True)
    assert told == m.shortages(problem, plan, needs, most=99)
    assert {entry.gained is None for entry in told} == {True, False}
