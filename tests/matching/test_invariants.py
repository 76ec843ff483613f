"""What must hold between two plans: of a market and of the same market a little changed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, strategies as st

from talentpool import matching as m

from .instances import problems, random_problem
from .unit_instances import unit_problems

LOTS = st.integers(0, 2**32 - 1)
MARKETS = st.one_of(
    problems(people=5, needs=5, months=3),
    unit_problems(most=12),
    LOTS.map(lambda seed: random_problem(seed, people=15, needs=15, months=4)),
)


def _named(problem: m.Problem, plan: m.Plan) -> set[tuple[str, str]]:
    return {(problem.need_ids[j], problem.candidate_ids[i]) for j, i in plan.pairs.tolist()}


def _rearranged(problem: m.Problem, needs: np.ndarray, people: np.ndarray) -> m.Problem:
    """These needs and people alone, in this order, with the pairs between them."""
    place = np.full(problem.n, -1)
    place[people] = np.arange(len(people))
    rows = [np.flatnonzero(problem.row == j) for j in needs]
    rows = [row[place[problem.candidate[row]] >= 0] for row in rows]
    rows = [row[np.argsort(place[problem.candidate[row]])] for row in rows]
    edges = np.concatenate(rows)
    return m.Problem(
        ptr=np.cumsum([0, *map(len, rows)]).astype(np.int64),
        candidate=place[problem.candidate[edges]].astype(np.int32),
        fit=problem.fit[edges],
        seats=problem.seats[needs],
        half_days=problem.half_days[needs],
        months=problem.months[needs],
        capacity=problem.capacity[people],
        most_at_once=problem.most_at_once[people],
        candidate_ids=[problem.candidate_ids[i] for i in people],
        need_ids=[problem.need_ids[j] for j in needs],
        premium=problem.premiums[needs].astype(np.int32),
        bonus=(problem.value - problem.premiums[problem.row] - problem.fit)[edges].astype(np.int32),
        engagements=problem.standing[people].astype(np.int8),
        lottery_seed=problem.lottery_seed,
    )


def _without(problem: m.Problem, edge: int) -> m.Problem:
    """The market in which one pair does not exist."""
    left = np.delete(np.arange(len(problem.value)), edge)
    return replace(
        problem,
        ptr=np.searchsorted(problem.row[left], np.arange(problem.m + 1)).astype(np.int64),
        candidate=problem.candidate[left],
        fit=problem.fit[left],
        bonus=None if problem.bonus is None else problem.bonus[left],
        skill_count=None,
    )


@given(MARKETS, st.sampled_from([2, 7, 1000]))
def test_scaling_every_value_scales_the_plan_and_changes_no_pair(
    problem: m.Problem, factor: int
) -> None:
    plan = m.solve(problem)
    bonus = factor * problem.value - problem.premiums[problem.row] - problem.fit
    scaled = m.solve(replace(problem, bonus=bonus.astype(np.int32)))
    assert scaled.value == factor * plan.value
    assert plan.is_decided
    assert scaled.is_decided
    assert scaled.pairs.tolist() == plan.pairs.tolist()


@given(MARKETS, LOTS)
def test_in_another_order_the_same_names_are_placed(problem: m.Problem, seed: int) -> None:
    """Of equal plans too: the lottery draws by names and not by rows."""
    r = np.random.default_rng(seed)
    other = _rearranged(problem, r.permutation(problem.m), r.permutation(problem.n))
    plan, again = m.solve(problem), m.solve(other)
    assert again.value == plan.value
    assert _named(other, again) == _named(problem, plan)


@given(MARKETS, LOTS)
def test_other_names_change_no_value(problem: m.Problem, seed: int) -> None:
    names = [f"x{number}" for number in np.random.default_rng(seed).permutation(problem.n)]
    renamed = m.solve(replace(problem, candidate_ids=names))
    assert renamed.value == m.solve(problem).value


@given(MARKETS, LOTS)
def test_one_pair_more_never_makes_the_plan_worse(problem: m.Problem, seed: int) -> None:
    """And brings something only where it is taken; at most what it is worth."""
    if not len(problem.value):
        return
    edge = int(np.random.default_rng(seed).integers(len(problem.value)))
    before, after = m.solve(_without(problem, edge)), m.solve(problem)
    assert 0 <= after.value - before.value <= max(0, int(problem.value[edge]))
    if edge not in problem.edges(after.pairs):
        assert after.pairs.tolist() == before.pairs.tolist()


@given(MARKETS, LOTS)
def test_one_person_more_never_makes_the_plan_worse(problem: m.Problem, seed: int) -> None:
    """And brings something only where they are placed."""
    person = int(np.random.default_rng(seed).integers(problem.n))
    others = np.delete(np.arange(problem.n), person)
    fewer = _rearranged(problem, np.arange(problem.m), others)
    before, after = m.solve(fewer), m.solve(problem)
    assert after.value >= before.value
    if person not in after.pairs[:, 1]:
        assert _named(fewer, before) == _named(problem, after)


@given(MARKETS, LOTS)
def test_one_seat_or_one_half_day_more_never_makes_the_plan_worse(
    problem: m.Problem, seed: int
) -> None:
    r = np.random.default_rng(seed)
    seats, capacity = problem.seats.copy(), problem.capacity.copy()
    seats[r.integers(problem.m)] += 1
    capacity[r.integers(problem.n)] += 1
    value = m.solve(problem).value
    assert m.solve(replace(problem, seats=seats)).value >= value
    assert m.solve(replace(problem, capacity=capacity)).value >= value


@given(MARKETS, LOTS)
def test_a_forbidden_pair_is_as_good_as_none_and_never_makes_the_plan_better(
    problem: m.Problem, seed: int
) -> None:
    if not len(problem.value):
        return
    plan = m.solve(problem)
    edge = int(np.random.default_rng(seed).integers(len(problem.value)))
    for chosen in {edge, *problem.edges(plan.pairs[:1]).tolist()}:
        pair = (int(problem.row[chosen]), int(problem.candidate[chosen]))
        forbidden = m.solve(problem, forbids=[pair])
        m.verify(problem, forbidden, forbids=[pair])
        assert list(pair) not in forbidden.pairs.tolist()
        assert forbidden.value <= plan.value
        without = m.solve(_without(problem, chosen))
        assert forbidden.value == without.value
        assert forbidden.pairs.tolist() == without.pairs.tolist()


@given(unit_problems(most=20))
def test_who_is_idle_has_no_price_and_an_empty_seat_none(problem: m.Problem) -> None:
    """One engagement a person: what is left over is worth nothing at the margin."""
    plan = m.solve(problem)
    idle = np.setdiff1d(np.arange(problem.n), plan.pairs[:, 1])
    empty = np.bincount(plan.pairs[:, 0], minlength=problem.m) < problem.seats
    assert not plan.candidate_price[idle].any()
    assert not plan.need_price[empty].any()
