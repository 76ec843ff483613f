"""Small versions of the hard shapes, on both roads: the value of brute force and of scipy.milp, always proved."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st

from benchmarks.instances import Size
from benchmarks.peers import scipy_milp
from benchmarks.shapes import SHAPES, Drawn, Shape, draw
from talentpool import matching as m
from talentpool.matching.plan import SCALE, Road
from talentpool.matching.solving import plainly, search, settling, solve
from talentpool.matching.solving.clock import Clock
from talentpool.matching.solving.diving import priced_plainly, relax_and_dive
from talentpool.matching.solving.market import fill, is_plan, open_market
from talentpool.matching.solving.plain import Plain

from ..checker import check
from ..instances import best_by_trying, random_problem

SEEDS = st.integers(0, 2**32 - 1)
DRAWN = {name: shape for name, shape in SHAPES.items() if isinstance(shape, Shape)}


@pytest.fixture
def plain_only(monkeypatch: pytest.MonkeyPatch) -> None:
    _take_the_plain_road(monkeypatch)


def _take_the_plain_road(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(settling, "FEW", 0)
    patch.setattr(search, "LEAST_STATES", 0)
    patch.setattr(search, "STATES_A_PAIR", 0)
    patch.setattr(solve, "is_uniform", lambda market: len(market.need) > 0)


def _is_best(drawn: Drawn) -> m.Plan:
    plan = m.solve(drawn.problem, pins=drawn.pins, time_limit=60, breaks_ties=False)
    m.verify(drawn.problem, plan, pins=drawn.pins)
    assert plan.is_proved
    assert plan.bound == plan.value
    assert plan.value == scipy_milp(drawn.problem, 60, drawn.pins)().value
    return plan


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", DRAWN)
def test_a_small_hard_shape_is_proved_with_the_value_of_milp(name: str, seed: int) -> None:
    _is_best(draw(DRAWN[name].small(20), seed))


@pytest.mark.usefixtures("plain_only")
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", DRAWN)
def test_the_plain_road_proves_the_same_value(name: str, seed: int) -> None:
    plan = _is_best(draw(DRAWN[name].small(20), seed))
    assert plan.road in {Road.PLAIN, Road.ONE_TO_ONE}


shapes = st.builds(
    Shape,
    people=st.integers(1, 4),
    needs=st.integers(1, 7),
    months=st.integers(1, 15),
    density=st.sampled_from([0.3, 0.7, 1.0]),
    fits=st.sampled_from([1, 2, 3, 9_999]),
    kinds=st.integers(0, 2),
    wanted=st.integers(0, 1),
    seats=st.sampled_from([(1, 1), (1, 3), (2, 2)]),
    half_days=st.sampled_from([(1, 1), (1, 4), (3, 4)]),
    capacity=st.sampled_from([(2, 8), (9, 9), (20, 20)]),
    most_at_once=st.sampled_from([(1, 3), (3, 3), (20, 20)]),
)


@given(shapes, SEEDS)
def test_any_shape_has_the_value_of_brute_force_on_both_roads(shape: Shape, seed: int) -> None:
    problem = draw(shape, seed).problem
    best = best_by_trying(problem)
    assert _proved(problem) == best
    with pytest.MonkeyPatch.context() as patch:
        _take_the_plain_road(patch)
        assert _proved(problem) == best


def _proved(problem: m.Problem) -> int:
    plan = m.solve(problem)
    m.verify(problem, plan)
    check(problem, plan)
    assert plan.is_proved
    return plan.value


@given(SEEDS)
def test_the_plain_road_agrees_on_problems_of_every_kind(seed: int) -> None:
    """Values below nothing, engagements that stand, months with gaps."""
    problem = random_problem(seed, people=5, needs=7, months=4)
    best = _proved(problem)
    with pytest.MonkeyPatch.context() as patch:
        _take_the_plain_road(patch)
        assert _proved(problem) == best


@given(shapes, SEEDS)
def test_the_prices_of_the_relaxation_bound_every_plan(shape: Shape, seed: int) -> None:
    """Even prices that are drawn."""
    problem = draw(shape, seed).problem
    market = open_market(problem)
    if not market.people:
        return
    plain = Plain(market)
    best = best_by_trying(problem)
    counts, prices = relax_and_dive(plain, Clock())
    assert prices is not None
    drawn = np.random.default_rng(seed).uniform(-5, 30_000, len(prices))
    for some in (prices, drawn, 0 * prices):
        assert priced_plainly(plain, some).bound(market) >= best * SCALE
    dived = plain.pairs_of(counts)
    assert is_plan(market, dived)
    assert market.value[dived].sum() == plain.value @ counts <= best


@given(shapes, SEEDS)
def test_needs_that_are_alike_are_one_with_more_seats(shape: Shape, seed: int) -> None:
    """Any counts that keep the rows are a plan of that value, nobody in one need twice."""
    market = open_market(draw(shape, seed).problem)
    if not market.people:
        return
    plain = Plain(market)
    r = np.random.default_rng(seed)
    counts, right = np.zeros(len(plain), np.int64), plain.right.copy()
    for variable in r.permutation(np.repeat(np.arange(len(plain)), plain.most)).tolist():
        rows, use = plain.column(variable)
        if (right[rows] >= use).all():
            right[rows] -= use
            counts[variable] += 1
    pairs = plain.pairs_of(counts)
    assert len(np.unique(pairs)) == len(pairs) == counts.sum()
    assert is_plan(market, pairs)
    assert market.value[pairs].sum() == plain.value @ counts


@given(shapes, SEEDS)
def test_no_limit_is_lost_with_the_rows_that_are_left_out(shape: Shape, seed: int) -> None:
    """Whatever fits together has a place in the rows, and the other way round."""
    market = open_market(draw(shape, seed).problem)
    if not market.people:
        return
    plain = Plain(market)
    r = np.random.default_rng(seed)
    for _ in range(20):
        counts = r.integers(0, plain.most + 1) * (r.random(len(plain)) < 0.4)
        keeps = bool((plain.matrix @ counts <= plain.right).all())
        group = np.bincount(plain.group, counts, minlength=len(market.seats))
        seated = bool((group <= market.seats * plain.alike).all())
        use = market.months[plain.group] * counts[:, None]
        days, slots = np.zeros(market.room.shape), np.zeros(market.room.shape)
        np.add.at(days, market.person[plain.pairs], use * market.half_days[plain.group, None])
        np.add.at(slots, market.person[plain.pairs], use)
        fits = bool((days <= market.room).all() and (slots <= market.slots).all())
        assert keeps == (seated and fits)


def test_identical_needs_take_the_plain_road_and_others_do_not() -> None:
    alike = draw(DRAWN["300 identical needs"].small(10), 0).problem
    assert m.solve(alike).road == Road.PLAIN
    assert m.solve(draw(DRAWN["several seats"].small(5), 0).problem).road == Road.PATTERNS


def test_exploding_patterns_are_left_for_the_plain_road() -> None:
    crowded = draw(Shape(12, 200, density=1.0, capacity=(8, 20), most_at_once=(5, 9)), 0).problem
    plan = m.solve(crowded, time_limit=3, breaks_ties=False)
    m.verify(crowded, plan)
    assert plan.road == Road.PLAIN
    market = open_market(crowded)
    greedy = fill(market, np.argsort(-market.value, kind="stable"))
    assert market.value[greedy].sum() < plan.value <= plan.bound < 1.1 * plan.value


def test_the_plain_road_gives_the_same_plan_again(monkeypatch: pytest.MonkeyPatch) -> None:
    _take_the_plain_road(monkeypatch)
    problem = draw(DRAWN["heavy ties: 3 different fits"].small(20), 1).problem
    first, second = m.solve(problem), m.solve(problem)
    assert first.pairs.tolist() == second.pairs.tolist()
    assert first.need_price.tolist() == second.need_price.tolist()
    assert (first.is_decided, first.proof) == (second.is_decided, second.proof) == (True, "bound")


def test_a_plan_far_from_its_bound_is_improved_part_by_part(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _take_the_plain_road(monkeypatch)
    monkeypatch.setattr(plainly, "FAR", SCALE * 10_000_000)
    _is_best(draw(DRAWN["100 people, 1,000 needs"].small(20), 2))


def test_every_shape_can_be_drawn_and_is_drawn_again() -> None:
    for shape in SHAPES.values():
        first, second = draw(shape, 3), draw(shape, 3)
        assert first.problem.fit.tolist() == second.problem.fit.tolist()
        assert first.pins == second.pins
        size = (shape.people, shape.needs) if isinstance(shape, Size | Shape) else ()
        assert (first.problem.n, first.problem.m) == size
