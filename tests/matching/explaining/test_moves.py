"""Why not the first: carrying out the moves costs exactly what is said; differences can be done one by one."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module

import numpy as np
import pytest
from hypothesis import given, strategies as st

from talentpool import matching as m
from talentpool.matching.solving.market import open_market

from ..instances import best_by_milp, random_problem
from ..test_refusals import _arrays

SEEDS = st.integers(0, 2**32 - 1)


def _value(problem: m.Problem, pairs: list[tuple[int, int]]) -> int:
    return sum(int(problem.value[problem.edge(j, i)]) for j, i in pairs)


def _as_plan(problem: m.Problem, pairs: list[tuple[int, int]]) -> m.Plan:
    value = _value(problem, pairs)
    return m.Plan(
        pairs=np.array(pairs, np.int64).reshape(-1, 2), value=value, bound=value,
        status="feasible", need_price=np.zeros(problem.m), candidate_price=np.zeros(problem.n),
    )  # fmt: skip


@given(SEEDS)
def test_the_moves_give_the_seat_at_the_stated_loss(seed: int) -> None:
    problem = random_problem(seed, people=8, needs=8, months=4)
    plan = m.solve(problem)
    r = np.random.default_rng(seed)
    for edge in r.permutation(len(problem.candidate))[:3]:
        need, candidate = int(problem.row[edge]), int(problem.candidate[edge])
        try:
            answer = m.why_not(problem, plan, need, candidate)
        except m.InfeasiblePins:
            continue
        pairs = answer.chain.carried_out(plan.pairs)
        m.verify(problem, _as_plan(problem, pairs))
        assert (need, candidate) in pairs
        assert answer.is_exact
        assert answer.loss == plan.value - _value(problem, pairs) == -answer.chain.gain
        assert answer.loss >= 0
        if answer.chain.moves:
            assert answer.chain.moves[0].candidate == candidate
        rows = {row.candidate: row for row in m.ranking(problem, plan, need)}
        assert rows[candidate].regret <= answer.loss


@given(SEEDS)
def test_every_chain_between_two_plans_can_be_carried_out_alone(seed: int) -> None:
    problem = random_problem(seed, people=10, needs=10, months=4)
    before = m.baselines(problem)["greedy"]
    after = m.solve(problem)
    chains = m.difference(problem, before, after)
    assert sum(chain.gain for chain in chains) == after.value - before.value
    pairs = [(int(j), int(i)) for j, i in before.pairs]
    for chain in chains:
        alone = chain.carried_out(before.pairs)
        m.verify(problem, _as_plan(problem, alone))
        assert _value(problem, alone) == before.value + chain.gain
        pairs = chain.carried_out(pairs)
    assert pairs == [(int(j), int(i)) for j, i in after.pairs]


def test_equal_plans_do_not_differ() -> None:
    problem = random_problem(4, people=10, needs=10, months=4)
    plan = m.solve(problem)
    assert m.difference(problem, plan, plan) == []
    need, candidate = (int(x) for x in plan.pairs[0])
    assert m.why_not(problem, plan, need, candidate) == m.Answer(0, m.Chain((), 0), is_exact=True)


def test_the_longest_chain_stands_first() -> None:
    for seed in range(20):
        problem = random_problem(seed, people=10, needs=10, months=4)
        chains = m.difference(problem, m.baselines(problem)["first_come"], m.solve(problem))
        lengths = [len(chain.moves) for chain in chains]
        assert lengths == sorted(lengths, reverse=True)


def test_why_not_changes_no_more_than_it_must() -> None:
    """Six alike for two seats: to seat another, one goes and five stay as they are."""
    alike = 6
    problem = m.Problem(
        ptr=np.array([0, alike], np.int64), candidate=np.arange(alike, dtype=np.int32),
        fit=np.full(alike, 7000, np.int16), seats=np.array([2], np.int16),
        half_days=np.array([2], np.int16), months=np.ones((1, 1), bool),
        capacity=np.full((alike, 1), 4, np.int16), most_at_once=np.ones(alike, np.int8),
        candidate_ids=[f"c{i}" for i in range(alike)], need_ids=["n"],
    )  # fmt: skip
    plan = m.solve(problem)
    for candidate in set(range(alike)) - set(plan.pairs[:, 1].tolist()):
        answer = m.why_not(problem, plan, 0, candidate)
        assert (answer.loss, answer.is_exact, len(answer.chain.moves)) == (0, True, 2)
        assert answer.chain.moves[0] == m.Move(candidate, (), (0,))


def test_a_seat_that_is_not_worth_it_costs_exactly_what_it_loses() -> None:
    problem = random_problem(4, people=4, needs=4, months=1)
    at_a_loss = replace(
        problem, premium=np.zeros(problem.m, np.int32), fit=problem.fit * 0,
        bonus=np.full(len(problem.fit), -7, np.int32),
    )  # fmt: skip
    plan = m.solve(at_a_loss)
    assert plan.status == "nothing"
    market = open_market(at_a_loss)
    for need, person in zip(market.need.tolist(), market.person.tolist(), strict=True):
        candidate = int(market.candidate[person])
        answer = m.why_not(at_a_loss, plan, need, candidate)
        assert (answer.loss, answer.is_exact) == (7, True)
        assert answer.chain == m.Chain((m.Move(candidate, (), (need,)),), -7)


@pytest.mark.parametrize("seed", range(10))
def test_why_not_keeps_what_the_plan_was_pinned_and_forbidden_to(seed: int) -> None:
    problem = random_problem(seed, people=8, needs=8, months=4)
    best = [(int(j), int(i)) for j, i in m.solve(problem).pairs]
    pins, forbids = best[:1], best[1:3]
    plan = m.solve(problem, pins=pins, forbids=forbids)
    for edge in range(0, len(problem.value), 5):
        need, candidate = int(problem.row[edge]), int(problem.candidate[edge])
        try:
            expected = m.solve(problem, pins=[*pins, (need, candidate)], forbids=forbids)
        except m.InfeasiblePins:
            with pytest.raises(m.InfeasiblePins):
                m.why_not(problem, plan, need, candidate, pins=pins, forbids=forbids)
            continue
        answer = m.why_not(problem, plan, need, candidate, pins=pins, forbids=forbids)
        assert answer.loss == plan.value - expected.value
        assert set(answer.chain.carried_out(plan.pairs)) & {*pins, *forbids} == set(pins)


def test_what_is_not_proved_in_time_lies_between_at_least_and_at_most() -> None:
    """The one who may take the seat is worth more elsewhere; and a plan that is itself the worse one loses nothing."""
    open_, gains = 0, 0
    for seed in range(20):
        problem = random_problem(seed, people=8, needs=8, months=4)
        best, late = m.solve(problem), m.solve(problem, time_limit=0.0)
        for edge in range(0, len(problem.value), 3):
            pair = int(problem.row[edge]), int(problem.candidate[edge])
            try:
                exact = m.why_not(problem, best, *pair)
            except m.InfeasiblePins:
                continue
            assert exact.at_least == exact.loss
            for plan in (best, late):
                quick = m.why_not(problem, plan, *pair, time_limit=0.0)
                true = exact.loss - (best.value - plan.value)
                assert not quick.is_exact
                assert 0 <= quick.at_least <= max(0, true) <= quick.loss
                open_ += quick.at_least < quick.loss
                gains += true < 0
    assert open_
    assert gains


def test_those_who_fit_alike_do_not_block_each_other() -> None:
    problem = m.Problem(**_arrays(fit=np.array([6000, 6000, 7000], np.int16)))
    plan = m.solve(problem)
    assert len(plan.pairs) == 2
    assert m.blocking_pairs(problem, plan).tolist() == []
    better = m.Problem(**_arrays(fit=np.array([6001, 6000, 7000], np.int16)))
    assert m.blocking_pairs(better, _as_plan(better, [(0, 2), (1, 1)])).tolist() == [0]


@pytest.mark.parametrize("seed", range(20))
def test_a_solve_from_the_last_prices_is_the_same_solve(seed: int) -> None:
    problem = random_problem(seed, people=30, needs=30, months=12)
    plan = m.solve(problem)
    forbids = [(int(j), int(i)) for j, i in plan.pairs[:2]]
    cold = m.solve(problem, forbids=forbids)
    warm = m.solve(problem, forbids=forbids, start=plan)
    assert warm.pairs.tolist() == cold.pairs.tolist()
    assert warm.value == warm.bound == cold.value


@given(SEEDS)
def test_blocking_pairs_are_those_a_plain_reading_finds(seed: int) -> None:
    r = np.random.default_rng(seed)
    people = int(r.choice([2, 6]))  # few people have much to choose from
    problem = random_problem(seed, people=people, needs=6 if people > 2 else 14, months=3)
    for plan in (m.solve(problem), m.baselines(problem)["first_come"]):
        placed = {(int(j), int(i)) for j, i in plan.pairs}
        found = [
            edge
            for edge, (j, i) in enumerate(zip(problem.row, problem.candidate, strict=True))
            if (int(j), int(i)) not in placed and _blocks(problem, placed, int(j), int(i))
        ]
        assert m.blocking_pairs(problem, plan).tolist() == found


@pytest.mark.parametrize("seed", range(10))
def test_blocking_pairs_are_the_same_few_at_a_time(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = random_problem(seed, people=4, needs=14, months=3)
    plan = m.baselines(problem)["first_come"]
    at_once = m.blocking_pairs(problem, plan).tolist()
    monkeypatch.setattr(import_module("talentpool.matching.explaining.baselines"), "BLOCK", 1)
    assert m.blocking_pairs(problem, plan).tolist() == at_once


def _blocks(problem: m.Problem, placed: set[tuple[int, int]], need: int, person: int) -> bool:
    def fit(j: int, i: int) -> int:
        return int(problem.fit[problem.edge(j, i)])

    def is_possible(needs: set[int]) -> bool:
        for month in range(problem.months.shape[1]):
            here = [j for j in needs if problem.months[j, month]]
            days = sum(int(problem.half_days[j]) for j in here)
            count = len(here) + int(problem.standing[person, month])
            if days > problem.capacity[person, month]:
                return False
            if here and count > problem.most_at_once[person]:
                return False
        return True

    inside = [i for j, i in placed if j == need]
    gains = len(inside) < problem.seats[need] or min(fit(need, i) for i in inside) < fit(
        need, person
    )
    own = {j for j, i in placed if i == person}
    ways = [own] + [own - {j} for j in own if fit(j, person) < fit(need, person)]
    return gains and any(is_possible(way | {need}) for way in ways)


@given(SEEDS)
def test_strict_stages_fill_as_many_seats_as_any_plan_and_fit_best_among_these(seed: int) -> None:
    problem = random_problem(seed, people=8, needs=8, months=3)
    aimed = m.solve_in_stages(problem)
    m.verify(aimed.problem, aimed.plan)
    most = len(m.solve(_worth(problem, 0, 1)).pairs)
    assert aimed.is_reached
    assert len(aimed.plan.pairs) == most
    strict = _worth(problem, problem.value - problem.value.min(initial=0), 10**6)
    assert _value(strict, [(int(j), int(i)) for j, i in aimed.plan.pairs]) == best_by_milp(strict)


def _worth(problem: m.Problem, values: np.ndarray | int, seat: int) -> m.Problem:
    return replace(
        problem, premium=np.full(problem.m, seat, np.int32),
        bonus=(np.zeros(len(problem.fit), np.int64) + values).astype(np.int32),
        fit=np.zeros(len(problem.fit), np.int16),
    )  # fmt: skip


@given(SEEDS, st.integers(0, 100))
def test_a_floor_is_reached_or_said_to_be_out_of_reach(seed: int, floor: int) -> None:
    problem = random_problem(seed, people=8, needs=9, months=3)
    size_class = np.random.default_rng(seed).integers(0, 3, problem.m)
    plain = m.solve(problem)
    aimed = m.solve_with_floor(problem, size_class, floor)
    m.verify(aimed.problem, aimed.plan)
    before, after = (m.filled_share(problem, p, size_class) for p in (plain, aimed.plan))
    assert aimed.is_reached == all(share >= floor for share in after.values())
    if all(share >= floor for share in before.values()):
        assert aimed.plan.pairs.tolist() == plain.pairs.tolist()
        assert not aimed.premium.any()
    assert aimed.plain.pairs.tolist() == plain.pairs.tolist()
    pairs = [(int(j), int(i)) for j, i in aimed.plan.pairs]
    assert _value(problem, pairs) <= plain.value
