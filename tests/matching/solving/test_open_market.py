"""What is open beside pins and forbids is what a plain loop leaves; months that run together become one."""

from __future__ import annotations

import numpy as np
import pytest

from talentpool import matching as m
from talentpool.matching.pairs import pinned_edges
from talentpool.matching.solving.market import in_order, open_market

from ..instances import random_problem
from ..test_refusals import _arrays


@pytest.mark.parametrize("seed", range(30))
def test_the_market_is_what_pins_and_forbids_leave(seed: int) -> None:
    problem = random_problem(seed, people=9, needs=9, months=5)
    plan = m.solve(problem).pairs.tolist()
    pins, forbids = [tuple(p) for p in plan[:2]], [tuple(p) for p in plan[2:4]]
    pinned = pinned_edges(problem, pins, forbids)
    assert pinned == [problem.edge(*pin) for pin in pins]
    market = open_market(problem, pinned, forbids)

    seats, room = problem.seats.tolist(), problem.capacity.astype(int)
    slots = problem.most_at_once[:, None] - problem.standing
    for j, i in pins:
        seats[j] -= 1
        room[i] -= problem.months[j] * problem.half_days[j]
        slots[i] -= problem.months[j]
    slots = np.maximum(slots, 0)
    is_open = [
        seats[j] > 0
        and (j, i) not in pins
        and (j, i) not in forbids
        and (room[i] >= problem.half_days[j])[problem.months[j]].all()
        and (slots[i] >= 1)[problem.months[j]].all()
        for j, i in zip(problem.row.tolist(), problem.candidate.tolist(), strict=True)
    ]
    edges = sorted(np.flatnonzero(is_open).tolist(), key=lambda e: (problem.candidate[e], e))
    assert market.edge.tolist() == edges
    assert market.need.tolist() == problem.row[edges].tolist()
    assert market.value.tolist() == problem.value[edges].tolist()
    assert market.candidate.tolist() == sorted(set(problem.candidate[edges].tolist()))
    assert market.people == len(market.candidate)
    assert market.candidate[market.person].tolist() == problem.candidate[edges].tolist()
    assert market.start.tolist() == [
        sum(problem.candidate[e] < i for e in edges) for i in market.candidate
    ] + [len(edges)]
    assert market.seats.tolist() == np.minimum(seats, np.diff(problem.ptr) + 1).tolist()
    assert market.half_days.tolist() == problem.half_days.tolist()

    together = {tuple(column) for column in problem.months.T.tolist()}
    assert {tuple(column) for column in market.months.T.tolist()} == together
    assert market.months.shape == (problem.m, len(together))
    for t, column in enumerate(market.months.T):
        same = [s for s in range(problem.months.shape[1]) if (problem.months[:, s] == column).all()]
        who = market.candidate
        assert market.room[:, t].tolist() == room[who][:, same].min(axis=1).tolist()
        assert market.slots[:, t].tolist() == slots[who][:, same].min(axis=1).tolist()

    days, engagements = market.takes(np.arange(len(edges)))
    assert engagements.tolist() == market.months[market.need].astype(int).tolist()
    assert days.tolist() == (engagements * problem.half_days[market.need][:, None]).tolist()
    assert {days.dtype, engagements.dtype, market.room.dtype, market.slots.dtype} == {
        np.dtype(np.int16)
    }


def test_only_some_pairs_may_be_looked_at_and_what_is_asked_stays_as_it_is() -> None:
    problem = m.Problem(**_arrays())
    among = np.array([True, False, True])
    assert open_market(problem, [0], [], among).edge.tolist() == [2]
    assert open_market(problem, [], [(1, 1)], among).edge.tolist() == [0]
    assert among.tolist() == [True, False, True]


def test_a_standing_engagement_beyond_the_most_leaves_no_room_and_less_than_none() -> None:
    standing = np.array([[2, 0], [0, 0], [0, 0]], np.int8)
    market = open_market(m.Problem(**_arrays(engagements=standing)))
    assert market.edge.tolist() == [2, 1]
    assert m.solve(m.Problem(**_arrays(engagements=standing))).pairs.tolist() == [[0, 2], [1, 1]]


def test_forbids_of_no_pair_are_left_out() -> None:
    problem = m.Problem(**_arrays())
    assert open_market(problem, [], [(0, 1), (1, 0)]).edge.tolist() == [0, 2, 1]
    assert problem.edges([(1, 1), (0, 0), (0, 1)]).tolist() == [2, 0]
    assert problem.edges([]).dtype == np.int64
    assert [problem.edge(0, i) for i in range(3)] == [0, None, 1]
    assert [problem.edge(1, i) for i in range(3)] == [None, 2, None]


def test_what_is_not_given_has_its_default() -> None:
    problem = m.Problem(**_arrays())
    assert problem.row.tolist() == [0, 0, 1]
    assert problem.value.tolist() == [25_000, 26_000, 27_000]
    assert problem.standing.tolist() == [[0, 0]] * 3
    given = m.Problem(
        **_arrays(
            premium=np.array([1, 2], np.int32), bonus=np.array([-3, 4, 5], np.int32),
            engagements=np.array([[1, 2], [3, 4], [5, 6]], np.int8),
        )
    )  # fmt: skip
    assert given.value.tolist() == [4998, 6005, 7007]
    assert given.standing.tolist() == [[1, 2], [3, 4], [5, 6]]
    assert given.value.dtype == given.standing.dtype == np.int64


@pytest.mark.parametrize("most", [1, 9, 1 << 16, (1 << 16) + 1, 1 << 20, 1 << 32])
def test_numbers_are_sorted_and_equal_ones_stay_as_they_came(most: int) -> None:
    r = np.random.default_rng(most)
    numbers = r.choice(r.integers(0, most, 50), 1000)
    numbers[:2] = 0, most - 1
    assert in_order(numbers).tolist() == sorted(range(1000), key=numbers.tolist().__getitem__)
