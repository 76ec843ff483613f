"""Everybody's patterns at once are those found by trying every set; tolls bound them."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from talentpool.matching.solving import patterns, sweep
from talentpool.matching.solving.market import Market, open_market
from talentpool.matching.solving.patterns import Patterns
from talentpool.matching.solving.sweep import NONE
from talentpool.matching.solving.tolls import tolls_of

from ..instances import random_problem

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


@pytest.fixture(params=["at once", "part by part"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "part by part":
        monkeypatch.setattr(patterns, "MOST_ROWS", 3)
        monkeypatch.setattr(sweep, "SOME", 1)  # equal states are looked for at once


def _best_of(market: Market, every: dict[tuple[int, ...], int]) -> np.ndarray:
    """(q,) the worth of each person's best pattern, nothing where all are worth less."""
    top = np.zeros(market.people, np.int64)
    for pairs, total in every.items():
        person = market.person[pairs[0]]
        top[person] = max(top[person], total)
    return top


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("first", range(0, 200, 25))
def test_every_pattern_within_the_gap_is_found(first: int) -> None:
    for seed in range(first, first + 25):
        market, worth = _market(seed)
        every = _every_pattern(market, worth)
        top = _best_of(market, every)
        nothing = np.zeros(market.people, np.int64)
        asked = tolls_of(market, worth, nothing)
        best = patterns.best(market, worth, asked, nothing, _never)
        assert _as_dict(best).items() <= every.items()
        assert dict(zip(best.owner.tolist(), best.worth.tolist(), strict=True)) == {
            person: int(total) for person, total in enumerate(top) if total > 0
        }
        for gap in (0, 100, 700):
            near = patterns.within(market, worth, asked, top, gap, PLENTY, _never)
            assert near is not None
            assert _as_dict(near) == {
                pairs: total
                for pairs, total in every.items()
                if total >= top[market.person[pairs[0]]] - gap
            }
        pairs = np.arange(len(worth))
        with_pair = patterns.best_with(market, worth, asked, pairs, _never)
        for pair, total in enumerate(with_pair.tolist()):
            assert total == max(value for pairs, value in every.items() if pair in pairs)
        for most in (0, 2):
            at_most = patterns.best_with(market, worth, asked, pairs, _never, most)
            assert (at_most >= with_pair).all()


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 300))
def test_only_what_is_better_than_known_is_found(seed: int, lead: int) -> None:
    market, worth = _market(seed)
    top = _best_of(market, _every_pattern(market, worth))
    known = np.maximum(top - lead * (np.arange(market.people) % 2), 0)
    asked = tolls_of(market, worth, known)
    best = patterns.best(market, worth, asked, known, _never)
    assert dict(zip(best.owner.tolist(), best.worth.tolist(), strict=True)) == {
        person: int(total) for person, total in enumerate(top) if total > known[person]
    }


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 2000))
def test_no_pattern_is_worth_more_than_the_tolls_allow(seed: int, reached: int) -> None:
    market, worth = _market(seed)
    every = _every_pattern(market, worth)
    asked = tolls_of(market, worth, np.full(market.people, reached))
    assert (asked.of >= 0).all()
    assert (asked.limit >= _best_of(market, every)).all()
    alone = np.zeros(market.people, np.int64)
    np.add.at(alone, market.person, np.maximum(worth, 0))
    assert (asked.limit <= alone).all()
    left = asked.left(market, worth, np.arange(len(worth)))
    for pairs, total in every.items():
        person = market.person[pairs[0]]
        lost = -np.minimum(left[list(pairs)], 0).sum()
        assert total <= asked.limit[person] - lost


def test_no_pattern_is_found_where_none_reaches_what_is_asked() -> None:
    market, worth = _market(12)
    high = np.full(market.people, 10**6)
    asked = tolls_of(market, worth, high)
    assert not len(patterns.best(market, worth, asked, high, _never).owner)
    near = patterns.within(market, worth, asked, high, 0, PLENTY, _never)
    assert near is not None
    assert not len(near.owner)


def test_a_search_with_too_many_states_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    market, worth = _market(12)
    top = np.zeros(market.people, np.int64)
    asked = tolls_of(market, worth, top)
    assert patterns.within(market, worth, asked, top, 10**7, PLENTY, _never) is not None
    monkeypatch.setattr(sweep, "MOST_NODES", 3)
    assert patterns.within(market, worth, asked, top, 10**7, PLENTY, _never) is None


@pytest.mark.usefixtures("way")
def test_too_many_patterns_are_not_listed() -> None:
    market, worth = _market(12)
    top = np.full(market.people, 10**6)
    asked = tolls_of(market, worth, top)
    every = len(_every_pattern(market, worth))
    assert every > 1
    assert patterns.within(market, worth, asked, top, 10**7, every, _never) is not None
    assert patterns.within(market, worth, asked, top, 10**7, every - 1, _never) is None
