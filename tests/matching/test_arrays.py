"""Runs and blocks of rows are what a plain loop makes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st

from talentpool.matching.arrays import blocks, runs

COUNTS = st.lists(st.integers(0, 9), max_size=12)


@given(st.lists(st.tuples(st.integers(-50, 50), st.integers(0, 9)), max_size=12))
def test_runs_are_ranges_one_after_another(rows: list[tuple[int, int]]) -> None:
    first, counts = np.array(rows, np.int64).reshape(-1, 2).T
    plain = [number for start, count in rows for number in range(start, start + count)]
    assert runs(first, counts).tolist() == plain


@given(COUNTS, st.integers(-5, 5))
def test_one_number_starts_every_run(counts: list[int], first: int) -> None:
    plain = [first + number for count in counts for number in range(count)]
    assert runs(first, np.array(counts, np.int64)).tolist() == plain


@given(COUNTS, st.integers(1, 20))
def test_blocks_take_each_row_once_and_no_more_than_asked_beside_one_row(
    counts: list[int], most: int
) -> None:
    found = blocks(np.array(counts, np.int64), most)
    parts = [counts[some] for some in found]
    assert [count for part in parts for count in part] == counts
    assert all(sum(part[1:]) <= most for part in parts)


@pytest.mark.parametrize(
    ("counts", "most", "sizes"),
    [
        ([], 3, [0]), ([5], 3, [1]), ([1, 1, 1, 1], 100, [4]), ([1, 1, 1, 1], 2, [1, 2, 1]),
        ([4, 4, 4], 1, [1, 1, 1]),
    ],
)  # fmt: skip
def test_blocks_end_where_another_multiple_is_reached(
    counts: list[int], most: int, sizes: list[int]
) -> None:
    found = blocks(np.array(counts, np.int64), most)
    assert [len(counts[some]) for some in found] == sizes
