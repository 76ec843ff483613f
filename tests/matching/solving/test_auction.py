"""Seats that bid for people: the best assignment, or word that another way is better."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, strategies as st

from talentpool import matching as m
from talentpool.matching.solving import auction, one_to_one
from talentpool.matching.solving.auction import seats_of
from talentpool.matching.solving.market import Market, open_market

from ..unit_instances import best_by_assignment, unit_problem

SEEDS = st.integers(0, 2**32 - 1)


def _market(seed: int) -> Market:
    """With at least one pair worth something."""
    while True:
        market = open_market(unit_problem(seed, seats=3))
        if (market.value > 0).any():
            return market
        seed += 1


def _value(market: Market, taken: np.ndarray) -> int:
    """Of an assignment: nobody twice, no seat that is not there."""
    assert len(set(taken.tolist())) == len(taken)
    assert np.bincount(market.person[taken], minlength=1).max() <= 1
    assert (np.bincount(market.need[taken], minlength=len(market.seats)) <= market.seats).all()
    return int(market.value[taken].sum())


@given(SEEDS, st.sampled_from([0, 1, 3, 16]))
def test_bids_and_paths_give_the_best_assignment(seed: int, patience: int) -> None:
    """However soon bidding gives way to paths."""
    problem = unit_problem(seed, seats=3)
    market = open_market(problem)
    if not (market.value > 0).any():
        return
    sale = auction._Auction(market, seats_of(market))
    free = sale.rounds(patience) if patience else np.arange(len(sale.person))
    assert sale.fill(free, most_looks=10**9)
    assert _value(market, sale.taken()) == best_by_assignment(problem)


@given(SEEDS)
def test_prices_explain_who_took_whom(seed: int) -> None:
    """Each seat has one of the best for it after the prices; who is idle costs nothing."""
    market = _market(seed)
    sale = auction._Auction(market, seats_of(market))
    assert sale.fill(sale.rounds(), most_looks=10**9)
    left = sale.value - sale.price[sale.person]
    has = sale.seat[sale.person] == np.arange(len(left))[:, None]
    assert (has.sum(axis=1) <= 1).all()
    gained = np.where(has.any(axis=1), left.max(axis=1, initial=-1, where=has), 0)
    assert (gained == left.max(axis=1)).all()
    assert (sale.price >= 0).all()
    assert not sale.price[sale.seat == auction.NOBODY].any()


def test_equal_offers_go_to_paths() -> None:
    """Three seats that all want the same two people: no price settles it by bidding alone."""
    market = _alike(3, 2)
    sale = auction._Auction(market, seats_of(market))
    sale.fill(sale.rounds(), most_looks=10**9)
    assert _value(market, sale.taken()) == 2 * 100


def _alike(needs: int, people: int) -> Market:
    """Everybody is worth the same everywhere."""
    return open_market(
        m.Problem(
            ptr=np.arange(needs + 1) * people,
            candidate=np.tile(np.arange(people, dtype=np.int32), needs),
            fit=np.full(needs * people, 100, np.int16),
            premium=np.zeros(needs, np.int32),
            seats=np.ones(needs, np.int16), half_days=np.ones(needs, np.int16),
            months=np.ones((needs, 1), bool), capacity=np.ones((people, 1), np.int16),
            most_at_once=np.ones(people, np.int8), candidate_ids=[f"c{i}" for i in range(people)],
            need_ids=[f"n{j}" for j in range(needs)],
        )
    )  # fmt: skip


def test_long_paths_are_given_up() -> None:
    market = _alike(6, 5)
    sale = auction._Auction(market, seats_of(market))
    assert not sale.fill(np.arange(6), most_looks=3)


@pytest.mark.parametrize(("name", "value"), [("MOST_CELLS", 0), ("MOST_LOOKS", -1)])
def test_where_bidding_is_given_up_the_library_finds_the_same(
    name: str, value: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auction, name, value)
    monkeypatch.setattr(one_to_one, "PLENTY", 0)
    given_up = 0
    for seed in range(30):
        market = _market(seed)
        given_up += auction.bid(market, seats_of(market)) is None
        problem = unit_problem(seed, seats=3)
        assert m.solve(problem).value == best_by_assignment(problem)
    assert given_up >= 3


def test_a_need_has_no_more_rows_than_people_it_could_take() -> None:
    market = _market(5)
    market.value[::3] = 0  # nobody is taken for nothing
    many = replace(market, seats=np.full_like(market.seats, 30_000))
    seats = seats_of(many)
    assert len(seats.first) == len(seats.pair) == (market.value > 0).sum()
    row, pair = seats.listed()
    for seat in range(len(seats.first)):
        mine = pair[row == seat]
        need = market.need[mine[0]]
        assert set(mine) == set(np.flatnonzero((market.need == need) & (market.value > 0)))
