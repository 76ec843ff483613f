"""Tolls give a bound near the least there is: the relaxation of each person's own packing problem, by a solver."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linprog

from talentpool.matching.solving.market import Market, open_market
from talentpool.matching.solving.tolls import tolls_of

from ..instances import random_problem


def _market(seed: int) -> tuple[Market, np.ndarray]:
    """Few people with many pairs, worth much or nothing, in 1/1024 bp."""
    market = open_market(random_problem(seed, people=4, needs=25, months=6))
    r = np.random.default_rng(seed)
    return market, r.integers(-300, 3000, len(market.edge)) * 1024


def _relaxed(market: Market, worth: np.ndarray) -> np.ndarray:
    """(q,) the value of each person's relaxed problem: pairs may be taken in part."""
    values = np.zeros(market.people)
    for person in range(market.people):
        mine = np.arange(market.start[person], market.start[person + 1])
        use = np.concatenate(market.takes(mine), axis=1)
        free = np.concatenate([market.room[person], market.slots[person]])
        answer = linprog(-worth[mine].astype(float), use.T, free.astype(float), bounds=(0, 1))
        values[person] = -answer.fun
    return values


def _alone(market: Market, worth: np.ndarray) -> np.ndarray:
    """(q,) the bound without tolls: everything that is worth something."""
    return np.bincount(market.person, np.maximum(worth, 0), minlength=market.people)


def test_steps_bring_the_bound_most_of_the_way_to_the_least() -> None:
    above = left = 0.0
    for seed in range(40):
        market, worth = _market(seed)
        least, alone = _relaxed(market, worth), _alone(market, worth)
        found = tolls_of(market, worth, (least * 0.9).astype(np.int64))
        assert (found.limit <= alone).all()
        assert (found.limit >= least - 1).all()
        above += float((alone - least).sum())
        left += float((found.limit - least).sum())
    assert above > 0
    assert left < above / 250


def test_who_can_serve_all_pairs_pays_no_toll() -> None:
    for seed in range(40):
        market, worth = _market(seed)
        found = tolls_of(market, worth, np.zeros(market.people, np.int64))
        alone = _alone(market, worth)
        pays = found.of.any(axis=1)
        for person in range(market.people):
            mine = np.arange(market.start[person], market.start[person + 1])
            mine = mine[worth[mine] > 0]
            days, engagements = (taken.sum(axis=0) for taken in market.takes(mine))
            fits = (days <= market.room[person]).all()
            if fits and (engagements <= market.slots[person]).all():
                assert not pays[person]
                assert found.limit[person] == alone[person]
        left = found.left(market, worth, np.arange(len(worth)))
        use = np.concatenate(market.takes(np.arange(len(worth))), axis=1)
        assert left.tolist() == (worth - (use * found.of[market.person]).sum(axis=1)).tolist()
        free = np.concatenate([market.room, market.slots], axis=1)
        paid = (found.of * free).sum(axis=1)
        rest = np.bincount(market.person, np.where(worth > 0, np.maximum(left, 0), 0),
                           minlength=market.people)  # fmt: skip
        assert found.limit.tolist() == (paid + rest).tolist()
