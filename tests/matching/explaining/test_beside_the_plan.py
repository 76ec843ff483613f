"""What is said beside a plan holds to the pins and the forbids that the plan was made with."""

from __future__ import annotations

import numpy as np
import pytest

from talentpool import matching as m

from ..instances import random_problem
from ..people import make_market
from ..test_refusals import _arrays
from .test_empty_seats import lone_need, lone_person

Pairs = list[tuple[int, int]]
Names = list[tuple[str, str]]


def _pairs(plan: m.Plan) -> Pairs:
    return [(j, i) for j, i in plan.pairs.tolist()]


def _directed(problem: m.Problem, seed: int) -> tuple[Pairs, Pairs]:
    """Pins that a plan can keep though the best one does not, and forbids of what it and every baseline would take."""
    best = _pairs(m.solve(problem))
    r = np.random.default_rng(seed)
    forbids = [pair for pair in best if r.random() < 0.5]
    other = _pairs(m.solve(problem, forbids=best))
    return [pair for pair in other if r.random() < 0.4], forbids


@pytest.mark.parametrize("seed", range(20))
def test_every_baseline_has_the_pins_and_none_of_the_forbids(seed: int) -> None:
    problem = random_problem(seed, people=12, needs=12, months=4)
    pins, forbids = _directed(problem, seed)
    best = m.solve(problem, pins=pins, forbids=forbids)
    for plan in m.baselines(problem, pins=pins, forbids=forbids).values():
        m.verify(problem, plan)
        assert set(pins) <= set(_pairs(plan))
        assert not set(forbids) & set(_pairs(plan))
        assert plan.value <= best.value


def test_a_baseline_takes_the_pins_first_and_fills_what_they_leave() -> None:
    problem = m.Problem(
        **_arrays(posted=np.array([1, 2], np.int64), skill_count=np.array([1, 2, 3], np.int16))
    )
    for plan in m.baselines(problem, pins=[(0, 0)]).values():
        assert _pairs(plan) == [(0, 0), (1, 1)]
    for plan in m.baselines(problem, forbids=[(0, 2)]).values():
        assert _pairs(plan) == [(0, 0), (1, 1)]
    with pytest.raises(m.InfeasiblePins):
        m.baselines(problem, pins=[(0, 0)], forbids=[(0, 0)])


@pytest.mark.parametrize("seed", range(20))
def test_forbidden_pairs_block_nothing_and_others_block_as_they_did(seed: int) -> None:
    problem = random_problem(seed, people=12, needs=12, months=4)
    every = set(zip(problem.row.tolist(), problem.candidate.tolist(), strict=True))
    plan = m.solve(problem, forbids=sorted(every)[::2])
    free = m.blocking_pairs(problem, plan)
    forbids = sorted(every)[::2]
    found = m.blocking_pairs(problem, plan, forbids=forbids)
    assert found.tolist() == sorted(set(free.tolist()) - set(problem.edges(forbids).tolist()))
    assert m.blocking_pairs(problem, plan, forbids=sorted(every)).tolist() == []


def test_where_everything_is_forbidden_nothing_is_better_than_the_plan() -> None:
    people, needs = make_market(3, 12, 9)
    problem = m.build(people, needs)
    every = zip(problem.row.tolist(), problem.candidate.tolist(), strict=True)
    forbids = [(problem.need_ids[j], problem.candidate_ids[i]) for j, i in every]
    document = m.document(people, needs, forbids=forbids)
    assert forbids
    assert document["placements"] == []
    for figures in document["baselines"].values():
        assert (figures["filled"], figures["value"], figures["blocking"]) == (0, 0, 0)
    changes = [
        (e["need"], e["change"]["candidate"]) for e in document["empty_seats"] if e["change"]
    ]
    assert not set(changes) & set(forbids)


def _named(problem: m.Problem, pairs: Pairs) -> Names:
    return [(problem.need_ids[j], problem.candidate_ids[i]) for j, i in pairs]


@pytest.mark.parametrize("seed", range(30))
def test_the_smallest_change_fills_the_seat_under_the_same_pins_and_forbids(seed: int) -> None:
    people, needs = make_market(seed, 12, 9)
    problem = m.build(people, needs)
    pins, forbids = _directed(problem, seed)
    plan = m.solve(problem, pins=pins, forbids=forbids)
    for entry in m.empty_seats(problem, plan, people, needs, forbids=forbids):
        if entry.change is None:
            continue
        need = next(n for n in needs if n.id == entry.need)
        changed, altered = m.apply_change(entry.change, people, need)
        again = m.build(changed, [altered if n.id == need.id else n for n in needs])
        seat = (again.need_ids.index(need.id), again.candidate_ids.index(entry.change["candidate"]))
        assert seat not in forbids
        filled = m.solve(again, pins=[*_pairs(plan), seat], forbids=forbids)
        assert len(filled.pairs) > len(plan.pairs)
        better = m.solve(again, pins=pins, forbids=forbids)
        assert better.value >= filled.value > plan.value


@pytest.mark.parametrize("seed", range(30))
def test_whom_a_forbid_rules_out_is_told_by_its_rule_and_is_no_near_miss(seed: int) -> None:
    people, needs = make_market(seed, 12, 9)
    problem = m.build(people, needs)
    _pins, forbids = _directed(problem, seed)
    plan = m.solve(problem, forbids=forbids)
    named = _named(problem, forbids)
    for entry in m.empty_seats(problem, plan, people, needs, forbids=forbids):
        own = {person for need, person in named if need == entry.need}
        assert entry.rules.get(m.Rule.FORBIDDEN, 0) == len(own)
        assert not own & {person for person, _rule in entry.near}
        assert entry.change is None or entry.change["candidate"] not in own


def test_a_forbid_leaves_the_next_smallest_change() -> None:
    """B begins a month later, C takes another form, which costs more: with B forbidden it is C."""
    free = m.Month(2, 31, frozenset({"online"}))
    from_may = {min(lone_person().availability) + 1: free}
    people = [
        lone_person(id="B", availability=from_may), lone_person(forms=frozenset({"g"})),
        lone_person(id="D"),
    ]  # fmt: skip
    need = lone_need()
    problem = m.build(people, [need])
    found = {}
    for name, forbids in (("one", [(0, 2)]), ("both", [(0, 2), (0, 0)])):
        plan = m.solve(problem, forbids=forbids)
        (entry,) = m.empty_seats(problem, plan, people, [need], forbids=forbids)
        found[name] = entry
        assert entry.busy == 0
    assert found["one"].rules[m.Rule.FORBIDDEN] == 1
    assert found["both"].rules[m.Rule.FORBIDDEN] == 2
    assert (found["one"].change or {})["candidate"] == "B"
    assert (found["both"].change or {})["candidate"] == "C"
