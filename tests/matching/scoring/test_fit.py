"""The arrays give each pair the same rules and parts, bit for bit, as plain Python does pair by pair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given

from talentpool import matching as m
from talentpool.matching.scoring.encode import numbering_of
from talentpool.matching.scoring.fit import fit_parts
from talentpool.matching.scoring.score import Encoded

from .. import reference
from ..people import START, make_market
from ..pools import pools


def _assert_same(people: Sequence[m.Candidate], needs: Sequence[m.Need], policy: m.Policy) -> int:
    """Every pair of the problem as plain Python has it, and no other pair. Returns the number of pairs."""
    problem = m.build(people, needs, policy, has_others=True)
    reasons = m.excluded(people, list(needs))
    pairs = 0
    people, needs = sorted(people, key=lambda p: p.id), sorted(needs, key=lambda n: n.id)
    for j, need in enumerate(needs):
        row = list(range(problem.ptr[j], problem.ptr[j + 1]))
        broken = {p.id: reference.broken_rules(p, need) for p in people}
        assert reasons[need.id] == {name: rules for name, rules in broken.items() if rules}
        assert [people[problem.candidate[e]].id for e in row] == [
            p.id for p in people if not broken[p.id]
        ]
        for edge in row:
            person = people[problem.candidate[edge]]
            parts = reference.fit_parts(person, need, policy)
            assert dict(zip(problem.part_names, problem.parts[edge].tolist(), strict=True)) == parts
            assert problem.fit[edge] == sum(parts.values())
            assert problem.skill_count[edge] == reference.skill_count(person, need)
            assert problem.bonus[edge] == reference.bonus(person, need, policy)
        assert problem.premium[j] == (
            policy.fill_premium + policy.priority_bonus * need.priority
            + policy.size_class_premium[need.size_class]
            + policy.carry_over.get(need.municipality, 0)
        )  # fmt: skip
        pairs += len(row)
    assert len(problem.candidate) == pairs
    return pairs


@given(pools())
def test_rules_and_parts_of_any_pool_are_those_of_plain_python(
    pool: tuple[list[m.Candidate], list[m.Need], m.Policy],
) -> None:
    _assert_same(*pool)


@given(pools())
def test_reasons_and_parts_of_one_need_are_those_of_plain_python(
    pool: tuple[list[m.Candidate], list[m.Need], m.Policy],
) -> None:
    """Also of those who are excluded: near misses are shown with their fit."""
    people, needs, policy = pool
    known = Encoded.of(people, numbering_of(needs))
    tables = fit_parts(known.arrays, needs, known.numbering, policy)
    for need, table, fits in zip(needs, tables, known.fits(needs, policy), strict=True):
        masks = known.broken(need)
        assert fits.tolist() == table.sum(axis=1).tolist()
        assert table.shape == (len(people), len(m.PARTS))
        for i, person in enumerate(people):
            rules = [rule for rule, mask in masks.items() if mask[i]]
            assert rules == reference.broken_rules(person, need)
            assert table[i].tolist() == list(reference.fit_parts(person, need, policy).values())


@given(pools())
def test_what_keeps_a_person_out_is_the_same_from_both_sides(
    pool: tuple[list[m.Candidate], list[m.Need], m.Policy],
) -> None:
    people, needs, _policy = pool
    rows = m.excluded(people, needs)
    for person in people:
        expected = {need: row[person.id] for need, row in rows.items() if person.id in row}
        assert m.excluded_from(person, needs) == expected


def _varied(seed: int, people: int, needs: int) -> tuple[list[m.Candidate], list[m.Need]]:
    """A market in which months, ratings, conflicts, groups and kinds of every sort occur."""
    r = Random(seed)
    pool, wanted = make_market(seed, people, needs)
    names = [need.id for need in wanted] or ["N"]
    for i, person in enumerate(pool):
        availability = {
            t: replace(month, weekdays=r.choice([31, 31, 21]), engagements=r.choice([0, 0, 0, 1]))
            for t, month in person.availability.items()
        }
        pool[i] = replace(
            person,
            availability=availability,
            rating_sum=4 * (i % 4),
            rating_count=i % 4,
            overnight=r.random() < 0.3,
            conflicts={r.choice(names): r.choice(["block", "hold", "warn"])},
            forbidden=frozenset({r.choice(names)}),
            in_force=frozenset({r.choice(names)}),
            training_until=r.choice([None, START + 24]),
        )
    for j, need in enumerate(wanted):
        grouped = tuple(replace(s, must=True, group="g") for s in need.skills)
        wanted[j] = replace(
            need,
            skills=r.choice([need.skills, grouped, ()]),
            roles=r.choice([need.roles, frozenset()]),
            preferred_kinds=r.choice([need.preferred_kinds, frozenset()]),
            requires_training=r.random() < 0.2,
        )
    return pool, wanted


@pytest.mark.parametrize(("people", "needs"), [(63, 30), (64, 30), (65, 30), (200, 60)])
def test_a_pool_of_more_than_one_word_of_people_is_that_of_plain_python(
    people: int, needs: int
) -> None:
    pool, wanted = _varied(people, people, needs)
    assert _assert_same(pool, wanted, m.Policy()) > needs


def test_blocks_and_runs_of_needs_join_without_a_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    pool, wanted = _varied(7, 150, 40)
    whole = m.build(pool, wanted)
    monkeypatch.setattr("talentpool.matching.scoring.sets.BLOCK", 7)
    monkeypatch.setattr("talentpool.matching.scoring.score.CHUNK", 40)
    pieces = m.build(pool, wanted)
    for name in ("ptr", "candidate", "fit", "parts", "skill_count", "bonus"):
        assert np.array_equal(getattr(whole, name), getattr(pieces, name)), name


def test_the_fit_is_the_same_when_its_parts_are_not_kept() -> None:
    pool, wanted = _varied(3, 80, 20)
    with_parts, without = m.build(pool, wanted), m.build(pool, wanted, has_parts=False)
    assert (without.parts, without.part_names) == (None, ())
    assert np.array_equal(with_parts.fit, without.fit)
    assert m.solve(with_parts).value == m.solve(without).value


@pytest.mark.parametrize(("people", "needs"), [(0, 0), (0, 3), (3, 0), (1, 1)])
def test_next_to_nobody_and_nothing_is_a_problem_too(people: int, needs: int) -> None:
    pool, wanted = make_market(1, people, needs)
    problem = m.build(pool, wanted)
    assert (problem.n, problem.m) == (people, needs)
    _assert_same(pool, wanted, m.Policy())
    assert m.solve(problem).status in {"optimal", "nothing"}


def test_a_pool_in_which_everybody_is_excluded_has_no_pair() -> None:
    pool, wanted = make_market(2, 70, 5)
    gone = [replace(person, availability={}) for person in pool]
    problem = m.build(gone, wanted)
    assert problem.ptr.tolist() == [0] * 6
    assert problem.parts is not None
    assert problem.parts.shape == (0, len(m.PARTS))
    assert m.solve(problem).status == "nothing"
    assert _assert_same(gone, wanted, m.Policy()) == 0


def test_people_may_share_one_way_of_travel_or_have_their_own() -> None:
    pool, wanted = make_market(4, 40, 12)
    shared = [replace(person, travel=pool[0].travel) for person in pool]
    own = [replace(person, travel=dict(pool[0].travel)) for person in pool]
    one, many = m.build(shared, wanted), m.build(own, wanted)
    assert np.array_equal(one.fit, many.fit)
    assert np.array_equal(one.candidate, many.candidate)


def test_the_order_of_the_records_does_not_matter() -> None:
    pool, wanted = _varied(5, 90, 25)
    one, other = m.build(pool, wanted), m.build(pool[::-1], wanted[::-1])
    assert one.candidate_ids == other.candidate_ids
    for name in ("ptr", "candidate", "parts", "bonus", "capacity", "months"):
        assert np.array_equal(getattr(one, name), getattr(other, name)), name
