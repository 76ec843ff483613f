"""Everybody's patterns at once are those of the depth-first walk, and those found by trying every set."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from talentpool.matching import patterns
from talentpool.matching.market import Market, open_market
from talentpool.matching.patterns import NONE, Patterns
from talentpool.matching.walk import walk_best, walk_within

from .instances import random_problem

PLENTY = 1 << 30


def _never() -> None:
    """No time limit."""


def _market(seed: int) -> tuple[Market, np.ndarray]:
    market = open_market(random_problem(seed, people=4, needs=9, months=5))
    r = np.random.default_rng(seed)
    return market, r.integers(-300, int(r.choice([5, 1000])), len(market.edge))


def _every_pattern(market: Market, worth: np.ndarray) -> dict[tuple[int, ...], int]:
    """Pairs → worth of every non-empty pattern of everybody."""
    found = {}
    for person in range(market.people):
        mine = range(market.start[person], market.start[person + 1])
        for size in range(1, len(mine) + 1):
            for pairs in combinations(mine, size):
                needs = market.need[list(pairs)]
                used = market.months[needs]
                days = (used * market.half_days[needs, None]).sum(axis=0)
                if (days <= market.room[person]).all() and (
                    used.sum(axis=0) <= market.slots[person]
                ).all():
                    found[pairs] = int(worth[list(pairs)].sum())
    return found


def _as_dict(found: Patterns) -> dict[tuple[int, ...], int]:
    rows = [tuple(sorted(int(p) for p in row if p != NONE)) for row in found.pairs]
    assert len(set(rows)) == len(rows)
    return dict(zip(rows, found.worth.tolist(), strict=True))


@pytest.fixture(params=["grown", "walked"])
def way(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def _walk_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "MOST_ROWS", 0)
    monkeypatch.setattr(patterns, "FAIR_SHARE", 0)


@pytest.mark.parametrize("first", range(0, 200, 25))
def test_both_ways_find_every_pattern_within_the_gap(
    first: int, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if way == "walked":
        _walk_everybody(monkeypatch)
    for seed in range(first, first + 25):
        market, worth = _market(seed)
        every = _every_pattern(market, worth)
        top = np.zeros(market.people, np.int64)
        for pairs, total in every.items():
            person = market.person[pairs[0]]
            top[person] = max(top[person], total)
        best = patterns.best(market, worth, _never)
        assert _as_dict(best).items() <= every.items()
        assert dict(zip(best.owner.tolist(), best.worth.tolist(), strict=True)) == {
            person: int(total) for person, total in enumerate(top) if total > 0
        }
        for gap in (0, 100, 700):
            near = patterns.within(market, worth, top, gap, PLENTY, _never)
            assert near is not None
            assert _as_dict(near) == {
                pairs: total
                for pairs, total in every.items()
                if total >= top[market.person[pairs[0]]] - gap
            }
        with_pair = patterns.best_with(market, worth, np.arange(len(worth)), _never)
        for pair, total in enumerate(with_pair.tolist()):
            assert total == max(value for pairs, value in every.items() if pair in pairs)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_the_walk_agrees_with_trying_every_set(seed: int) -> None:
    market, worth = _market(seed)
    every = _every_pattern(market, worth)
    for person in range(market.people):
        mine = {p: w for p, w in every.items() if market.person[p[0]] == person}
        best = max([0, *mine.values()])
        assert walk_best(market, person, worth, _never)[0] == best
        walked = walk_within(market, person, worth, best - 300, PLENTY, _never)
        assert walked is not None
        assert {pairs: total for total, pairs in walked} == {
            pairs: total for pairs, total in mine.items() if total >= best - 300
        }


def test_too_many_patterns_are_not_listed(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if way == "walked":
        _walk_everybody(monkeypatch)
    market, worth = _market(12)
    top = np.full(market.people, 10**6)
    every = len(_every_pattern(market, worth))
    assert every > 1
    assert patterns.within(market, worth, top, 10**7, every, _never) is not None
    assert patterns.within(market, worth, top, 10**7, every - 1, _never) is None
