"""Lists become whole numbers of 64 bits, whatever their make, or the first wrong one is named."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from talentpool import matching as m
from talentpool.matching.record_checks import refuse, wholes

NAMES = ["a", "b", "c"]
TAKEN: list[tuple[list[Any], list[int]]] = [
    ([], []),
    ([1, 2, 9], [1, 2, 9]),
    ([True, 2, 3], [1, 2, 3]),
    ([True, True, True], [1, 1, 1]),
    ([np.uint64(9), 1, np.int8(2)], [9, 1, 2]),
    ([np.uint64(9), np.int64(1), 5], [9, 1, 5]),
    ([np.uint8(1), np.uint8(9), np.uint8(3)], [1, 9, 3]),
]
REFUSED: list[tuple[list[Any], str]] = [
    ([1, 10, 0], "field[b]: number must be an integer from 1 to 9"),
    ([0, 10, 1], "field[a]: number must be an integer from 1 to 9"),
    ([np.uint64(1), np.int64(2), 10], "field[c]: number must be an integer from 1 to 9"),
    ([np.uint64(1), np.int64(0), 1], "field[b]: number must be an integer from 1 to 9"),
    ([1, 2.0, 3], "field[b]: number must be an integer from 1 to 9"),
    ([1, "2", 3], "field[b]: number must be an integer from 1 to 9"),
    ([1, 2, None], "field[c]: number must be an integer from 1 to 9"),
    ([1, [2, 3], 4], "field[b]: number must be an integer from 1 to 9"),
    ([[1], [2], [3]], "field[a]: number must be an integer from 1 to 9"),
    ([1, 2**70, 3], "field[b]: number must be an integer from 1 to 9"),
]


@pytest.mark.parametrize(("values", "expected"), TAKEN)
def test_whole_numbers_are_taken_from_least_to_most(values: list[Any], expected: list[int]) -> None:
    array = wholes("field", "number", values, NAMES, 1, 9)
    assert array.tolist() == expected
    assert array.dtype == np.int64


@pytest.mark.parametrize(("values", "sentence"), REFUSED)
def test_the_first_that_is_wrong_is_named(values: list[Any], sentence: str) -> None:
    with pytest.raises(m.InvalidProblem) as refusal:
        wholes("field", "number", values, NAMES, 1, 9)
    assert str(refusal.value) == sentence


def test_nothing_wrong_is_no_refusal() -> None:
    refuse("field", "reason", np.zeros(3, bool), NAMES)
    with pytest.raises(m.InvalidProblem, match=r"^field\[b\]: reason$"):
        refuse("field", "reason", np.array([False, True, True]), NAMES)
