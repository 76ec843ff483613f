"""A change that is tried makes the problem that is built of the changed records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace

import numpy as np
import pytest

from talentpool import matching as m
from talentpool.matching.explaining.changes import Change, changes_of, forms_of
from talentpool.matching.explaining.trial import Trial
from talentpool.matching.scoring.encode import numbering_of
from talentpool.matching.scoring.score import Encoded

from ..people import make_market

POLICY = m.Policy(load_penalty=7, priority_bonus=30)


def _answer(change: Change, person: m.Candidate) -> dict[str, object]:
    return {"kind": change.kind, "subject": change.subject, "candidate": person.id}


def _encoded(people: Sequence[m.Candidate], needs: Sequence[m.Need]) -> Encoded:
    changed = [change.need for need in needs for change in changes_of(need, forms_of(people))]
    return Encoded.of(people, numbering_of([*needs, *changed]))


@pytest.mark.parametrize("seed", range(12))
def test_what_is_tried_is_what_would_be_built(seed: int) -> None:
    people, needs = make_market(seed, 14, 8)
    problem = m.build(people, needs, POLICY)
    trial = Trial(problem, m.solve(problem), _encoded(people, needs), needs, POLICY, (), ())
    person = people[seed % len(people)]
    for row, need in enumerate(needs):
        for change in changes_of(need, forms_of(people)):
            tried = trial.changed(change, _answer(change, person))
            others, altered = m.apply_change(_answer(change, person), people, need)
            wanted = [*needs[:row], altered, *needs[row + 1 :]]
            built = m.build(others, wanted, POLICY, has_parts=False)
            for name in (entry.name for entry in fields(built)):
                mine, other = getattr(tried, name), getattr(built, name)
                assert np.array_equal(mine, other), (change.kind, name)


def test_the_premiums_of_an_aim_stay_whatever_is_tried() -> None:
    people, needs = make_market(3, 14, 8)
    built = m.build(people, needs)
    problem = m.with_premium(built, np.arange(len(needs)))
    trial = Trial(problem, m.solve(problem), _encoded(people, needs), needs, m.Policy(), (), ())
    for change in changes_of(needs[0], forms_of(people)):
        tried = trial.changed(change, _answer(change, people[0]))
        assert tried.premiums.tolist() == problem.premiums.tolist()


@pytest.mark.parametrize("seed", range(30))
def test_what_is_tried_heeds_the_forbids_of_every_need(seed: int) -> None:
    people, needs = make_market(seed, 14, 8)
    needs = [replace(need, seats=2) for need in needs]
    problem = m.build(people, needs)
    forbids = [(int(j), int(i)) for j, i in m.solve(problem).pairs[::2]]
    plan = m.solve(problem, forbids=forbids)
    barred = [
        replace(person, forbidden=person.forbidden | {needs[j].id for j, i in forbids if i == own})
        for own, person in enumerate(people)
    ]
    trial = Trial(problem, plan, _encoded(barred, needs), needs, m.Policy(), (), forbids)
    for row, need in enumerate(needs):
        for change in changes_of(need, forms_of(people)):
            answer = _answer(change, people[seed % len(people)])
            others, altered = m.apply_change(answer, barred, need)
            built = m.build(others, [*needs[:row], altered, *needs[row + 1 :]])
            filled = (m.solve(built).pairs[:, 0] == row).sum()
            assert trial.fills(change, answer) == (filled > (plan.pairs[:, 0] == row).sum())


def test_prices_tell_of_most_changes_that_the_seat_is_filled_and_are_right() -> None:
    told = []
    for seed in range(20):
        people, needs = make_market(seed, 14, 8)
        needs = [replace(need, seats=1 + (row + seed) % 3) for row, need in enumerate(needs)]
        problem = m.build(people, needs)
        plan = m.solve(problem)
        known = _encoded(people, needs)
        trial = Trial(problem, plan, known, needs, m.Policy(), (), ())
        for entry in m.empty_seats(problem, plan, people, needs):
            if entry.change is None:
                continue
            row = problem.need_ids.index(entry.need)
            change = next(
                change
                for change in changes_of(needs[row], forms_of(people))
                if (change.kind, change.subject) == (entry.change["kind"], entry.change["subject"])
            )
            tried = trial.changed(change, entry.change)
            person = tried.candidate_ids.index(entry.change["candidate"])
            told.append(trial.must_fill(tried, row, person))
            assert trial.is_filled(tried, row)
            # a person who is in the plan of this need is no new pair
            for _row, other in plan.pairs[plan.pairs[:, 0] == row]:
                assert not trial.must_fill(tried, row, int(other))
    assert sum(told) > len(told) // 2


def test_what_the_prices_tell_holds_beside_pins_and_forbids() -> None:
    told = 0
    for seed in range(24):
        people, needs = make_market(seed, 9, 6)
        needs = [replace(need, seats=1 + (row + seed) % 3) for row, need in enumerate(needs)]
        problem = m.build(people, needs)
        free = m.solve(problem).pairs.tolist()
        pins, forbids = [tuple(pair) for pair in free[:2]], [tuple(pair) for pair in free[2:4]]
        plan = m.solve(problem, pins=pins, forbids=forbids)
        out = {i: needs[j].id for j, i in forbids}
        barred = [
            replace(person, forbidden=person.forbidden | {out[i]}) if i in out else person
            for i, person in enumerate(people)
        ]
        trial = Trial(problem, plan, _encoded(barred, needs), needs, m.Policy(), pins, forbids)
        rng = np.random.default_rng(seed)
        for row, need in enumerate(needs):
            for change in changes_of(need, forms_of(people)):
                person = int(rng.integers(len(people)))
                try:
                    tried = trial.changed(change, _answer(change, people[person]))
                    is_told = trial.must_fill(tried, row, person)
                except m.InfeasiblePins:
                    continue  # the change is not possible for those who are pinned
                told += is_told
                assert not is_told or trial.is_filled(tried, row)
    assert told
