"""The drawn markets: the same from the same seed, valid, and of the make they are meant to have."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from benchmarks.instances import SIZES, make
from benchmarks.textbook import textbook
from talentpool import matching as m


def _is_same(one: m.Problem, other: m.Problem) -> bool:
    return all(
        np.array_equal(getattr(one, f.name), getattr(other, f.name))
        for f in fields(m.Problem)
        if getattr(one, f.name) is not None
    )


@pytest.mark.parametrize("months", [1, 12])
def test_a_seed_draws_the_same_market_and_another_seed_another(months: int) -> None:
    first = make("A", months=months, seed=3)
    assert _is_same(first, make("A", months=months, seed=3))
    assert not _is_same(first, make("A", months=months, seed=4))


def test_one_month_and_twelve_are_the_same_pairs_with_the_same_fit() -> None:
    one, twelve = make("B"), make("B", months=12)
    assert np.array_equal(one.candidate, twelve.candidate)
    assert np.array_equal(one.fit, twelve.fit)
    assert one.months.shape == (one.m, 1)
    assert twelve.months.shape == (one.m, 12)


def test_windows_overlap_in_part_and_every_pair_fits_alone() -> None:
    p = make("B", months=12)
    assert len(np.unique(p.months, axis=0)) > 20
    free = np.where(p.months[p.row], p.capacity[p.candidate], np.iinfo(np.int16).max).min(axis=1)
    assert (free >= p.half_days[p.row]).all()


@pytest.mark.parametrize("name", ["A", "B", "S", "T"])
def test_a_market_has_its_size_and_its_mix(name: str) -> None:
    p = make(name)
    assert (p.n, p.m) == (SIZES[name].people, SIZES[name].needs)
    assert set(p.half_days.tolist()) == {1, 2, 4, 6, 10}
    assert set(p.seats.tolist()) == {1, 2, 3}
    assert set(p.capacity.ravel().tolist()) == {2, 4, 6, 8, 10}
    assert (p.most_at_once == np.minimum(p.capacity[:, 0], 3)).all()
    asked, offered = int(p.seats @ p.half_days), int(p.capacity.sum())
    assert (asked > offered) == (name in "ST")


def test_fits_are_many_and_follow_person_and_need() -> None:
    p = make("B")
    fit = p.fit.astype(float)
    by_need = np.bincount(p.row, fit, p.m) / np.maximum(np.diff(p.ptr), 1)
    met = np.bincount(p.candidate, minlength=p.n)
    by_person = np.bincount(p.candidate, fit, p.n) / np.maximum(met, 1)
    assert len(np.unique(p.fit)) > 4_000
    assert by_need[p.row].var() > 0.15 * fit.var()
    assert by_person[p.candidate].var() > 0.15 * fit.var()


def test_unit_markets_have_one_seat_of_one_half_day_and_nobody_serves_twice() -> None:
    p = make("A", unit=True)
    for column in (p.seats, p.half_days, p.capacity, p.most_at_once):
        assert (column == 1).all()


def test_other_numbers_of_months_are_refused() -> None:
    with pytest.raises(ValueError, match="1 or 12, not 3"):
        make("A", months=3)


def test_a_month_in_which_the_same_pairs_compete_makes_one_row_with_the_least_room() -> None:
    problem = m.Problem(
        ptr=np.array([0, 1, 2], np.int64),
        candidate=np.zeros(2, np.int32),
        fit=np.array([10, 20], np.int16),
        seats=np.ones(2, np.int16),
        half_days=np.array([3, 4], np.int16),
        months=np.array([[True, True, True], [False, True, True]]),
        capacity=np.array([[9, 8, 7]], np.int16),
        most_at_once=np.array([2], np.int8),
        candidate_ids=["c"],
        need_ids=["n", "o"],
        engagements=np.array([[0, 1, 0]], np.int8),
    )
    model = textbook(problem)
    rows = {
        (tuple(row.astype(int).tolist()), int(right))
        for row, right in zip(model.matrix.toarray(), model.right, strict=True)
    }
    assert rows == {
        ((1, 0), 1),
        ((0, 1), 1),  # seats
        ((3, 0), 9),
        ((3, 4), 7),  # half-days
        ((1, 0), 2),
        ((1, 1), 1),  # engagements
    }
